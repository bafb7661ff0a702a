//! third-party-repo: a package source outside the distribution is added.

use crate::base::text::Span;
use crate::dockerfile::{Instruction, Keyword};
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::shell::Target;

pub(crate) struct ThirdPartyRepo;

impl Rule for ThirdPartyRepo {
    profile! {
        id: "third-party-repo",
        summary: "a package source outside the distribution is added",
        severity: Warning,
        confidence: High,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for call in subject.build_calls() {
            if let Some((span, what)) = added(&call) {
                findings.push(draft(span, &what, call.program().unwrap_or_default()));
            }
        }
        let Some(build) = &subject.build else { return };
        let copies = build.steps_of(Keyword::Copy).chain(build.steps_of(Keyword::Add));
        for step in copies.filter(|step| step.instruction.heredocs.is_empty()) {
            findings.extend(copied(subject, step.instruction));
        }
    }
}

fn draft(span: Span, what: &str, program: &str) -> Draft {
    Draft::at(span, format!("{what} is a source whose packages change when its owner likes"))
        .help(help(what, program))
}

/// What holds such a source, by the package manager that reads it.
fn help(what: &str, program: &str) -> &'static str {
    let names = |parts: &[&str]| parts.iter().any(|part| what.contains(part));
    match program {
        // https://help.launchpad.net/Packaging/PPA
        _ if what.starts_with("ppa:") => {
            "fetch the package by its URL, with a checksum, or keep a mirror of your own: a PPA keeps its newest version alone"
        }
        "apk" => "keep a mirror of your own, or the .apk files beside the Dockerfile",
        _ if names(&["/etc/apk/"]) => "keep a mirror of your own, or the .apk files beside the Dockerfile",
        "dnf" | "dnf5" | "yum" | "zypper" | "yum-config-manager" | "dnf-config-manager" => RPM,
        _ if names(&["/etc/yum.repos.d/", "/etc/zypp/"]) => RPM,
        _ => {
            "use a dated mirror of it, and a key that is checked: ADD --checksum=sha256:… URL /etc/apt/keyrings/name.asc"
        }
    }
}

const RPM: &str = "use a dated mirror of it, with gpgcheck=1 and a key that is checked: ADD --checksum=sha256:… URL /etc/pki/rpm-gpg/name";

/// A list that ADD fetches from a server: what a COPY brings is at hand, and may name a snapshot.
fn copied(subject: &Subject<'_>, instruction: &Instruction) -> Option<Draft> {
    let (target, sources) = instruction.arguments.words().split_last()?;
    let fetched = sources.iter().find(|word| word.text.contains("://"))?;
    let is_list = LISTS.iter().any(|list| target.text.starts_with(list));
    let manager = if target.text.starts_with("/etc/apt") { "apt" } else { "dnf" };
    let manager = if target.text.starts_with("/etc/apk") { "apk" } else { manager };
    is_list.then(|| draft(fetched.span, &format!("what {} names", subject.at(fetched.span)), manager))
}

/// Folders and files that list package sources.
const LISTS: &[&str] =
    &["/etc/apt/sources.list", "/etc/yum.repos.d/", "/etc/zypp/repos.d/", "/etc/apk/repositories"];

/// The source that a command adds, and where it does.
fn added(call: &Call<'_>) -> Option<(Span, String)> {
    let has = |text: &str| {
        call.arguments().iter().any(|word| word.text == text || word.text.starts_with(&format!("{text}=")))
    };
    let whole = |what: &str| Some((call.span(), what.to_owned()));
    match call.program()? {
        "add-apt-repository" | "apt-add-repository" if !has("--remove") && !has("-r") => {
            let source = call.arguments().iter().find(|word| !word.text.starts_with('-'))?;
            // A component of the distribution's own archive is no other source.
            let is_component = matches!(
                source.text.as_str(),
                "universe" | "multiverse" | "restricted" | "main" | "contrib" | "non-free"
            );
            return (!is_component).then(|| (call.place(source), source.text.clone()));
        }
        "yum-config-manager" | "dnf-config-manager" if has("--add-repo") => {
            return whole("the repository added here");
        }
        "dnf" | "dnf5" | "yum" if has("config-manager") && (has("--add-repo") || has("addrepo")) => {
            return whole("the repository added here");
        }
        // https://dnf-plugins-core.readthedocs.io/en/latest/copr.html
        "dnf" | "dnf5" | "yum" if has("copr") && has("enable") => return whole("the repository added here"),
        "zypper" if has("addrepo") || has("ar") => return whole("the repository added here"),
        "apk" => {
            let option = call
                .arguments()
                .iter()
                .find(|word| word.text == "-X" || word.text.starts_with("--repository"))?;
            return Some((call.place(option), "the repository named here".to_owned()));
        }
        _ => {}
    }
    written(call)
}

