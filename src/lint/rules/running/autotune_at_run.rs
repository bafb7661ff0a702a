//! autotune-at-run: a switch lets a framework choose kernels by timing them when it runs.

use crate::base::text::Span;
use crate::dockerfile::Keyword;
use crate::finding::{Edit, Fix};
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::subject::Subject;

pub(crate) struct AutotuneAtRun;

impl Rule for AutotuneAtRun {
    profile! {
        id: "autotune-at-run",
        summary: "a switch lets a framework choose kernels by timing them",
        severity: Info,
        confidence: Medium,
        set: Runtime,
        remedy: UnsafeRewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let mut spans: Vec<Span> = Vec::new();
        if let Some(build) = &subject.build {
            spans.extend(
                build
                    .steps_of(Keyword::Env)
                    .flat_map(|step| step.instruction.arguments.pairs())
                    .map(|pair| Span::new(pair.key.span.start, pair.value.span.end)),
            );
        }
        spans.extend(
            subject
                .containers
                .iter()
                .flat_map(|container| &container.environment)
                .map(|setting| setting.span),
        );
        for script in &subject.scripts {
            spans.extend(script.shell.assignments.iter().map(|assignment| script.place(assignment.span)));
            let calls = script.shell.commands.iter().map(|command| subject.call(script, command));
            spans.extend(calls.filter(|call| !call.command.assignments.is_empty()).map(|call| call.span()));
        }
        spans.sort();
        let mut reported: Vec<Span> = Vec::new();
        for span in spans {
            for (value, help, off) in switches(subject.at(span)) {
                let value = Span::new(span.start + value.start, span.start + value.end);
                if reported.contains(&value) {
                    continue;
                }
                reported.push(value);
                let message = "kernels are chosen by how fast they were that time, so two runs may compute with different ones";
                findings.push(
                    Draft::at(value, message).help(help).fix(Fix::not_safe([Edit::replace(value, off)])),
                );
            }
        }
    }
}

/// Variables that turn tuning on, with what turns it off.
const SWITCHES: &[(&str, &str)] = &[
    ("TF_FORCE_GPU_ALLOW_GROWTH", "false"),
    ("TF_CUDNN_USE_AUTOTUNE", "0"),
    ("TORCHINDUCTOR_MAX_AUTOTUNE", "0"),
];

/// The values in a setting that turn tuning on, what to do about each, and what turns it off.
fn switches(text: &str) -> Vec<(std::ops::Range<usize>, &'static str, &'static str)> {
    const LEVEL: &str = "--xla_gpu_autotune_level=";
    let mut switches = Vec::new();
    let levels = text.match_indices(LEVEL).filter_map(|(at, _)| {
        let start = at + LEVEL.len();
        let digits = text.get(start..)?.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len() - start);
        let level: u32 = text.get(start..start + digits)?.parse().ok()?;
        (level > 0).then_some(start..start + digits)
    });
    switches.extend(
        levels.map(|range| (range, "write --xla_gpu_autotune_level=0 --xla_gpu_deterministic_ops=true", "0")),
    );
    for (name, off) in SWITCHES {
        let Some(at) = text.find(name) else { continue };
        let rest = text.get(at + name.len()..).unwrap_or_default();
        let value = rest.trim_start_matches(['=', ':', ' ', '"', '\'']);
        let start = text.len() - value.len();
        let end = value.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(value.len());
        let is_on =
            value.get(..end).is_some_and(|value| matches!(value.to_ascii_lowercase().as_str(), "1" | "true"));
        if is_on {
            switches.push((start..start + end, "turn it off where runs are to be compared", *off));
        }
    }
    switches
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{dockerfile, of};
    use crate::lint::subject::source::SourceKind;

    #[test]
    fn settings_are_seen_in_images_scripts_and_commands() {
        let text = "FROM a\nENV XLA_FLAGS=\"--xla_gpu_autotune_level=4 --xla_y\" TF_FORCE_GPU_ALLOW_GROWTH=true\nENV TF_CUDNN_USE_AUTOTUNE=0\nENV XLA_FLAGS=--xla_gpu_autotune_level=0\n";
        assert_eq!(dockerfile("autotune-at-run", text).flagged(), ["4", "true"]);
        let script = "export TF_CUDNN_USE_AUTOTUNE=1\nTORCHINDUCTOR_MAX_AUTOTUNE=1 python train.py\n";
        assert_eq!(of("autotune-at-run", SourceKind::Script, script).flagged().len(), 2);
    }

    #[test]
    fn the_value_is_turned_off_and_nothing_else_changes() {
        let text =
            "FROM a\nENV XLA_FLAGS=\"--xla_gpu_autotune_level=4 --xla_y\" TF_FORCE_GPU_ALLOW_GROWTH=true\n";
        let expected = text.replace("=4", "=0").replace("=true", "=false");
        assert_eq!(dockerfile("autotune-at-run", text).fixed_unsafely(), expected);
    }
}
