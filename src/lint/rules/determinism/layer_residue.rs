//! layer-residue: logs, package lists and caches are left in a layer.

use crate::finding::Fix;
use crate::lint::engine::draft::{Draft, Findings, listed};
use crate::lint::engine::edits::at_the_end;
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::residue::{Left, left};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::{Purpose, SourceScript};

pub(crate) struct LayerResidue;

impl Rule for LayerResidue {
    profile! {
        id: "layer-residue",
        summary: "logs, package lists and caches are left in a layer",
        severity: Warning,
        confidence: High,
        set: Bytes,
        remedy: Rewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let shipped = subject.build.as_ref().map(|build| build.shipped()).unwrap_or_default();
        let is_shipped =
            |script: &&SourceScript| script.step.is_none_or(|(stage, _)| shipped.contains(&stage));
        let scripts = subject.scripts.iter().filter(|script| script.purpose == Purpose::Build);
        for script in scripts.filter(is_shipped) {
            let Some(left) = left(subject, script) else { continue };
            let stay = match left.names.len() {
                1 => "stays in the layer, and is",
                _ => "stay in the layer, and are",
            };
            let message = format!("{} {stay} different on another day", listed(&left.names));
            findings.push(
                Draft::at(left.span, message)
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
        let expected = "2: apt-get update: /var/lib/apt/lists, /var/log/apt and 3 more stay in the layer, and are different on another day";
        assert_eq!(dockerfile("layer-residue", text).lines(), [expected]);
    }

    #[test]
    fn what_is_removed_in_the_same_run_or_mounted_is_not_left() {
        let text = "FROM a\nRUN --mount=type=cache,target=/var/lib/apt --mount=type=cache,target=/var/cache/apt --mount=type=tmpfs,target=/var/log apt-get update && apt-get install -y b=1 && rm -f /var/cache/ldconfig/aux-cache\nRUN dnf install -y b-1.0-1 && dnf clean all && rm -rf /var/log/* /var/lib/dnf/history*\nRUN apk add --no-cache b=1\nRUN apt-get update && apt-get install -y b=1 && rm -rf /var/lib/apt/lists/* /var/log/* /var/cache/*\n";
        assert_eq!(dockerfile("layer-residue", text).flagged(), [""; 0]);
    }

    #[test]
    fn a_stage_that_only_files_are_taken_from_leaves_no_layer() {
        let text = "FROM a AS build\nRUN apk add b=1\nFROM build AS more\nRUN apk add c=1\nFROM a\nCOPY --from=more /x /x\nRUN apk add d=1\n";
        assert_eq!(dockerfile("layer-residue", text).flagged(), ["apk add d=1"]);
        // All of it is taken, or it is an image of its own.
        assert_eq!(dockerfile("layer-residue", &text.replace("/x /x", "/ /")).flagged().len(), 3);
        assert_eq!(dockerfile("layer-residue", &text.replace("=more", "=other")).flagged().len(), 3);
    }

    #[test]
    fn tdnf_is_no_dnf() {
        let text = "FROM a\nRUN tdnf install -y b && tdnf clean all\nRUN tdnf install -y b\n";
        let expected =
            "3: tdnf install -y b: /var/cache/tdnf stays in the layer, and is different on another day";
        assert_eq!(dockerfile("layer-residue", text).lines(), [expected]);
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
        let expected = "FROM a\nRUN <<EOF\napk add b=1 && rm -rf /var/cache/apk/*\nEOF\n";
        assert_eq!(dockerfile("layer-residue", text).fixed(), expected);
    }
}