/// A list of package sources that is written: `> FILE`, `tee FILE`, `curl -o FILE`, `mv X FILE`.
fn written(call: &Call<'_>) -> Option<(Span, String)> {
    let is_list = |text: &str| {
        LISTS.iter().any(|list| text.starts_with(list)) && !text.ends_with('/') && !text.contains('*')
    };
    let redirect = call.command.redirects.iter().find_map(|redirect| match &redirect.target {
        Target::File(word) if redirect.operator.contains('>') && is_list(&word.text) => Some(word),
        _ => None,
    });
    let fetched = || match call.program()? {
        "tee" => call.arguments().iter().find(|word| is_list(&word.text)),
        "curl" | "wget" | "aria2c" => call.arguments().iter().find(|word| is_list(&word.text)),
        _ => None,
    };
    let word = redirect.or_else(fetched)?;
    // Emptying a list, or pointing it to a snapshot, adds nothing that moves.
    let text = call
        .script
        .shell
        .commands
        .iter()
        .flat_map(|command| &command.words)
        .any(|word| word.text.contains("snapshot"));
    let empties = matches!(call.program(), Some(":" | "true"));
    (!text && !empties).then(|| (call.place(word), format!("what {} names", word.text)))
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn help_is_that_of_the_manager_that_reads_the_source() {
        let help = |command: &str| {
            let case = dockerfile("third-party-repo", &format!("FROM a\nRUN {command}\n"));
            case.findings().remove(0).help.unwrap()
        };
        assert!(help("add-apt-repository -y ppa:a/b").contains("a PPA keeps its newest version alone"));
        assert!(help("dnf copr enable -y a/b").contains("/etc/pki/rpm-gpg"));
        assert!(help("echo x > /etc/yum.repos.d/a.repo").contains("/etc/pki/rpm-gpg"));
        assert!(help("echo x > /etc/apt/sources.list.d/a.list").contains("/etc/apt/keyrings"));
    }

    #[test]
    fn sources_are_seen_however_they_are_added() {
        let text = "FROM a\nRUN add-apt-repository -y ppa:x/y && add-apt-repository universe\nRUN echo deb https://apt.example.org/ x main > /etc/apt/sources.list.d/x.list\nRUN curl -fsSL https://example.org/x.repo -o /etc/yum.repos.d/x.repo\nRUN curl https://example.org/k | apt-key add -\nRUN dnf config-manager --add-repo https://example.org/x.repo\nRUN rm /etc/apt/sources.list.d/y.list\n";
        assert_eq!(
            dockerfile("third-party-repo", text).flagged(),
            [
                "ppa:x/y",
                "/etc/apt/sources.list.d/x.list",
                "/etc/yum.repos.d/x.repo",
                "dnf config-manager --add-repo https://example.org/x.repo"
            ]
        );
    }

    #[test]
    fn a_key_by_itself_adds_no_source_and_a_list_that_is_fetched_does() {
        let text = "FROM a\nRUN apt-key adv --fetch-keys https://example.org/3bf863cc.pub\nADD https://example.org/x.repo /etc/yum.repos.d/\nCOPY x.repo /etc/yum.repos.d/\n";
        assert_eq!(dockerfile("third-party-repo", text).flagged(), ["https://example.org/x.repo"]);
    }

    #[test]
    fn a_dated_snapshot_is_what_the_rule_asks_for() {
        let text = "FROM a\nRUN echo deb https://snapshot.example.org/archive/20240101T000000Z/ bookworm main > /etc/apt/sources.list\n";
        assert!(dockerfile("third-party-repo", text).flagged().is_empty());
    }
}
