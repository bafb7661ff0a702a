//! git-clone-unpinned: a repository is cloned or added without a commit.

use crate::base::text::Span;
use crate::dockerfile::Keyword;
use crate::lint::engine::draft::{Draft, Findings, confidence_in};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::git::loose_clones;
use crate::lint::knowledge::requirement::{LooseRevision, loose_revision};
use crate::lint::subject::Subject;
use crate::lint::subject::build_file::BuildStep;

pub(crate) struct GitCloneUnpinned;

impl Rule for GitCloneUnpinned {
    profile! {
        id: "git-clone-unpinned",
        summary: "a git repository is cloned or added without a commit",
        severity: Error,
        confidence: High,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for clone in loose_clones(subject) {
            let Some(loose) = &clone.loose else { continue };
            let help = match (clone.program.as_str(), clone.place.as_str()) {
                ("svn" | "bzr" | "brz", _) => format!("name the revision: {} … -r NUMBER", clone.program),
                ("hg", _) => "name the changeset, all 40 digits of it: hg clone -u ID".to_owned(),
                (_, "") => {
                    "fetch a commit, all 40 digits of it: git fetch ORIGIN COMMIT && git checkout COMMIT"
                        .to_owned()
                }
                (_, place) => format!(
                    "check out a commit behind it: git -C {place} checkout COMMIT (all 40 digits); git clone --revision=COMMIT does both"
                ),
            };
            findings.push(
                Draft::at(clone.span, message(&clone.url, loose))
                    .help(help)
                    .confidence(confidence_in(clone.known)),
            );
        }
        findings.extend(subject.installing_calls_of(&["git"]).filter_map(|call| {
            let has = |text: &str| call.arguments().iter().any(|word| word.text == text);
            let moves = has("submodule") && has("--remote");
            let message = "--remote takes the newest commit of each submodule's branch, whatever the repository asks for";
            let word = call.arguments().iter().find(|word| word.text == "--remote").filter(|_| moves)?;
            Some(Draft::at(call.place(word), message).help("leave --remote out: the repository names a commit for each submodule"))
        }));
        let contexts = subject
            .builds
            .iter()
            .flat_map(|build| build.contexts.iter().map(|context| &context.value).chain(&build.context));
        findings.extend(contexts.filter_map(|context| {
            let (repository, revision) = repository(&context.text)?;
            let loose = loose_revision(repository, revision)?;
            let help = format!("write the commit, all 40 digits of it: {repository}#COMMIT");
            Some(draft(context.span, repository, &loose, help).confidence(confidence_in(context.known)))
        }));
        if let Some(build) = &subject.build {
            findings.extend(build.steps_of(Keyword::Add).flat_map(|step| added(subject, step)));
        }
    }
}

fn message(url: &str, loose: &LooseRevision) -> String {
    match loose {
        LooseRevision::None => format!("the clone of {url} has whatever its default branch holds that day"),
        LooseRevision::Short(short) => {
            format!(
                "{short} is the beginning of a commit's id, which may name another commit of {url} one day"
            )
        }
        LooseRevision::Name(name) => format!("{name} of {url} may be another commit tomorrow"),
        LooseRevision::Variable(name) => format!("what {name} of {url} is, the Dockerfile doesn't say"),
    }
}

/// The repositories that an ADD brings without a commit.
fn added(subject: &Subject<'_>, step: BuildStep<'_>) -> Vec<Draft> {
    let words = step.instruction.arguments.words();
    let sources = words.split_last().map(|(_, sources)| sources).unwrap_or_default();
    let is_held = step.instruction.flag("checksum").is_some();
    let drafts = sources.iter().filter(|_| !is_held).filter_map(|word| {
        let build = subject.build.as_ref()?;
        let expansion = build.expand(step, &word.text).ok();
        let known = expansion.as_ref().is_some_and(|expansion| expansion.unset.is_empty());
        let url = expansion.map_or_else(|| word.text.clone(), |expansion| expansion.text);
        let (repository, revision) = repository(&url)?;
        let loose = loose_revision(repository, revision)?;
        let help = format!("write the commit, all 40 digits of it: ADD {repository}#COMMIT");
        Some(draft(word.span, repository, &loose, help).confidence(confidence_in(known)))
    });
    drafts.collect()
}

fn draft(span: Span, url: &str, loose: &LooseRevision, help: String) -> Draft {
    Draft::at(span, message(url, loose)).help(help)
}

