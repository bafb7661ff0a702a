//! Which builder is taken: the one that is named, or the one that made the image, or the first that answers.

use super::REGISTRY;
use super::interface::{Answer, AskProgram, Builder};
use crate::rebuild::error::RebuildError;

/// What `--builder` calls whichever answers.
pub const AUTO: &str = "auto";

/// A builder that answers.
pub struct ChosenBuilder {
    /// The builder.
    pub builder: &'static dyn Builder,
    /// What it says of itself.
    pub answer: Answer,
    /// What the user should know of the choice.
    pub notes: Vec<String>,
}

/// All that `--builder` takes, each once.
pub fn names() -> Vec<&'static str> {
    let mut names = vec![AUTO];
    for builder in REGISTRY {
        if !names.contains(&builder.name()) {
            names.push(builder.name());
        }
    }
    names
}

/// The builder that `name` names. `made_by` is who made the locked image, where that is known.
pub fn choose(name: &str, made_by: Option<&str>, ask: AskProgram<'_>) -> Result<ChosenBuilder, RebuildError> {
    let is_maker = |builder: &&'static dyn Builder| made_by.is_some_and(|maker| builder.made(maker));
    let mut candidates: Vec<&'static dyn Builder> =
        REGISTRY.iter().filter(|builder| name == AUTO || builder.name() == name).copied().collect();
    if name == AUTO {
        // Stable: those that did not make it keep their order.
        candidates.sort_by_key(|builder| !is_maker(builder));
    }
    let mut silent = Vec::new();
    for builder in candidates {
        match builder.answer(ask) {
            Ok(answer) => {
                let is_other = made_by.is_some() && !is_maker(&builder);
                let notes = made_by.filter(|_| is_other).map(|maker| {
                    format!("{maker} made the locked image, {} builds it now: builders write some things differently", builder.about().id)
                });
                return Ok(ChosenBuilder { builder, answer, notes: notes.into_iter().collect() });
            }
            Err(why) => silent.push(format!("{}: {why}", builder.about().id)),
        }
    }
    Err(RebuildError::NoBuilder { name: name.to_owned(), silent })
}
