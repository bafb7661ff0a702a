//! context-unbounded: the whole folder is copied, .git and all.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::base::source::{self, SourceError};
use crate::dockerfile::{Instruction, Keyword};
use crate::finding::Confidence;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::subject::Subject;
use crate::lint::subject::build_file::BuildStep;
use crate::lint::subject::shell_code::Call;
use crate::lint::subject::source::{BuildContext, SourceText};

pub(crate) struct ContextUnbounded;

impl Rule for ContextUnbounded {
    profile! {
        id: "context-unbounded",
        summary: "the whole folder is copied, .git and all",
        severity: Warning,
        confidence: High,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let (Some(build), Some(context)) = (&subject.build, &subject.source.context) else { return };
        let patterns = match ignored(subject.source, context) {
            Ok(patterns) => patterns,
            Err(error) => {
                let steps = build.steps_of(Keyword::Copy).chain(build.steps_of(Keyword::Add));
                findings.extend(steps.filter_map(|step| untold(step.instruction, &error)));
                return;
            }
        };
        let git = Git {
            is_there: context.folder.join(".git").exists(),
            is_left_out: patterns.as_deref().is_some_and(leaves_git_out),
        };
        let readers = if git.is_left_out { Readers::new() } else { readers(subject) };
        for step in &build.steps {
            match step.instruction.keyword {
                Keyword::Copy | Keyword::Add if step.instruction.flag("from").is_none() => {
                    findings.extend(copied(step.instruction, patterns.is_some(), git));
                }
                Keyword::Run => findings.extend(mounted(*step, git, &readers)),
                _ => {}
            }
        }
    }
}

/// What is known of the context's `.git`.
#[derive(Clone, Copy)]
struct Git {
    is_there: bool,
    is_left_out: bool,
}

/// A COPY or ADD of the whole context, of which can't be told what is left out.
fn untold(instruction: &Instruction, error: &SourceError) -> Option<Draft> {
    let (_, sources) = instruction.arguments.words().split_last()?;
    let word = sources.iter().find(|word| is_all(&word.text) && instruction.flag("from").is_none())?;
    let why = match error {
        SourceError::Io { source, .. } => source.to_string(),
        SourceError::TooLarge { limit, .. } => format!("it is larger than {limit} bytes"),
        SourceError::NotUtf8 { .. } => "it is not UTF-8".to_owned(),
        SourceError::NotAFile { .. } => "it is no regular file".to_owned(),
        SourceError::LeadsOut { .. } => "it leads out of the repository through a link".to_owned(),
    };
    let message = format!("what .dockerignore leaves out of {} can't be told: {why}", word.text);
    let draft = Draft::at(word.span, message).help("make .dockerignore a text of its own in the context");
    Some(draft.confidence(Confidence::Low))
}

/// A COPY or ADD of the whole context, or of `.git` itself.
fn copied(instruction: &Instruction, has_patterns: bool, git: Git) -> Option<Draft> {
    let keyword = &instruction.keyword_word.text;
    let (_, sources) = instruction.arguments.words().split_last()?;
    if let Some(word) = sources.iter().find(|word| is_git(&word.text)) {
        let message = format!("{keyword} {} brings what is another in every clone", word.text);
        return Some(Draft::at(word.span, message).help(
            "leave .git out, and hand in what is needed of it: an ARG with the commit, from git rev-parse where you build",
        ));
    }
    let word = sources.iter().find(|word| is_all(&word.text))?;
    let written = &word.text;
    let (message, help) = match has_patterns {
        false => (
            format!("{keyword} {written} takes everything in the folder, and there is no .dockerignore"),
            "write a .dockerignore that begins with * and lets in what is needed: !src",
        ),
        true if git.is_there && !git.is_left_out => (
            format!("{keyword} {written} takes .git in, which is another in every clone"),
            "add .git to .dockerignore",
        ),
        true => return None,
    };
    Some(Draft::at(word.span, message).help(help))
}

/// A mount that shows a RUN the context's `.git`, where something reads it: what is written then follows the tags, the depth and the
/// changes of whoever builds.
fn mounted(step: BuildStep<'_>, git: Git, readers: &Readers) -> Option<Draft> {
    let reader = readers.get(&(step.stage, step.index))?;
    let shows = step.instruction.flags_named("mount").find_map(|flag| {
        let options = flag.options();
        let is_bind = options.get("type").is_none_or(|kind| kind == "bind") && !options.contains_key("from");
        let source = options.get("source").or(options.get("src")).map_or(".", String::as_str);
        let shows = is_bind && (is_git(source) || is_all(source) && git.is_there);
        shows.then_some(flag.word.span)
    })?;
    let message = format!("{reader} reads .git of the context, which is another in every clone");
    Some(
        Draft::at(shows, message)
            .help("hand in what is needed of it: an ARG with the commit or version, from git rev-parse or git describe where you build")
            .confidence(Confidence::Low),
    )
}

/// The first command of each RUN that reads the history, by stage and number of the instruction.
type Readers = BTreeMap<(usize, usize), &'static str>;

fn readers(subject: &Subject<'_>) -> Readers {
    let mut readers = Readers::new();
    for call in subject.build_calls() {
        if let Some((step, reader)) = call.script.step.zip(reader(&call)) {
            readers.entry(step).or_insert(reader);
        }
    }
    readers
}

