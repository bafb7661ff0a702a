//! A Dockerfile as rules see it: every instruction with its stage, those inside ONBUILD included.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::text::Span;
use crate::dockerfile::{
    Binding, CopySource, Dockerfile, Expanded, ExpansionError, Instruction, Keyword, StageBase, Stages,
};

/// A Dockerfile, its stages worked out.
pub(crate) struct BuildFile<'a> {
    /// The Dockerfile.
    pub(crate) dockerfile: &'a Dockerfile,
    /// Its stages.
    pub(crate) stages: &'a Stages<'a>,
    /// All instructions after the first FROM, in order, FROM lines left out.
    pub(crate) steps: Vec<BuildStep<'a>>,
    /// The places in `steps` of each kind.
    of_keyword: BTreeMap<Keyword, Vec<usize>>,
}

/// An instruction of a stage.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BuildStep<'a> {
    /// The stage.
    pub(crate) stage: usize,
    /// Its number in the stage.
    pub(crate) index: usize,
    /// The instruction; for ONBUILD, the one inside.
    pub(crate) instruction: &'a Instruction,
    /// Whether it stands inside ONBUILD.
    pub(crate) trigger: bool,
}

/// Whom a step runs as, by the Dockerfile's USER.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum User {
    /// A USER says root.
    Root,
    /// A USER says somebody else, or a name that is not known.
    Other,
    /// No USER comes before: it is the base's.
    Unknown,
}

impl<'a> BuildFile<'a> {
    /// All of `stages`.
    pub(crate) fn of(stages: &'a Stages<'a>) -> Self {
        let steps = stages.stages.iter().flat_map(|stage| {
            stage.instructions.iter().enumerate().map(|(index, instruction)| BuildStep {
                stage: stage.index,
                index,
                instruction: instruction.effective(),
                trigger: instruction.keyword == Keyword::Onbuild,
            })
        });
        let steps: Vec<BuildStep<'a>> = steps.collect();
        let mut of_keyword: BTreeMap<Keyword, Vec<usize>> = BTreeMap::new();
        for (at, step) in steps.iter().enumerate() {
            of_keyword.entry(step.instruction.keyword).or_default().push(at);
        }
        Self { dockerfile: stages.dockerfile, stages, steps, of_keyword }
    }

    /// The instructions of one kind.
    pub(crate) fn steps_of(&self, keyword: Keyword) -> impl Iterator<Item = BuildStep<'a>> {
        let places = self.of_keyword.get(&keyword).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|at| self.steps.get(*at)).copied()
    }

    /// The instruction of that number in a stage.
    pub(crate) fn at(&self, (stage, index): (usize, usize)) -> Option<BuildStep<'a>> {
        let at = self.steps.binary_search_by_key(&(stage, index), |step| (step.stage, step.index)).ok()?;
        self.steps.get(at).copied()
    }

    /// `text` as `step` reads it, variables filled in by BuildKit's rules.
    pub(crate) fn expand(&self, step: BuildStep<'_>, text: &str) -> Result<Expanded, ExpansionError> {
        self.stages.expand(step.stage, step.index, text)
    }

    /// The value of a variable at a step, where all of it is known.
    pub(crate) fn known(&self, stage: usize, index: usize, name: &str) -> Option<String> {
        self.stages.known(stage, index, name)
    }

    /// Where a stage stands, from its FROM to the next one.
    pub(crate) fn area(&self, stage: usize) -> Option<Span> {
        let start = self.stages.stages.get(stage)?.from.span.start;
        let end = self
            .stages
            .stages
            .get(stage + 1)
            .map_or(self.dockerfile.source.len(), |next| next.from.span.start);
        Some(Span::new(start, end))
    }

    /// Where the stage stands that has the byte at `offset`.
    pub(crate) fn area_at(&self, offset: usize) -> Option<Span> {
        let next = self.stages.stages.partition_point(|stage| stage.from.span.start <= offset);
        self.area(next.checked_sub(1)?)
    }

    /// The stages whose layers may be in an image that is kept: those of the last stage, and of every one that no other
    /// uses. A stage that others only take files from leaves its layers behind, unless all of its files are taken.
    pub(crate) fn shipped(&self) -> BTreeSet<usize> {
        let count = self.stages.stages.len();
        let taken: Vec<(usize, bool)> = self.steps.iter().flat_map(|step| self.taken(*step)).collect();
        let is_base =
            |other: usize| self.stages.stages.iter().any(|above| above.base == StageBase::Stage(other));
        let is_kept = |other: usize| {
            let takes = || taken.iter().filter(|(from, _)| *from == other);
            other + 1 == count
                || takes().any(|(_, whole)| *whole)
                || takes().next().is_none() && !is_base(other)
        };
        (0..count).filter(|stage| is_kept(*stage)).flat_map(|stage| self.stages.below(stage)).collect()
    }

    /// The stages that an instruction takes files from, and whether it takes all.
    fn taken(&self, step: BuildStep<'_>) -> Vec<(usize, bool)> {
        let flags = step.instruction.flags.iter();
        let named = flags.filter_map(|flag| match (step.instruction.keyword, flag.name.as_str()) {
            (Keyword::Copy, "from") => flag.value.as_ref().map(|value| value.text.clone()),
            (Keyword::Run, "mount") => flag.options().remove("from"),
            _ => None,
        });
        let words = step.instruction.arguments.words();
        let sources = words.split_last().map(|(_, sources)| sources).unwrap_or_default();
        let whole = sources.iter().any(|word| matches!(word.text.as_str(), "/" | "." | "/." | "/*"));
        let stage = |name: String| {
            let expanded = self.expand(step, &name).map_or(name, |expanded| expanded.text);
            match self.stages.copy_source(&expanded) {
                CopySource::Stage(stage) => Some((stage, whole)),
                CopySource::Image => None,
            }
        };
        named.filter_map(stage).collect()
    }

    /// Whom instruction number `index` of a stage runs as.
    pub(crate) fn user(&self, (stage, index): (usize, usize)) -> User {
        let chain = self.stages.below(stage);
        let reaches = |user: &BuildStep<'_>| match user.stage == stage {
            true => user.index < index,
            false => chain.contains(&user.stage),
        };
        let users = self.steps_of(Keyword::User).filter(|user| !user.trigger).filter(reaches);
        let Some(last) = users.last() else { return User::Unknown };
        let name =
            last.instruction.arguments.text().and_then(|name| self.expand(last, name.text().trim()).ok());
        match name.is_some_and(|name| matches!(name.text.split(':').next(), Some("root" | "0"))) {
            true => User::Root,
            false => User::Other,
        }
    }

    /// What binds a variable at a step.
    pub(crate) fn binding(&self, stage: usize, index: usize, name: &str) -> Option<&Binding> {
        self.stages.binding(stage, index, name)
    }
}
