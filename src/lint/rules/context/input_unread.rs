//! input-unread: a file names something that could not be read, so what it brings is not checked.

use crate::base::text::Span;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::subject::Subject;

pub(crate) struct InputUnread;

impl Rule for InputUnread {
    profile! {
        id: "input-unread",
        summary: "a file takes in something that can't be read here",
        severity: Info,
        confidence: Low,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for gap in &subject.gaps {
            let written = subject.at(gap.span).lines().next().unwrap_or_default();
            findings.push(
                Draft::at(gap.span, format!("{written} {}", gap.reason))
                    .help("lint it where it can be read, or name a file that is there"),
            );
        }
        for script in subject.scripts.iter().filter(|script| script.shell.incomplete) {
            let first = subject.at(script.span).split_whitespace().next().unwrap_or_default();
            let span = Span::new(script.span.start, script.span.start + first.len());
            let message = format!(
                "the shell script behind {first} nests too deep or is too large: not all of it is checked"
            );
            findings.push(Draft::at(span, message).help("split it, or make it flatter"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{dockerfile, of};
    use crate::lint::subject::source::SourceKind;

    const ID: &str = "input-unread";

    #[test]
    fn what_a_compose_file_fetches_or_extends_in_vain_is_told_at_its_place() {
        let text = "include:\n  - oci://registry.example.org/x:1\nservices:\n  a:\n    extends: lost\n  b:\n    extends: c\n  c:\n    extends: b\n";
        let lines = of(ID, SourceKind::Compose, text).lines();
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert!(lines[0].starts_with("2: oci://registry.example.org/x:1: "), "{lines:?}");
        assert!(lines[1].starts_with("5: lost: lost is no service of this file"), "{lines:?}");
        assert!(lines[2].ends_with("extends this service itself"), "{lines:?}");
    }

    #[test]
    fn a_script_that_is_not_read_whole_is_told() {
        for (open, close) in [("$(", ")"), ("if true; then ", "; fi"), ("{ ", "; }")] {
            let text = |depth: usize| {
                format!("FROM a\nRUN {}pip install x{}\n", open.repeat(depth), close.repeat(depth))
            };
            assert_eq!(dockerfile(ID, &text(8)).flagged(), [""; 0], "{open}");
            assert_eq!(dockerfile(ID, &text(200)).flagged(), ["RUN"], "{open}");
        }
    }

    #[test]
    fn a_bake_target_says_what_it_takes_from_elsewhere() {
        let text =
            "target \"a\" {\n  inherits = [\"b\", \"lost\"]\n}\ntarget \"b\" {\n  inherits = [\"a\"]\n}\n";
        let lines = of(ID, SourceKind::Bake, text).lines();
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert!(
            lines.iter().any(|line| line.starts_with("2: \"lost\"") && line.contains("is not in this file"))
        );
    }

    #[test]
    fn a_dockerfile_in_quotes_is_told() {
        let text = "services:\n  a:\n    build:\n      dockerfile_inline: \"FROM a\"\n  b:\n    build:\n      dockerfile_inline: |\n        FROM a\n";
        assert_eq!(of(ID, SourceKind::Compose, text).flagged(), ["\"FROM a\""]);
    }
}
