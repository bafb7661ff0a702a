//! host-identity: a build argument that is the host's: a user, a date, a commit.

use crate::base::text::SourceWord;
use crate::base::text::Span;
use crate::dockerfile::Keyword;
use crate::finding::{Edit, Fix};
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::subject::Subject;
use crate::lint::subject::builds::{Setting, written_value};

pub(crate) struct HostIdentity;

impl Rule for HostIdentity {
    profile! {
        id: "host-identity",
        summary: "a build argument that is the host's: a user, a date, a commit",
        severity: Warning,
        confidence: High,
        set: Inputs,
        remedy: UnsafeRewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for argument in subject.builds.iter().flat_map(|build| &build.arguments) {
            findings.extend(passed(subject, argument));
        }
        let Some(build) = &subject.build else { return };
        let declared = build.steps_of(Keyword::Arg).flat_map(|step| step.instruction.arguments.words());
        let outside =
            build.dockerfile.instructions().take_while(|instruction| instruction.keyword != Keyword::From);
        let global = outside
            .filter(|instruction| instruction.keyword == Keyword::Arg)
            .flat_map(|instruction| instruction.arguments.words());
        for word in global.chain(declared) {
            findings.extend(undecided(subject, word));
        }
    }
}

/// Names of arguments that people fill from the machine that builds.
const IDENTITIES: &[&str] = &[
    "uid",
    "gid",
    "user",
    "username",
    "user_name",
    "user_uid",
    "user_gid",
    "user_id",
    "group_id",
    "userid",
    "groupid",
    "group",
    "group_name",
    "groupname",
    "host_uid",
    "host_gid",
    "host_user",
    "local_uid",
    "local_gid",
    "local_user",
    "puid",
    "pgid",
    "uname",
    "nb_uid",
    "nb_gid",
    "build_date",
    "build_time",
    "build_timestamp",
    "date",
    "timestamp",
    "git_commit",
    "git_sha",
    "git_rev",
    "git_hash",
    "vcs_ref",
    "commit",
    "commit_sha",
    "commit_hash",
    "hostname",
];

/// What the shell, make, compose or bake fill in from the machine.
const FROM_THE_HOST: &[&str] = &[
    "(id ",
    "`id ",
    "(id)",
    "(whoami",
    "`whoami",
    "(hostname",
    "`hostname",
    "(date",
    "`date",
    "(git ",
    "`git ",
    "(uname",
    "(nproc",
    "(getent",
    "(pwd",
    "(stat ",
    "timestamp()",
    "(logname",
    "(users",
];

/// What a workflow's run has of its own: `${{ github.sha }}`, `$GITHUB_SHA`.
const OF_A_RUN: &[&str] =
    &["github_sha", "github_run_", "github_actor", "github_event_head_commit", "runner_name"];

/// Variables that a machine has of its own.
const VARIABLES: &[&str] =
    &["UID", "GID", "EUID", "USER", "LOGNAME", "USERNAME", "HOSTNAME", "HOST", "HOME", "PWD"];

/// A build argument whose value is the host's.
fn passed(subject: &Subject<'_>, argument: &Setting) -> Option<Draft> {
    let (name, value) = (&argument.name, argument.value.as_ref());
    let message = match value {
        Some(value) if !value.known && is_of_the_host(&value.text) => {
            // An expression of a workflow is a variable for the shell, and nobody wrote that.
            let is_made = value.text.contains("{expression_");
            let shown =
                if is_made { written_value(name, subject.at(value.span)) } else { value.text.as_str() };
            format!("{name} is {shown}, which is another on another machine or day")
        }
        None if is_identity(name) => format!("{name} is taken from the environment of whoever builds"),
        _ => return None,
    };
    Some(Draft::at(argument.span, message).help(format!(
        "give {name} one value for everybody, as the ARG's default; map users when the container is run instead"
    )))
}

/// An ARG of such a name without a default.
fn undecided(subject: &Subject<'_>, word: &SourceWord) -> Option<Draft> {
    let name = word.text.as_str();
    if !is_identity(name) {
        return None;
    }
    let message = format!("{name} has no default, so each who builds gives another");
    let locked = subject.source.pins.as_ref().and_then(|pins| pins.build_arg(name));
    let default = locked.or_else(|| is_number(name).then_some("1000"));
    let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let fix = default
        .filter(|text| plain(text) && word.is_verbatim(subject.text()))
        .map(|text| Fix::not_safe([Edit::insert(word.span.end, format!("={text}"))]));
    let help = match default {
        Some(value) => format!("decide it here: ARG {name}={value}"),
        None if is_of_the_source(name) => format!(
            "leave it out of the build: label the image with it afterwards; or give it a default that stays: ARG {name}=unknown"
        ),
        None => format!("decide it here: ARG {name}=vorph"),
    };
    Some(Draft::at(Span::new(word.span.start, word.span.end), message).help(help).fix(fix))
}

