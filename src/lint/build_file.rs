//! A Dockerfile as rules see it: every instruction with its stage, those inside ONBUILD included.

use crate::dockerfile::{
    Binding, Dockerfile, Environment, Expansion, ExpansionError, Instruction, Keyword, Stages,
};

/// A Dockerfile, its stages worked out.
pub struct BuildFile<'a> {
    /// The Dockerfile.
    pub dockerfile: &'a Dockerfile,
    /// Its stages.
    pub stages: &'a Stages<'a>,
    /// All instructions after the first FROM, in order, FROM lines left out.
    pub steps: Vec<BuildStep<'a>>,
}

/// An instruction of a stage.
#[derive(Debug, Clone, Copy)]
pub struct BuildStep<'a> {
    /// The stage.
    pub stage: usize,
    /// Its number in the stage.
    pub index: usize,
    /// The instruction; for ONBUILD, the one inside.
    pub instruction: &'a Instruction,
    /// Whether it stands inside ONBUILD.
    pub trigger: bool,
}

impl<'a> BuildFile<'a> {
    /// All of `stages`.
    pub fn of(stages: &'a Stages<'a>) -> Self {
        let steps = stages.stages.iter().flat_map(|stage| {
            stage.instructions.iter().enumerate().map(|(index, instruction)| BuildStep {
                stage: stage.index,
                index,
                instruction: instruction.effective(),
                trigger: instruction.keyword == Keyword::Onbuild,
            })
        });
        Self { dockerfile: stages.dockerfile, stages, steps: steps.collect() }
    }

    /// The instructions of one kind.
    pub fn steps_of(&self, keyword: Keyword) -> impl Iterator<Item = BuildStep<'a>> {
        self.steps.iter().copied().filter(move |step| step.instruction.keyword == keyword)
    }

    /// `text` as `step` reads it, variables filled in by BuildKit's rules.
    pub fn expand(&self, step: BuildStep<'_>, text: &str) -> Result<Expansion, ExpansionError> {
        self.stages.expand(step.stage, step.index, text)
    }

    /// The value of a variable at a step, where all of it is known.
    pub fn known(&self, stage: usize, index: usize, name: &str) -> Option<String> {
        let environment = self.stages.environment(stage, index);
        let variable = environment.lookup(name)?;
        variable.unset.is_none_or(|unset| unset.is_empty()).then(|| variable.value.to_owned())
    }

    /// What binds a variable at a step.
    pub fn binding(&self, stage: usize, index: usize, name: &str) -> Option<&Binding> {
        self.stages.binding(stage, index, name)
    }
}
