//! Build stages: which FROM builds on which, what variables hold where, and what instructions made an image.
//!
//! Vocabulary: a stage's *base* is what its FROM names: an earlier stage, nothing (`scratch`), or an image from outside.
//! Its *chain* is the stages below it, down to the outer base; the *steps* are the instructions that ran in them. A
//! *trigger* is an instruction that ONBUILD of one stage makes run in a stage built on it.
//!
//! What it refuses to do: it looks at no image, and gives `--from` of COPY no expansion, as BuildKit.

use std::collections::BTreeMap;

use super::builder::build_stages;
use super::scope::{Binding, Scope, View};
use crate::base::text::SourceWord;
use crate::dockerfile::model::{Dockerfile, Instruction, InstructionArguments, Problem};
use crate::dockerfile::words::{Environment, Expanded, ExpansionError, Words};

/// Build arguments that RUN sees without any ARG, and that leave no trace in the image.
pub const PREDEFINED_ARGS: [&str; 10] = [
    "ALL_PROXY",
    "all_proxy",
    "FTP_PROXY",
    "ftp_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// What the caller of a build decides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildInputs {
    /// `--build-arg` names and values.
    pub args: BTreeMap<String, String>,
    /// The platform built for, as `os/arch` or `os/arch/variant`, if it is known.
    pub target_platform: Option<String>,
    /// The platform built on, if it is known.
    pub build_platform: Option<String>,
    /// The stage built, if it is named.
    pub target_stage: Option<String>,
}

/// All stages of a Dockerfile.
#[derive(Debug, Clone)]
pub struct Stages<'a> {
    /// What they are stages of.
    pub dockerfile: &'a Dockerfile,
    /// What FROM lines see.
    pub global: Scope,
    /// The stages, in order.
    pub stages: Vec<Stage<'a>>,
    /// What BuildKit would refuse.
    pub problems: Vec<Problem>,
}

/// One stage: a FROM and the instructions up to the next one.
#[derive(Debug, Clone)]
pub struct Stage<'a> {
    /// Its number, from 0.
    pub index: usize,
    /// The name after AS, as written; names are compared without case.
    pub name: Option<SourceWord>,
    /// The FROM instruction.
    pub from: &'a Instruction,
    /// The base as written; empty where FROM has no arguments.
    pub image: SourceWord,
    /// The base with its variables filled in; empty where that fails.
    pub expanded: Expanded,
    /// The value of `--platform`, as written and filled in.
    pub platform: Option<(SourceWord, Expanded)>,
    /// What the base is.
    pub base: StageBase,
    /// The instructions after FROM.
    pub instructions: Vec<&'a Instruction>,
    /// What ARG and ENV bind here; see [`Stages::environment`] to look values up.
    pub scope: Scope,
    /// How many stages lie below.
    pub(super) depth: usize,
    /// The numbers of its SHELL instructions, in order.
    pub(super) shells: Vec<usize>,
}

/// What a stage builds on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageBase {
    /// An earlier stage.
    Stage(usize),
    /// Nothing.
    Scratch,
    /// An image from outside.
    Image,
}

/// What `--from` of a COPY or a mount names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopySource {
    /// A stage.
    Stage(usize),
    /// An image, or a named build context.
    Image,
}

/// The stages that lead to a target, and what was done in them.
#[derive(Debug, Clone)]
pub struct Chain<'a> {
    /// From the stage on the outer base to the target.
    pub stages: Vec<usize>,
    /// All instructions that made the image, in the order they ran.
    pub steps: Vec<Step<'a>>,
}

/// One instruction that made an image.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// The stage it ran in.
    pub stage: usize,
    /// Its number in that stage; 0 for a trigger, which runs before all of them.
    pub index: usize,
    /// The instruction; for a trigger, the one inside ONBUILD.
    pub instruction: &'a Instruction,
    /// Whether an ONBUILD of the stage below made it run.
    pub trigger: bool,
}

impl<'a> Stages<'a> {
    /// Works out the stages of a Dockerfile.
    pub fn of(dockerfile: &'a Dockerfile, inputs: &BuildInputs) -> Self {
        build_stages(dockerfile, inputs)
    }

