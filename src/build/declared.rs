//! The build arguments that ARGs declare before a step, and the orders that builders list them in.

use std::collections::BTreeSet;

use super::recorded::ListedBy;

/// More declarations than this are not tried in their orders.
const ORDERED: usize = 1000;

/// The names of the arguments that are declared before a step.
#[derive(Debug, Default)]
pub(super) struct Declared {
    /// One by one, some perhaps again.
    sequence: Vec<String>,
    names: BTreeSet<String>,
}

impl Declared {
    /// Whether it was declared before.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Another declaration.
    pub(super) fn add(&mut self, name: &str) {
        // Who declares one name again and again changes no order that is looked at.
        if self.sequence.last().is_none_or(|last| last != name) {
            self.sequence.push(name.to_owned());
        }
        self.names.insert(name.to_owned());
    }

    /// The orders that a builder lists names in. BuildKit: each where it was first declared, or, by its version, where it
    /// was last; the others sort them as `NAME=` is. None where there are too many to try.
    pub(super) fn orders(&self, by: ListedBy) -> Vec<Vec<&str>> {
        if self.sequence.len() > ORDERED {
            return Vec::new();
        }
        let first = once(self.sequence.iter());
        let mut last = once(self.sequence.iter().rev());
        last.reverse();
        let mut sorted = first.clone();
        sorted.sort_by(|a, b| a.bytes().chain([b'=']).cmp(b.bytes().chain([b'='])));
        if by == ListedBy::BuildKit { vec![first, last] } else { vec![sorted] }
    }
}

/// Each name where it first comes.
fn once<'n>(names: impl Iterator<Item = &'n String>) -> Vec<&'n str> {
    let mut known = BTreeSet::new();
    names.map(String::as_str).filter(|name| known.insert(*name)).collect()
}
