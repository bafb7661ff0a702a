//! add-url-unverified: ADD fetches a URL without `--checksum`.

use std::collections::BTreeSet;

use crate::dockerfile::Keyword;
use crate::lint::engine::draft::{Draft, Findings, confidence_in};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::downloads::shown;
use crate::lint::subject::Subject;
use crate::lint::subject::build_file::BuildStep;

pub(crate) struct AddUrlUnverified;

impl Rule for AddUrlUnverified {
    profile! {
        id: "add-url-unverified",
        summary: "ADD fetches a URL without `--checksum`",
        severity: Error,
        confidence: High,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let Some(build) = &subject.build else { return };
        for step in build.steps_of(Keyword::Add) {
            if step.instruction.flag("checksum").is_some() {
                continue;
            }
            let sources = fetched(subject, step);
            let is_alone = step.instruction.arguments.words().len() < 3;
            for source in sources {
                let written = subject.at(source.span);
                let help = match is_alone {
                    true => format!("write its checksum: ADD --checksum=sha256:… {written}"),
                    false => format!(
                        "give it an ADD of its own, with its checksum: ADD --checksum=sha256:… {written} …"
                    ),
                };
                findings.push(
                    Draft::at(
                        source.span,
                        format!("ADD takes whatever {} sends on the day of the build", shown(&source.url)),
                    )
                    .help(help)
                    .confidence(confidence_in(source.known)),
                );
            }
        }
    }
}

/// A source of ADD that is a file on a server.
pub(super) struct Fetched {
    pub(super) url: String,
    pub(super) span: crate::base::text::Span,
    pub(super) known: bool,
}

/// The sources of an ADD that are files on a server, git repositories left out.
pub(super) fn fetched(subject: &Subject<'_>, step: BuildStep<'_>) -> Vec<Fetched> {
    let Some(build) = &subject.build else { return Vec::new() };
    let words = step.instruction.arguments.words();
    let sources = words.split_last().map(|(_, sources)| sources).unwrap_or_default();
    let urls = sources.iter().filter_map(|word| {
        let expansion = build.expand(step, &word.text).ok()?;
        let known = expansion.unset.is_empty();
        let url = if known { expansion.text } else { shown_unset(&expansion.text, &word.text) };
        let path = url.split(['?', '#']).next().unwrap_or_default();
        // What a variable without a default begins with is most likely a URL: of a file at hand the name would be written.
        let may_be = !known && (word.text.starts_with('$') && is_of_url(&expansion.unset));
        let is_url = ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme));
        let is_file = (is_url || may_be) && !path.ends_with(".git");
        is_file.then_some(Fetched { span: word.span, known, url })
    });
    urls.collect()
}

/// Whether one of the variables that are missing is called after a URL.
fn is_of_url(unset: &BTreeSet<String>) -> bool {
    let names = ["URL", "URI", "LINK", "MIRROR", "DOWNLOAD", "SITE", "HOST"];
    unset.iter().any(|name| names.iter().any(|word| name.to_ascii_uppercase().contains(word)))
}

/// What is known of a word, or the word as it is written where that is nothing.
fn shown_unset(expanded: &str, written: &str) -> String {
    let is_url = expanded.starts_with("https://") || expanded.starts_with("http://");
    if is_url { expanded.to_owned() } else { written.to_owned() }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn urls_are_flagged_however_they_are_written() {
        let text = "FROM a\nARG U=https://example.org/b\nADD https://example.org/a.tgz /a\nADD [\"$U\", \"/b\"]\nADD --checksum=sha256:ab https://example.org/c /c\nADD https://example.org/d.git#v1 /d\nADD local /e\nONBUILD ADD http://example.org/f /f\n";
        assert_eq!(
            dockerfile("add-url-unverified", text).lines(),
            [
                "3: https://example.org/a.tgz: ADD takes whatever https://example.org/a.tgz sends on the day of the build",
                "4: $U: ADD takes whatever https://example.org/b sends on the day of the build",
                "8: http://example.org/f: ADD takes whatever http://example.org/f sends on the day of the build",
            ]
        );
    }

    #[test]
    fn each_source_is_flagged_and_a_url_that_is_not_known_too() {
        let text = "FROM a\nARG MODEL_URL\nADD $MODEL_URL /m\nADD https://example.org/a.ttf https://example.org/b.ttf /f/\nARG NAME\nADD $NAME /n\nARG BASE_URL\nADD ${BASE_URL}/x /x\n";
        let case = dockerfile("add-url-unverified", text);
        assert_eq!(
            case.flagged(),
            ["$MODEL_URL", "https://example.org/a.ttf", "https://example.org/b.ttf", "${BASE_URL}/x"]
        );
        assert_eq!(case.findings()[0].confidence.name(), "low");
    }
}