/// Repository and revision of a source of ADD that is a git repository, as BuildKit tells them from files.
fn repository(url: &str) -> Option<(&str, Option<&str>)> {
    let (bare, fragment) = url.split_once('#').map_or((url, None), |(bare, fragment)| (bare, Some(fragment)));
    let (bare, query) = bare.split_once('?').map_or((bare, None), |(bare, query)| (bare, Some(query)));
    let is_web = ["https://", "http://"].iter().any(|scheme| bare.starts_with(scheme));
    let is_git = bare.starts_with("git://")
        || bare.starts_with("ssh://")
        || bare.starts_with("git@")
        || is_web && bare.ends_with(".git");
    let of_query = |name: &str| query?.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    let revision = fragment
        .map(|fragment| fragment.split(':').next().unwrap_or(fragment))
        .filter(|revision| !revision.is_empty());
    let held = of_query("commit").or_else(|| of_query("checksum"));
    is_git.then(|| {
        (
            bare,
            held.or(revision)
                .or_else(|| of_query("ref"))
                .or_else(|| of_query("branch"))
                .or_else(|| of_query("tag")),
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn lines(text: &str) -> Vec<String> {
        dockerfile("git-clone-unpinned", &format!("FROM a\n{}", text.replace("COMMIT", COMMIT))).lines()
    }

    #[test]
    fn help_names_the_folder_where_the_clone_lies() {
        let help = |command: &str| {
            let case = dockerfile("git-clone-unpinned", &format!("FROM a\nRUN {command}\n"));
            case.findings().remove(0).help.unwrap()
        };
        assert!(help("git clone https://example.org/a /src/b").contains("git -C /src/b checkout"));
        assert!(help("git clone https://example.org/a.git").contains("git -C a checkout"));
        assert!(help("git clone $URL").contains("git -C FOLDER checkout"));
    }

    #[test]
    fn cmd_and_powershell_clone_too() {
        for shell in ["", "SHELL [\"powershell\", \"-Command\"]\n"] {
            let text = format!(
                "FROM example.org/windows/servercore:1\n{shell}RUN git clone https://example.org/a.git; cd a\n"
            );
            assert_eq!(dockerfile("git-clone-unpinned", &text).flagged().len(), 1, "{shell}");
        }
    }

    #[test]
    fn a_clone_without_a_revision_or_with_a_tag_is_flagged_where_it_is_named() {
        assert_eq!(
            lines(
                "RUN git clone --depth 1 https://example.org/a.git /opt/a\nRUN git clone -b v1.0 https://example.org/b\n"
            ),
            [
                "2: https://example.org/a.git: the clone of https://example.org/a.git has whatever its default branch holds that day",
                "3: v1.0: v1.0 of https://example.org/b may be another commit tomorrow",
            ]
        );
        assert_eq!(lines("ARG R\nRUN git clone -b $R https://example.org/a\n").len(), 1);
    }

    #[test]
    fn a_commit_checked_out_in_the_clone_holds_it() {
        let held = [
            "RUN git clone https://example.org/a && cd a && git checkout COMMIT && make",
            "RUN git clone https://example.org/a.git /opt/a\nWORKDIR /opt/a\nRUN git reset --hard COMMIT",
            "ARG REV=COMMIT\nRUN git clone https://example.org/a && git -C a checkout -q ${REV}",
            "RUN git clone --revision=COMMIT https://example.org/a",
            "RUN git clone https://example.org/a && cd a && git fetch origin COMMIT && git checkout FETCH_HEAD",
            "RUN git clone https://example.org/a && git clone https://example.org/b && git -C a checkout COMMIT && git -C b checkout COMMIT",
            "RUN git clone /src/local x",
        ];
        for text in held {
            assert_eq!(lines(&format!("{text}\n")), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_commit_holds_its_own_clone_alone() {
        let actual = lines(
            "RUN git clone https://example.org/a && git clone https://example.org/b && git -C a checkout COMMIT && cd b && git checkout abc1234\n",
        );
        assert_eq!(
            actual,
            [
                "2: abc1234: abc1234 is the beginning of a commit's id, which may name another commit of https://example.org/b one day"
            ]
        );
    }

    #[test]
    fn repositories_come_in_other_ways_than_by_a_clone() {
        for command in [
            "git init . && git remote add o https://example.org/v.git && git pull o main",
            "git init && git fetch --depth 1 https://example.org/a main && git checkout FETCH_HEAD",
            "git init a && cd a && git remote add origin https://example.org/a && git fetch && git checkout v1",
            "git pull",
            "gh repo clone example/x",
            "gh repo clone example/x -- --depth 1",
            "glab repo clone example/x",
            "git submodule add https://example.org/s.git",
            "git subtree add --prefix x https://example.org/s.git main",
            "git archive --remote=https://example.org/s.git main",
            "hg clone https://example.org/h",
            "svn checkout https://example.org/trunk",
            "svn export https://example.org/trunk x",
            "repo init -u https://example.org/m -b main",
        ] {
            assert_eq!(lines(&format!("RUN {command}\n")).len(), 1, "{command}");
        }
        for command in [
            "git init && git remote add o https://example.org/v && git fetch o COMMIT && git checkout FETCH_HEAD",
            "git init && git remote add o https://example.org/v && git fetch o && git checkout COMMIT",
            "git fetch https://example.org/a COMMIT",
            "git init && git add . && git commit -m x",
            "git remote add o https://example.org/v",
            "svn checkout -r 123 https://example.org/trunk",
            "svn export https://example.org/trunk@123",
            "hg clone -u COMMIT https://example.org/h",
            "git submodule update --init",
        ] {
            assert_eq!(lines(&format!("RUN {command}\n")), Vec::<String>::new(), "{command}");
        }
    }

    #[test]
    fn submodules_that_move_and_repositories_added_are_seen() {
        let text = "FROM a\nRUN git submodule update --init --remote\nADD https://example.org/a.git#main /a\nADD git@example.org:b.git /b\nADD https://example.org/c.tar.gz /c\nADD https://example.org/d.git?ref=v1&commit=COMMIT /d\nONBUILD RUN sh -c 'git clone https://example.org/e'\n";
        let text = text.replace("COMMIT", COMMIT);
        assert_eq!(
            dockerfile("git-clone-unpinned", &text).flagged(),
            ["--remote", "https://example.org/a.git#main", "git@example.org:b.git", "https://example.org/e"]
        );
    }
}
