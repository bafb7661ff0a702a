//! context-unbounded: the whole folder is copied, .git and all.

use crate::dockerfile::Keyword;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::subject::Subject;
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
        let copies = build.steps.iter().filter(|step| {
            matches!(step.instruction.keyword, Keyword::Copy | Keyword::Add)
                && step.instruction.flag("from").is_none()
        });
        for step in copies {
            let Some((_, sources)) = step.instruction.arguments.words().split_last() else { continue };
            let Some(word) =
                sources.iter().find(|word| matches!(word.text.as_str(), "." | "./" | "/" | "*" | "./*"))
            else {
                continue;
            };
            let written = &word.text;
            let (message, help) = match ignored(subject.source, context) {
                None => (
                    format!(
                        "{} {written} takes everything in the folder, and there is no .dockerignore",
                        step.instruction.keyword_word.text
                    ),
                    "write a .dockerignore that begins with * and lets in what is needed: !src",
                ),
                Some(patterns) if !leaves_git_out(&patterns) => (
                    format!(
                        "{} {written} takes .git in, which is another in every clone",
                        step.instruction.keyword_word.text
                    ),
                    "add .git to .dockerignore",
                ),
                Some(_) => continue,
            };
            findings.push(Draft::at(word.span, message).help(help));
        }
    }
}

/// The patterns of the Dockerfile's own ignore file, or of the context's.
fn ignored(source: &SourceText, context: &BuildContext) -> Option<Vec<String>> {
    let own = source.file.as_ref().map(|file| {
        let mut name = file.clone().into_os_string();
        name.push(".dockerignore");
        name.into()
    });
    let candidates = own.into_iter().chain([context.folder.join(".dockerignore")]);
    let text = candidates.filter_map(|path: std::path::PathBuf| std::fs::read_to_string(path).ok()).next()?;
    let patterns = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Some(patterns.map(str::to_owned).collect())
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

    fn out(patterns: &[&str]) -> bool {
        leaves_git_out(&patterns.iter().map(|pattern| (*pattern).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_last_pattern_that_matches_git_decides() {
        assert!(out(&["node_modules", "**/.git"]) && out(&["*", "!src"]) && out(&[".git/"]));
        assert!(!out(&["node_modules"]) && !out(&["*", "!.git"]) && !out(&[".gitignore"]));
    }
}
