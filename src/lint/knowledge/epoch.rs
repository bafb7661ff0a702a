//! SOURCE_DATE_EPOCH: whether a command sees it, and how a stage declares it.
//!
//! <https://reproducible-builds.org/specs/source-date-epoch/>, <https://docs.docker.com/build/ci/github-actions/reproducible-builds/>

use crate::dockerfile::{Instruction, InstructionArguments, Keyword};
use crate::finding::Fix;
use crate::lint::engine::edits::behind_from;
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;

const NAME: &str = "SOURCE_DATE_EPOCH";

/// Whether a command of a RUN has the variable: by ARG or ENV of its stage or one below, or set in the script.
pub(crate) fn is_set(subject: &Subject<'_>, call: &Call<'_>) -> bool {
    let own = call.command.assignments.iter().any(|(name, _)| name == NAME);
    let exported = call.script.shell.last_assigned(call.command, NAME).is_some();
    own || exported || call.script.step.is_some_and(|(stage, index)| is_declared(subject, stage, index))
}

/// Whether a stage, or one that it is built on, declares the variable before instruction number `index`.
pub(crate) fn is_declared(subject: &Subject<'_>, stage: usize, index: usize) -> bool {
    let Some(build) = &subject.build else { return false };
    let chain = build.stages.below(stage);
    let setting = build.steps_of(Keyword::Arg).chain(build.steps_of(Keyword::Env));
    setting.into_iter().any(|step| {
        let comes_before = if step.stage == stage { step.index < index } else { chain.contains(&step.stage) };
        // ARG ends with its stage; ENV goes on.
        let reaches = step.stage == stage || step.instruction.keyword == Keyword::Env;
        comes_before && reaches && declares(step.instruction)
    })
}

fn declares(instruction: &Instruction) -> bool {
    match (&instruction.keyword, &instruction.arguments) {
        (Keyword::Arg, InstructionArguments::Words(words)) => {
            words.iter().any(|word| word.text.split('=').next() == Some(NAME))
        }
        (Keyword::Env, InstructionArguments::Pairs(pairs)) => pairs.iter().any(|pair| pair.key.text == NAME),
        _ => false,
    }
}

/// An ARG behind the stage's FROM, with the locked value where there is one. BuildKit hands the variable of the
/// environment to an ARG of this name.
pub(crate) fn declared(subject: &Subject<'_>, stage: usize) -> Option<Fix> {
    let value = subject.locked_pins(stage).and_then(|pins| pins.lock.build.source_date_epoch);
    let value = value.map_or(String::new(), |seconds| format!("={seconds}"));
    Some(Fix::safe([behind_from(subject, stage, &format!("ARG {NAME}{value}"))?]))
}
