//! apt-live-archive: apt installs from an archive that moves.

use crate::dockerfile::Keyword;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::os_packages::{Action, Manager, commands};
use crate::lint::subject::Subject;

pub(crate) struct AptLiveArchive;

impl Rule for AptLiveArchive {
    profile! {
        id: "apt-live-archive",
        summary: "apt installs from an archive that moves",
        severity: Warning,
        confidence: Medium,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let mut reported = Vec::new();
        for command in commands(subject)
            .filter(|command| command.manager == Manager::Apt && command.action == Action::Install)
        {
            let Some((stage, index)) = command.call.script.step else { continue };
            if command.packages.is_empty() || reported.contains(&stage) || has_snapshot(subject, stage, index)
            {
                continue;
            }
            reported.push(stage);
            let program = command.call.program().unwrap_or_default();
            findings.push(
                Draft::at(command.call.span(), format!("{program} installs from an archive that drops old versions and moves dependencies"))
                    .within(&["apt-unpinned"], command.call.stage_area())
                    .help("point apt to a dated snapshot first: COPY a sources.list whose URIs hold a date to /etc/apt/"),
            );
        }
    }
}

/// Whether a stage, or one below it, points apt to a dated archive up to and in instruction number `index`.
fn has_snapshot(subject: &Subject<'_>, stage: usize, index: usize) -> bool {
    let Some(build) = &subject.build else { return false };
    let chain = build.stages.below(stage);
    build.steps.iter().any(|step| {
        let before = if step.stage == stage { step.index <= index } else { chain.contains(&step.stage) };
        let text = step.instruction.span.text(subject.text());
        before
            && match step.instruction.keyword {
                Keyword::Run | Keyword::Env | Keyword::Arg => text.to_ascii_lowercase().contains("snapshot"),
                Keyword::Copy | Keyword::Add => {
                    let target = step.instruction.arguments.words().last();
                    target.is_some_and(|word| word.text.starts_with("/etc/apt"))
                }
                _ => false,
            }
    })
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn it_is_said_once_a_stage_and_not_behind_a_snapshot() {
        let text = "FROM a AS x\nRUN apt-get install -y b=1\nRUN apt-get install -y c=1\nFROM d\nCOPY sources.list /etc/apt/sources.list\nRUN apt-get install -y e=1\nFROM x\nRUN sed -i s/archive/snapshot/ /etc/apt/sources.list && apt-get install -y f=1\n";
        assert_eq!(dockerfile("apt-live-archive", text).flagged(), ["apt-get install -y b=1"]);
    }
}
