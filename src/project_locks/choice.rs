//! What a lock chooses: which entries the parts that are asked for lead to where the image runs, and why others are left out.
//!
//! A walk over edges, each taken once; markers are evaluated once for each set of extras that is asked for.
//!
//! What it refuses to do: it resolves nothing. A marker that can't be read holds for nobody, and what hangs on it is unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use pep508_rs::{ExtraName, MarkerEnvironment};

use super::model::{Condition, Edge, LockPart, PartKind, ProjectLock};

/// Parts looked through for the one that would bring an absent package; the largest real locks have some forty.
const PARTS: usize = 64;

/// Parts of a lock, by their places.
pub type Asked = BTreeSet<usize>;

/// Entries of a lock, by their places.
pub type Chosen = BTreeSet<usize>;

/// What a lock chooses in one environment.
pub struct Choice<'a> {
    lock: &'a ProjectLock,
    environment: &'a MarkerEnvironment,
    asked: Asked,
    /// What was asked for.
    pub chosen: Chosen,
    /// The same with all that can be asked for, and with every marker that could not be read taken for true.
    widest: Chosen,
    /// The same, with the markers that could be read.
    wide: Chosen,
    /// What each part would add that was not asked for.
    added: Vec<(usize, Chosen)>,
}

/// Why a package of a lock is not chosen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// Its marker is false here, or it is for another platform.
    Marker,
    /// It belongs to parts that were not asked for: their labels.
    Parts(Vec<String>),
    /// It needs several parts at once, or too many were looked through.
    Unasked,
    /// What hangs on a marker that could not be read.
    Unread,
}

impl<'a> Choice<'a> {
    /// What `asked` of `lock` leads to in `environment`.
    pub fn of(lock: &'a ProjectLock, asked: Asked, environment: &'a MarkerEnvironment) -> Self {
        let all: Asked = (0..lock.parts.len()).collect();
        let walk = |asked: &Asked, unread: bool| walk(lock, asked, environment, unread);
        let (chosen, wide) = (walk(&asked, false), walk(&all, false));
        let has_unread = lock.conditions().iter().any(|condition| matches!(condition, Condition::Unread));
        let widest = if has_unread { walk(&all, true) } else { wide.clone() };
        let mut others: Vec<usize> = all.difference(&asked).copied().collect();
        others.sort_by_key(|at| lock.parts.get(*at).map(|part| part.kind));
        let added = others.into_iter().take(PARTS).map(|part| {
            let more: Asked = asked.iter().copied().chain([part]).collect();
            (part, walk(&more, false))
        });
        let added = added.collect();
        Self { lock, environment, asked, chosen, widest, wide, added }
    }

    /// What `asked` of `lock` leads to in another environment.
    pub fn chosen_in(lock: &ProjectLock, asked: &Asked, environment: &MarkerEnvironment) -> Chosen {
        walk(lock, asked, environment, false)
    }

    /// Why none of `entries`, those of one name, is chosen.
    pub fn left_out(&self, entries: &[usize]) -> LeftOut {
        let has = |chosen: &Chosen| entries.iter().any(|entry| chosen.contains(entry));
        if !has(&self.wide) {
            return if has(&self.widest) { LeftOut::Unread } else { LeftOut::Marker };
        }
        let bringing = self.added.iter().filter(|(_, chosen)| has(chosen));
        let parts: Vec<String> =
            bringing.filter_map(|(part, _)| Some(self.lock.parts.get(*part)?.label())).collect();
        if parts.is_empty() { LeftOut::Unasked } else { LeftOut::Parts(parts) }
    }

    /// What was asked for, without the main part: labels.
    pub fn asked(&self) -> Vec<String> {
        let parts = self.asked.iter().filter_map(|at| self.lock.parts.get(*at));
        let mut labels: Vec<String> =
            parts.filter(|part| part.kind != PartKind::Main).map(LockPart::label).collect();
        labels.sort();
        labels
    }

    /// The parts that were not asked for all of whose own packages `has` knows: as if they had been asked for.
    pub fn likely(&self, has: &dyn Fn(usize) -> bool) -> Asked {
        let is_there = |(_, with): &&(usize, Chosen)| {
            let mut own = with.difference(&self.chosen).peekable();
            own.peek().is_some() && own.all(|entry| has(*entry))
        };
        self.asked.iter().copied().chain(self.added.iter().filter(is_there).map(|(part, _)| *part)).collect()
    }

    /// The environment that markers were evaluated in.
    pub fn environment(&self) -> &MarkerEnvironment {
        self.environment
    }
}

/// The entries that `asked` leads to; what hangs on a marker that could not be read where `unread` says so.
fn walk(lock: &ProjectLock, asked: &Asked, environment: &MarkerEnvironment, unread: bool) -> Chosen {
    let parts = || asked.iter().filter_map(|at| lock.parts.get(*at));
    let extras: Vec<ExtraName> =
        parts().flat_map(|part| &part.extras).filter_map(|name| ExtraName::from_str(name).ok()).collect();
    let holds: Vec<bool> = lock
        .conditions()
        .iter()
        .map(|condition| match condition {
            Condition::Always => true,
            Condition::Never => false,
            Condition::Marker { tree, by_extra } => {
                tree.evaluate(environment, if *by_extra { &extras } else { &[] })
            }
            Condition::Unread => unread,
        })
        .collect();
    let mut chosen = Chosen::new();
    let mut seen: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    let mut queue: Vec<&Edge> = parts().flat_map(|part| &part.edges).collect();
    while let Some(edge) = queue.pop() {
        if !holds.get(edge.condition()).copied().unwrap_or(false) {
            continue;
        }
        let Some(entry) = lock.entries.get(edge.to) else { continue };
        if chosen.insert(edge.to) {
            queue.extend(&entry.edges);
        }
        let known = seen.entry(edge.to).or_default();
        for extra in &edge.extras {
            if let Some((extra, edges)) = entry.extras.get_key_value(extra.as_str())
                && known.insert(extra)
            {
                queue.extend(edges);
            }
        }
    }
    chosen
}
