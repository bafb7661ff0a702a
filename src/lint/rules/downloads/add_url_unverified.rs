//! add-url-unverified: ADD fetches a URL without `--checksum`.

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
        set: Default,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let Some(build) = &subject.build else { return };
        for step in build.steps_of(Keyword::Add) {
            if step.instruction.flag("checksum").is_none()
                && let Some(source) = fetched(subject, step).into_iter().next()
            {
                let help = format!("write its checksum: ADD --checksum=sha256:… {}", subject.at(source.span));
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
        let (url, known) = (expansion.text, expansion.unset.is_empty());
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let is_file =
            ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme)) && !path.ends_with(".git");
        is_file.then_some(Fetched { span: word.span, known, url })
    });
    urls.collect()
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
}