fn is_identity(name: &str) -> bool {
    IDENTITIES.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether the name is a commit's or a time's: no value is good for all builds.
fn is_of_the_source(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["git", "vcs", "commit", "build", "date", "time"].iter().any(|start| name.starts_with(start))
}

fn is_number(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["uid", "gid", "user_id", "group_id", "userid", "groupid"].iter().any(|ending| name.ends_with(ending))
}

fn is_of_the_host(text: &str) -> bool {
    let names = text.split('$').skip(1).map(|rest| rest.trim_start_matches(['{', '(']));
    // A devcontainer's `${localEnv:USER}`.
    let names =
        names.map(|rest| rest.strip_prefix("localEnv:").or(rest.strip_prefix("env:")).unwrap_or(rest));
    let is_variable = |rest: &str| {
        let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        VARIABLES.contains(&name.as_str())
    };
    let of_run = text.to_ascii_lowercase().replace('.', "_");
    FROM_THE_HOST.iter().any(|command| text.contains(command))
        || OF_A_RUN.iter().any(|name| of_run.contains(name))
        || names.into_iter().any(is_variable)
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{dockerfile, of};
    use crate::lint::subject::source::SourceKind;

    #[test]
    fn what_the_machine_fills_in_is_flagged_and_what_somebody_decided_is_not() {
        let text = "docker build --build-arg USER_UID=$(id -u) --build-arg USERNAME=$USER --build-arg V=$V --build-arg X=1 --build-arg GIT_SHA -t a .\n";
        let case = of("host-identity", SourceKind::Script, text);
        assert_eq!(case.flagged(), ["USER_UID=$(id -u)", "USERNAME=$USER", "GIT_SHA"]);
    }

    #[test]
    fn a_value_that_a_variable_of_the_script_holds_is_seen() {
        let text = "ME=$(whoami)\ndocker build --build-arg NAME=$ME .\n";
        assert_eq!(of("host-identity", SourceKind::Script, text).flagged(), ["NAME=$ME"]);
    }

    #[test]
    fn a_commit_that_a_workflow_passes_is_another_in_each() {
        let text = "on: push\njobs:\n  a:\n    steps:\n      - run: docker build --build-arg SHA=${{ github.sha }} --build-arg V=${{ inputs.v }} .\n      - uses: docker/build-push-action@v6\n        with:\n          build-args: |\n            REV=${{ github.sha }}\n            MODE=x\n";
        let lines = of("host-identity", SourceKind::Workflow, text).lines();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines.iter().all(|line| line.contains("is ${{ github.sha }}, which")), "{lines:?}");
        assert!(lines.iter().any(|line| line.starts_with("9: REV=${{ github.sha }}: ")), "{lines:?}");
    }

    #[test]
    fn a_devcontainer_takes_what_its_machine_has() {
        let text = "{\"build\": {\"dockerfile\": \"Dockerfile\", \"args\": {\"U\": \"${localEnv:USER}\", \"V\": \"${localEnv:VARIANT}\"}}}";
        assert_eq!(of("host-identity", SourceKind::Devcontainer, text).flagged().len(), 1);
    }

    #[test]
    fn no_user_is_proposed_for_a_commit() {
        let help =
            |text: &str| dockerfile("host-identity", text).findings().remove(0).help.unwrap_or_default();
        assert!(help("FROM a\nARG GIT_SHA\n").ends_with("ARG GIT_SHA=unknown"));
        assert_eq!(help("FROM a\nARG USERNAME\n"), "decide it here: ARG USERNAME=vorph");
    }

    #[test]
    fn an_arg_of_a_user_without_a_default_is_flagged() {
        let text = "ARG UID\nFROM a\nARG USER_UID\nARG USERNAME=vorph GID\nARG TARGETARCH\nARG VERSION\n";
        let case = dockerfile("host-identity", text);
        assert_eq!(case.flagged(), ["UID", "USER_UID", "GID"]);
        let fixed = text
            .replace("ARG UID", "ARG UID=1000")
            .replace("USER_UID", "USER_UID=1000")
            .replace(" GID", " GID=1000");
        assert_eq!(case.fixed_unsafely(), fixed);
    }
}
