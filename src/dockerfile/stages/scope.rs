//! Scopes: what names are bound to, from which instruction of a stage on.
//!
//! Vocabulary: a *binding* is a value given to a name by ARG, ENV, a build argument or the build's platforms. A stage
//! sees its own bindings and, behind them, all that was bound in the stages it builds on; the later binding wins, so
//! ENV overrides the ARG before it. A global ARG is seen by FROM lines alone, until a stage declares it again.
//!
//! What it refuses to do: it knows nothing of variables that a base image sets; they count as unset.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Stage, StageBase};
use crate::base::text::{SourceWord, Span};
use crate::dockerfile::words::{Environment, Variable};

/// Bindings by name.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    bindings: BTreeMap<String, Vec<Binding>>,
}

/// A value given to a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// What gives it.
    pub kind: BindingKind,
    /// The value.
    pub value: String,
    /// Variables without a value when it was made.
    pub unset: BTreeSet<String>,
    /// The value as written; none where a build argument, a platform or a global ARG gives it.
    pub written: Option<SourceWord>,
    /// The instruction that binds it; none for platforms.
    pub declared: Option<Span>,
    /// The number of the first instruction that sees it.
    pub(super) from: usize,
}

/// What gives a binding its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindingKind {
    /// The default of an ARG.
    Default,
    /// A global ARG that a stage declares again.
    Global,
    /// `--build-arg`.
    BuildArgument,
    /// ENV.
    Env,
    /// The build's platforms (`TARGETPLATFORM` and so on).
    Platform,
}

impl Scope {
    /// The last binding of `name`.
    pub fn last(&self, name: &str) -> Option<&Binding> {
        self.bindings.get(name)?.last()
    }

    /// The bindings of `name`, in order.
    pub fn all(&self, name: &str) -> &[Binding] {
        self.bindings.get(name).map_or(&[], Vec::as_slice)
    }

    /// The names bound.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.bindings.keys().map(String::as_str)
    }

    fn at(&self, name: &str, index: usize) -> Option<&Binding> {
        let bindings = self.bindings.get(name)?;
        bindings.get(bindings.partition_point(|binding| binding.from <= index).checked_sub(1)?)
    }

    pub(super) fn bind(&mut self, name: &str, binding: Binding) {
        self.bindings.entry(name.to_owned()).or_default().push(binding);
    }
}

impl Environment for Scope {
    fn lookup(&self, name: &str) -> Option<Variable<'_>> {
        self.last(name).map(Binding::variable)
    }
}

impl Binding {
    fn variable(&self) -> Variable<'_> {
        Variable { value: &self.value, unset: Some(&self.unset) }
    }
}

/// What an instruction of a stage sees.
pub(super) struct View<'s, 'a> {
    pub(super) below: &'s [Stage<'a>],
    pub(super) own: &'s Scope,
    pub(super) index: usize,
    pub(super) base: StageBase,
}

impl<'s> View<'s, '_> {
    pub(super) fn binding(&self, name: &str) -> Option<&'s Binding> {
        if let Some(binding) = self.own.at(name, self.index) {
            return Some(binding);
        }
        let mut base = self.base;
        while let StageBase::Stage(index) = base {
            let stage = self.below.get(index)?;
            if let Some(binding) = stage.scope.last(name) {
                return Some(binding);
            }
            base = stage.base;
        }
        None
    }
}

impl Environment for View<'_, '_> {
    fn lookup(&self, name: &str) -> Option<Variable<'_>> {
        self.binding(name).map(Binding::variable)
    }
}