/// The command that reads the history: git that asks for a name, or go that stamps what it builds.
/// <https://pkg.go.dev/cmd/go#hdr-Compile_packages_and_dependencies>
fn reader(call: &Call<'_>) -> Option<&'static str> {
    let has = |text: &str| call.arguments().iter().any(|word| word.text == text);
    match call.program()? {
        "git" if has("describe") => Some("git describe"),
        "git" if has("rev-list") || has("log") || has("status") => Some("git"),
        "go" if has("build") || has("install") => {
            let texts = call.arguments().iter().map(|word| word.text.clone());
            let flags = call.variable("GOFLAGS").into_iter();
            let own = call.command.assignments.iter().map(|(name, word)| format!("{name}={}", word.text));
            let is_off = |text: String| text.contains("-buildvcs=false") || text.contains("-buildvcs=0");
            (!texts.chain(flags).chain(own).any(is_off)).then_some("go build")
        }
        _ => None,
    }
}

fn is_all(text: &str) -> bool {
    matches!(text, "" | "." | "./" | "/" | "*" | "./*")
}

fn is_git(text: &str) -> bool {
    matches!(text.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/'), ".git" | ".git/*")
}

/// The patterns of the Dockerfile's own ignore file, or of the context's; an error for one that can't be read.
fn ignored(source: &SourceText, context: &BuildContext) -> Result<Option<Vec<String>>, SourceError> {
    let own = source.file.as_ref().map(|file| {
        let mut name = file.clone().into_os_string();
        name.push(".dockerignore");
        name.into()
    });
    let candidates = own.into_iter().chain([context.folder.join(".dockerignore")]);
    let mut candidates = candidates.filter(|path: &PathBuf| path.symlink_metadata().is_ok());
    let Some(path) = candidates.next() else { return Ok(None) };
    let text = source::read(&path)?;
    let patterns = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(Some(patterns.map(str::to_owned).collect()))
}

/// Whether `.git` stays out: the last pattern that matches it decides, and `!` lets in.
fn leaves_git_out(patterns: &[String]) -> bool {
    let mut out = false;
    for pattern in patterns {
        let (is_exception, pattern) =
            pattern.strip_prefix('!').map_or((false, pattern.as_str()), |rest| (true, rest));
        let plain = pattern.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
        let plain = plain.trim_start_matches("**/").trim_end_matches("/**").trim_end_matches("/*");
        if matches!(plain, ".git" | "*" | "**" | ".*" | ".git*" | ".g*" | ".gi*") {
            out = !is_exception;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::leaves_git_out;
    use crate::lint::rules::testing::dockerfile;

    /// What is flagged of a Dockerfile in a context with `.git`, or without.
    fn flagged(lines: &str, ignore: Option<&str>, with_git: bool) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        if with_git {
            std::fs::create_dir(folder.path().join(".git")).unwrap();
        }
        if let Some(text) = ignore {
            std::fs::write(folder.path().join(".dockerignore"), text).unwrap();
        }
        let case = dockerfile("context-unbounded", &format!("FROM a\n{lines}\n")).within(folder.path());
        case.flagged().into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn git_is_taken_in_only_where_there_is_one() {
        assert_eq!(flagged("COPY . .", Some("node_modules"), true), ["."]);
        assert_eq!(flagged("COPY . .", Some("node_modules"), false), [""; 0]);
        assert_eq!(flagged("COPY . .", Some(".git"), true), [""; 0]);
        assert_eq!(flagged("COPY . .", None, false), ["."]);
        assert_eq!(flagged("COPY .git/ /src/.git/", Some("node_modules"), true), [".git/"]);
    }

    #[cfg(unix)]
    #[test]
    fn an_ignore_file_that_is_none_is_told_and_not_read() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/dev/zero", folder.path().join(".dockerignore")).unwrap();
        let case =
            dockerfile("context-unbounded", "FROM a\nCOPY --from=b / /\nCOPY . .\n").within(folder.path());
        assert_eq!(
            case.lines(),
            ["3: .: what .dockerignore leaves out of . can't be told: it is no regular file"]
        );
    }

    #[test]
    fn a_mount_shows_git_to_what_reads_it() {
        for lines in [
            "RUN --mount=type=bind,source=.git,target=.git git describe --tags > v",
            "RUN --mount=type=bind,target=. git log -1 > v",
            "RUN --mount=target=.,rw go build -o /x .",
        ] {
            assert_eq!(flagged(lines, None, true).len(), 1, "{lines}");
            assert_eq!(flagged(lines, Some(".git"), true), [""; 0], "{lines}");
        }
        for lines in [
            "RUN --mount=type=bind,target=. make",
            "RUN --mount=type=bind,target=. go build -buildvcs=false .",
            "ENV GOFLAGS=-buildvcs=false\nRUN --mount=type=bind,target=. go build .",
            "RUN --mount=type=bind,from=x,target=. git describe",
            "RUN --mount=type=cache,target=/x git describe",
        ] {
            assert_eq!(flagged(lines, None, true), [""; 0], "{lines}");
        }
        assert_eq!(flagged("RUN --mount=type=bind,target=. git describe", None, false), [""; 0]);
    }

    fn out(patterns: &[&str]) -> bool {
        leaves_git_out(&patterns.iter().map(|pattern| (*pattern).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_last_pattern_that_matches_git_decides() {
        assert!(out(&["node_modules", "**/.git"]) && out(&["*", "!src"]) && out(&[".git/"]));
        assert!(!out(&["node_modules"]) && !out(&["*", "!.git"]) && !out(&[".gitignore"]));
    }
}