    /// The stage called `name`, or with that number; the last one of that name.
    pub fn find(&self, name: &str) -> Option<usize> {
        let named =
            |stage: &&Stage<'_>| stage.name.as_ref().is_some_and(|word| word.text.eq_ignore_ascii_case(name));
        let by_name = self.stages.iter().rev().find(named).map(|stage| stage.index);
        by_name.or_else(|| name.parse().ok().filter(|index| *index < self.stages.len()))
    }

    /// What `--from=<from>` names.
    pub fn copy_source(&self, from: &str) -> CopySource {
        self.find(from).map_or(CopySource::Image, CopySource::Stage)
    }

    /// The variables as instruction number `index` of a stage sees them.
    pub fn environment(&self, stage: usize, index: usize) -> impl Environment + '_ {
        self.view(stage, index)
    }

    /// The binding in effect for `name` at instruction number `index` of a stage.
    pub fn binding(&self, stage: usize, index: usize, name: &str) -> Option<&Binding> {
        self.view(stage, index).binding(name)
    }

    /// The value of a variable at instruction number `index` of a stage, where all of it is known.
    pub fn known(&self, stage: usize, index: usize, name: &str) -> Option<String> {
        let environment = self.environment(stage, index);
        let variable = environment.lookup(name)?;
        variable.unset.is_none_or(|unset| unset.is_empty()).then(|| variable.value.to_owned())
    }

    /// `text` as instruction number `index` of a stage reads it.
    pub fn expand(&self, stage: usize, index: usize, text: &str) -> Result<Expanded, ExpansionError> {
        Words::new(self.dockerfile.escape).expand(text, &self.view(stage, index))
    }

    fn view(&self, stage: usize, index: usize) -> View<'_, 'a> {
        match self.stages.get(stage) {
            Some(own) => View { below: &self.stages, own: &own.scope, index, base: own.base },
            None => View { below: &[], own: &self.global, index: 0, base: StageBase::Image },
        }
    }

    /// The SHELL in effect at instruction number `index` of a stage; none where it sets none.
    pub fn shell(&self, stage: usize, index: usize) -> Option<&'a Instruction> {
        let stage = self.stages.get(stage)?;
        let before = stage.shells.partition_point(|shell| *shell < index);
        let last = stage.shells.get(before.checked_sub(1)?)?;
        stage.instructions.get(*last).copied()
    }

    /// The stages from the outer base up to `target`.
    pub fn below(&self, target: usize) -> Vec<usize> {
        let mut stages = Vec::new();
        let mut next = self.stages.get(target);
        while let Some(stage) = next {
            stages.push(stage.index);
            next = match stage.base {
                StageBase::Stage(below) => self.stages.get(below),
                _ => None,
            };
        }
        stages.reverse();
        stages
    }

    /// The same, and the instructions that ran in them.
    pub fn chain(&self, target: usize) -> Chain<'a> {
        let stages = self.below(target);
        let steps =
            stages.iter().filter_map(|index| self.stages.get(*index)).flat_map(|stage| self.steps(stage));
        Chain { steps: steps.collect(), stages }
    }

    fn steps(&self, stage: &Stage<'a>) -> Vec<Step<'a>> {
        let triggers = triggers_below(&self.stages, stage.base).into_iter();
        let triggers =
            triggers.map(|instruction| Step { stage: stage.index, index: 0, instruction, trigger: true });
        let own = stage.instructions.iter().enumerate();
        let own =
            own.map(|(index, instruction)| Step { stage: stage.index, index, instruction, trigger: false });
        triggers.chain(own).collect()
    }
}

/// What ONBUILD of the stage right below makes run.
pub(super) fn triggers_below<'a>(stages: &[Stage<'a>], base: StageBase) -> Vec<&'a Instruction> {
    let StageBase::Stage(below) = base else { return Vec::new() };
    let instructions = stages.get(below).map(|stage| stage.instructions.as_slice()).unwrap_or_default();
    let inner = instructions.iter().filter_map(|instruction| match &instruction.arguments {
        InstructionArguments::Trigger(inner) => Some(&**inner),
        _ => None,
    });
    inner.collect()
}

#[cfg(test)]
mod tests;
