//! r-unpinned: R installs packages from an archive that moves, or a repository without a commit.

use crate::base::text::Span;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::downloads::is_commit;
use crate::lint::read::code::{Language, code_of};
use crate::lint::read::function_calls::{FunctionCall, function_calls};
use crate::lint::subject::Subject;

pub(crate) struct RUnpinned;

impl Rule for RUnpinned {
    profile! {
        id: "r-unpinned",
        summary: "R installs packages from an archive that moves",
        severity: Warning,
        confidence: Medium,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let is_dated = names_a_day(subject.text());
        for code in code_of(subject, Language::R) {
            for call in function_calls(&code.text, Language::R) {
                if let Some((message, help)) = reason(&call, is_dated) {
                    findings.push(draft(code.place(call.range), message, help));
                }
            }
        }
        for call in subject.build_calls_of(&["install2.r", "install.r", "installGithub.r"]) {
            let word = call.arguments().iter().find(|word| !word.text.starts_with('-'));
            let Some(word) = word.filter(|_| !is_dated || call.is("installGithub.r")) else { continue };
            if call.is("installGithub.r") && word.text.rsplit('@').next().is_some_and(is_commit) {
                continue;
            }
            findings.push(draft(call.place(word), live(call.program().unwrap_or_default()), SNAPSHOT));
        }
    }
}

const SNAPSHOT: &str = "install from a snapshot of a day (options(repos = \"https://…/2024-06-01\")), or restore what renv.lock holds: renv::restore()";

fn draft(span: Span, message: String, help: &'static str) -> Draft {
    Draft::at(span, message).help(help)
}

fn live(what: &str) -> String {
    format!("{what} takes whatever versions the archive has on the day of the build")
}

fn reason(call: &FunctionCall, is_dated: bool) -> Option<(String, &'static str)> {
    let first = call.first_or(&["pkgs", "repo", "pkg", "url"]);
    let names: Vec<&str> =
        first.map_or_else(Vec::new, |first| first.strings.iter().map(String::as_str).collect());
    let is_file = |name: &&str| name.ends_with(".tar.gz") || name.starts_with(['.', '/']);
    match call.last() {
        "install.packages" if call.name == "install.packages" => {}
        "packages" if call.name.ends_with("install.packages") => {}
        "pkg_install" | "pak" => {}
        "install" if call.name.starts_with("BiocManager") => {
            return (!is_dated).then(|| (live(&call.name), SNAPSHOT));
        }
        "install_github" | "install_gitlab" | "install_git" => {
            let is_held = |name: &&str| name.rsplit('@').next().is_some_and(is_commit);
            let given = call.keyword("ref").and_then(|argument| argument.literal.as_deref());
            let held = given.is_some_and(is_commit) || !names.is_empty() && names.iter().all(is_held);
            let shown = names.first().copied().unwrap_or("the repository");
            return (!held).then(|| {
                (
                    format!(
                        "{} takes {shown} at whatever commit its branch has on the day of the build",
                        call.name
                    ),
                    "name the commit: owner/name@COMMIT (all 40 digits)",
                )
            });
        }
        _ => return None,
    }
    let is_local = !names.is_empty() && names.iter().all(is_file);
    (!is_dated && !is_local).then(|| (live(&call.name), SNAPSHOT))
}

/// Whether a Dockerfile names an archive of a day: a URL that ends in a date, or a base that brings one (`rocker/r-ver`).
fn names_a_day(text: &str) -> bool {
    let is_date = |part: &str| {
        let bytes = part.as_bytes();
        bytes.len() == 10
            && bytes
                .iter()
                .enumerate()
                .all(|(at, byte)| if matches!(at, 4 | 7) { *byte == b'-' } else { byte.is_ascii_digit() })
    };
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | ')' | ','));
    let mut urls = words.filter(|word| word.contains("://"));
    let has_base = [
        "rocker/r-ver:",
        "rocker/rstudio:",
        "rocker/tidyverse:",
        "rocker/verse:",
        "rocker/ml",
        "rocker/geospatial:",
    ]
    .iter()
    .any(|base| {
        text.split(base).nth(1).is_some_and(|tag| {
            tag.trim_start_matches(|c: char| c.is_ascii_lowercase() || c == '-' || c == ':')
                .starts_with(|c: char| c.is_ascii_digit())
        })
    });
    urls.any(|url| url.split('/').any(is_date)) || has_base
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    fn flagged(base: &str, command: &str) -> usize {
        dockerfile("r-unpinned", &format!("FROM {base}\nRUN {command}\n")).flagged().len()
    }

    #[test]
    fn installs_from_a_live_archive_are_flagged() {
        for command in [
            "R -e \"install.packages('ggplot2')\"",
            "Rscript -e 'install.packages(c(\"a\", \"b\"), repos = \"https://cran.example.org\")'",
            "install2.r --error dplyr",
            "R -e 'BiocManager::install(\"limma\")'",
            "R -e \"remotes::install_github('o/r')\"",
            "R -e \"remotes::install_github('o/r@v1.0')\"",
            "R --no-save <<EOF\ninstall.packages('x')\nEOF",
        ] {
            assert_eq!(flagged("r-base", command), 1, "{command}");
        }
    }

    #[test]
    fn snapshots_commits_and_local_files_hold() {
        for command in [
            "R -e \"install.packages('x', repos='https://example.org/cran/2024-06-01')\"",
            "R -e \"renv::restore()\"",
            "R -e \"remotes::install_version('x', '1.2.3')\"",
            "R -e \"remotes::install_github('o/r@0123456789abcdef0123456789abcdef01234567')\"",
            "R -e \"install.packages('/src/x.tar.gz', repos=NULL)\"",
            "R -e \"library(x) # install.packages('y')\"",
        ] {
            assert_eq!(flagged("r-base", command), 0, "{command}");
        }
        assert_eq!(flagged("rocker/r-ver:4.3.1", "install2.r dplyr"), 0);
        assert_eq!(flagged("rocker/r-ver:latest", "install2.r dplyr"), 1);
    }
}
