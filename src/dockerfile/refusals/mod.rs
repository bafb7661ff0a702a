//! What BuildKit refuses of a Dockerfile that its parser takes: instructions with wrong arguments or flags, stages that can't
//! be put in an order, names that no registry can have.
//!
//! Vocabulary: a *refusal* is a problem at which the build of the last stage stops before anything runs. What stands in a
//! stage that the last one needs nothing of is refused only where BuildKit reads it all the same.
//!
//! What it refuses to do: what a build argument, a base image or the build context decides is not refused; a value with a
//! variable in it that nothing sets is taken for a right one.

mod flags;
mod instruction;
mod mount;
mod reference;
mod stages;
mod values;

use super::model::{Keyword, Problem, ProblemKind};
use super::stages::Stages;

/// What BuildKit refuses, in source order; of one instruction, the first thing only.
pub fn refusals(stages: &Stages<'_>) -> Vec<Problem> {
    let mut problems: Vec<Problem> = Vec::new();
    for instruction in stages.dockerfile.instructions() {
        problems.extend(instruction::refusal(instruction));
    }
    let is_refused = |problem: &&Problem| problem.kind == ProblemKind::Refused;
    problems.extend(stages.problems.iter().filter(is_refused).cloned());
    if problems.is_empty() {
        problems.extend(stages::refusals(stages));
    }
    let has_stage = stages.dockerfile.instructions().any(|instruction| instruction.keyword == Keyword::From);
    if problems.is_empty()
        && !has_stage
        && let Some(first) = stages.dockerfile.instructions().next()
    {
        let message = "no FROM: there is no stage to build".to_owned();
        problems.push(Problem { span: first.keyword_word.span, message, kind: ProblemKind::Refused });
    }
    problems.sort_by_key(|problem| problem.span);
    problems.dedup_by_key(|problem| problem.span);
    problems
}

#[cfg(test)]
mod tests;
