//! What a command asks of a lock, in words that all tools share: the main dependencies, groups, extras.
//!
//! What it refuses to do: it knows no tool's options; each format reads its own tool's.

use std::collections::BTreeSet;

use super::choice::Asked;
use super::model::{LockPart, PartKind, ProjectLock};
use crate::python::normal_name;
use crate::shell::{Arguments, OptionStyle, Word};

/// A command that may install from a lock.
pub struct LockCall<'a> {
    /// The program.
    pub program: &'a str,
    /// The words behind it, variables filled in.
    pub words: &'a [Word],
    /// The values of variables of its environment.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
}

/// What a command asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// The lock, or the folder of it, as the command names it; empty for the folder that it runs in.
    pub place: String,
    /// The files of a lock of several that are installed from, in the context.
    pub files: BTreeSet<String>,
    /// Whether the project's main dependencies are left out.
    pub without_main: bool,
    /// Whether groups that are installed unless told otherwise are left out.
    pub without_defaults: bool,
    /// Whether groups are left out that are installed unless told otherwise, since another one of them is asked for.
    pub named_alone: bool,
    /// Whether all groups are asked for.
    pub all_groups: bool,
    /// Whether all extras are asked for.
    pub all_extras: bool,
    /// The groups that are asked for.
    pub groups: BTreeSet<String>,
    /// Those that are not wanted.
    pub no_groups: BTreeSet<String>,
    /// The extras that are asked for.
    pub extras: BTreeSet<String>,
    /// Those that are not wanted.
    pub no_extras: BTreeSet<String>,
    /// The packages that are left out by name, with what they need staying.
    pub no_packages: BTreeSet<String>,
    /// Whether what is not asked for is taken out, so that earlier commands count for nothing.
    pub is_exact: bool,
    /// Whether the project itself is left out.
    pub without_project: bool,
    /// Whether a word of it is not known.
    pub is_vague: bool,
}

impl Ask {
    /// The parts of `lock` that are meant.
    pub fn parts(&self, lock: &ProjectLock) -> Asked {
        let is_named = |part: &LockPart| {
            part.kind == PartKind::Group && part.is_default && self.groups.contains(&part.name)
        };
        let is_alone = self.named_alone && lock.parts.iter().any(is_named);
        let parts = lock.parts.iter().enumerate().filter(|(_, part)| match part.kind {
            _ if part.file.is_some() => part.file.as_ref().is_some_and(|file| self.files.contains(file)),
            PartKind::Main => !self.without_main,
            PartKind::Extra => {
                (self.all_extras || self.extras.contains(&part.name)) && !self.no_extras.contains(&part.name)
            }
            PartKind::Group => {
                let is_default = part.is_default && !self.without_defaults && !is_alone;
                let is_asked = self.all_groups || is_default || self.groups.contains(&part.name);
                is_asked && !self.no_groups.contains(&part.name)
            }
        });
        parts.map(|(at, _)| at).collect()
    }
}

impl<'a> LockCall<'a> {
    /// Its words as options and operands.
    pub fn arguments(&self, style: &OptionStyle) -> Arguments<'a> {
        Arguments::of(self.words, style)
    }

    /// The same where a subcommand runs another program, whose words are its own: options stand before that.
    pub fn arguments_of_run(&self, style: &OptionStyle) -> Arguments<'a> {
        let style = OptionStyle { stop_at_operand: true, ..*style };
        let mut all = Arguments::of(self.words, &style);
        let behind = self.words.get(all.rest..).unwrap_or_default();
        all.options.extend(Arguments::of(behind, &style).options);
        all
    }

    /// Whether a variable of its environment says yes.
    pub fn is_set(&self, name: &str) -> bool {
        (self.variable)(name).is_some_and(|value| {
            matches!(value.to_ascii_lowercase().as_str(), "1" | "true" | "t" | "yes" | "y" | "on")
        })
    }
}

/// The values of the options of these names, each taken apart at commas and blanks, in normal form.
pub(super) fn names(arguments: &Arguments<'_>, options: &[&str]) -> BTreeSet<String> {
    let values = arguments.all(options).filter_map(|option| option.value.as_ref());
    let parts = values.flat_map(|value| value.text().split([',', ' ', '\t', '\n']));
    parts.filter(|name| !name.is_empty()).map(normal_name).collect()
}

/// Whether an option's value hangs on what is not known.
pub(super) fn is_vague(arguments: &Arguments<'_>) -> bool {
    let values = arguments.options.iter().filter_map(|option| option.value.as_ref());
    values.into_iter().any(|value| !value.is_literal())
}
