//! The values that variables have where a command runs.
//!
//! Vocabulary: an assignment *reaches* a command that runs after it in the same shell. Where it stands in a branch that
//! may not have run, it may reach it.
//!
//! What it refuses to do: it knows no variables that programs set, nor those of the base image; whoever looks up a value
//! brings what is known of these.

use std::cell::Cell;

use super::model::{Assigned, Command, Outside, Script};
use super::word::Word;
use super::word::resolve::{Values, Variable};
use crate::base::limits;

/// Assignments that lead to one value, each naming the variable before it.
const CHAIN: usize = 32;

/// Assignments that are looked at for the words of one command; a real one looks at a few.
pub(crate) const LOOKUPS: usize = 1 << 16;

/// Where a variable is looked up.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// How many assignments stand before.
    pub(crate) before: usize,
    pub(crate) context: usize,
    pub(crate) outside: Outside<'a>,
    /// Whether an assignment in a branch that may not have run is taken for one that has, and the first value of a loop
    /// for all.
    pub(crate) guess: bool,
    /// How many assignments may still be looked at.
    pub(crate) left: &'a Cell<usize>,
}

impl Script {
    /// The value that a variable has where a command runs: from the script, else from `outside`.
    pub fn variable(&self, command: &Command, name: &str, outside: Outside<'_>) -> Option<String> {
        match self.variable_at(Place::of(command, outside, &Cell::new(LOOKUPS)), name, 0) {
            Variable::Known(value) => Some(value),
            Variable::Unset | Variable::Unknown => None,
        }
    }

    /// What was last assigned to a variable where a command stands, in whatever branch.
    pub fn last_assigned(&self, command: &Command, name: &str) -> Option<&Assigned> {
        let all = self.by_name.get(name).map(Vec::as_slice).unwrap_or_default();
        let before = all.partition_point(|index| *index < command.assignments_before);
        let last = all.get(..before)?.last()?;
        self.assignments.get(*last).map(|assignment| &assignment.value)
    }

    /// A word of a command with the values of its variables.
    pub fn resolve(&self, command: &Command, word: &Word, outside: Outside<'_>) -> Word {
        let left = Cell::new(LOOKUPS);
        let place = Place::of(command, outside, &left);
        word.resolve_with(&|name| self.variable_at(place, name, 0))
    }

    /// The words of a command with the values of their variables, split as the shell does.
    pub fn expanded(&self, command: &Command, outside: Outside<'_>) -> Vec<Word> {
        let left = Cell::new(LOOKUPS);
        let place = Place::of(command, outside, &left);
        let values: Values<'_> = &|name| self.variable_at(place, name, 0);
        command.words.iter().flat_map(|word| word.fields_with(values)).collect()
    }

    pub(crate) fn variable_at(&self, place: Place<'_>, name: &str, depth: usize) -> Variable {
        if depth > CHAIN {
            return Variable::Unknown;
        }
        let all = self.by_name.get(name).map(Vec::as_slice).unwrap_or_default();
        let before = all.partition_point(|index| *index < place.before);
        for index in all.get(..before).unwrap_or_default().iter().rev().copied() {
            let Some(assignment) = self.assignments.get(index) else { break };
            let Some(left) = place.left.get().checked_sub(1) else { return Variable::Unknown };
            place.left.set(left);
            match self.reach(assignment.context, place.context) {
                Reach::Never => continue,
                Reach::Maybe if !place.guess => return Variable::Unknown,
                Reach::Maybe | Reach::Always => {}
            }
            let earlier = Place { before: index, context: assignment.context, ..place };
            return self.assigned(&assignment.value, earlier, name, depth + 1);
        }
        Variable::of((place.outside)(name))
    }

    fn assigned(&self, value: &Assigned, earlier: Place<'_>, name: &str, depth: usize) -> Variable {
        let known = |word: &Word| word.known(&|name| self.variable_at(earlier, name, depth), 0);
        let value = match value {
            Assigned::Word(word) => known(word),
            Assigned::Appended(word) => {
                let before = match self.variable_at(earlier, name, depth) {
                    Variable::Known(value) => Some(value),
                    Variable::Unset | Variable::Unknown => None,
                };
                before.zip(known(word)).map(|(before, word)| before + &word)
            }
            Assigned::OneOf(words) => match words.as_slice() {
                [first, rest @ ..] if first.is_literal() && (rest.is_empty() || earlier.guess) => {
                    Some(first.text.clone())
                }
                _ => None,
            },
            Assigned::Unset => return Variable::Unset,
            Assigned::Unknown => None,
        };
        value
            .filter(|value| value.len() <= limits::SHELL_VALUE_BYTES)
            .map_or(Variable::Unknown, Variable::Known)
    }

    /// Whether what is set in one context is seen in another.
    pub(crate) fn reach(&self, from: usize, to: usize) -> Reach {
        let around = |context: usize| {
            std::iter::successors(Some(context), |context| self.contexts.get(*context)?.parent)
        };
        let is_around = |context: usize| around(to).any(|other| other == context);
        let mut maybe = false;
        for context in around(from) {
            if is_around(context) {
                return if maybe { Reach::Maybe } else { Reach::Always };
            }
            match self.contexts.get(context) {
                Some(context) if context.kind.is_subshell() => return Reach::Never,
                _ => maybe = true,
            }
        }
        Reach::Never
    }
}

/// Whether an assignment has happened where a command runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    Always,
    Maybe,
    Never,
}

impl<'a> Place<'a> {
    pub(crate) fn of(command: &Command, outside: Outside<'a>, left: &'a Cell<usize>) -> Self {
        let (before, context) = (command.assignments_before, command.context);
        Self { before, context, outside, guess: false, left }
    }
}
