//! layer-residue: logs, package lists and caches are left in a layer.

use crate::finding::Fix;
use crate::finding::{Confidence, Severity};
use crate::lint::edits::at_the_end;
use crate::lint::residue::{Left, left};
use crate::lint::{About, Findings, Found, Purpose, Remedy, Rule, Set, Subject, listed};

static ABOUT: About = About {
    id: "layer-residue",
    summary: "logs, package lists and caches are left in a layer",
    severity: Severity::Warning,
    confidence: Confidence::High,
    set: Set::Default,
    remedy: Remedy::Rewrite,
    doc: include_str!("../../../docs/rules/layer-residue.md"),
};

/// See [`ABOUT`].
pub(super) struct LayerResidue;

impl Rule for LayerResidue {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for script in subject.scripts.iter().filter(|script| script.purpose == Purpose::Build) {
            let Some(left) = left(subject, script) else { continue };
            let message = format!("{} stay in the layer, and are others on another day", listed(&left.names));
            findings.push(
                Found::at(left.span, message)
                    .help(format!("end the RUN with: {}", left.commands.join(" && ")))
                    .fix(removed(subject, &left)),
            );
        }
    }
}

/// The RUN with commands at its end that take away what is left.
fn removed(subject: &Subject<'_>, left: &Left<'_>) -> Option<Fix> {
    Some(Fix::safe([at_the_end(subject, left.script, &left.commands.join(" && "))?]))
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn what_one_run_leaves_is_one_finding() {
        let text = "FROM a\nRUN apt-get update && apt-get install -y b=1\n";
        let expected = "2: apt-get update: /var/lib/apt/lists, /var/log/apt and 3 more stay in the layer, and are others on another day";
        assert_eq!(dockerfile("layer-residue", text).told(), [expected]);
    }

    #[test]
    fn what_is_removed_in_the_same_run_or_mounted_is_not_left() {
        let text = "FROM a\nRUN --mount=type=cache,target=/var/lib/apt --mount=type=cache,target=/var/cache/apt --mount=type=tmpfs,target=/var/log apt-get update && apt-get install -y b=1 && rm -f /var/cache/ldconfig/aux-cache\nRUN dnf install -y b-1.0-1 && dnf clean all && rm -rf /var/log/* /var/lib/dnf/history*\nRUN apk add --no-cache b=1\nRUN apt-get update && apt-get install -y b=1 && rm -rf /var/lib/apt/lists/* /var/log/* /var/cache/*\n";
        assert_eq!(dockerfile("layer-residue", text).flagged(), [""; 0]);
    }

    #[test]
    fn the_fix_ends_the_list_and_settles() {
        let text = "FROM a\nRUN apt-get update \\\n && apt-get install -y b=1 \\\n && rm -rf /var/lib/apt/lists/*\nRUN apk add b=1\n";
        let fixed = dockerfile("layer-residue", text).fixed();
        let expected = "FROM a\nRUN apt-get update \\\n && apt-get install -y b=1 \\\n && rm -rf /var/lib/apt/lists/* \\\n && rm -rf /var/log/apt /var/log/dpkg.log /var/log/alternatives.log /var/cache/ldconfig/aux-cache\nRUN apk add b=1 \\\n && rm -rf /var/cache/apk/*\n";
        assert_eq!(fixed, expected);
    }

    #[test]
    fn a_heredoc_gets_a_line_of_its_own() {
        let text = "FROM a\nRUN <<EOF\napk add b=1\nEOF\n";
        let expected = "FROM a\nRUN <<EOF\napk add b=1\nrm -rf /var/cache/apk/*\nEOF\n";
        assert_eq!(dockerfile("layer-residue", text).fixed(), expected);
    }
}
