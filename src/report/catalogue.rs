//! Everything that users meet by an id: rules, causes, ecosystems, verdicts, formats, exports, kinds of files and projects'
//! locks, in one list.
//!
//! `explain`, SARIF's help and the tables of the docs are made of it; what is not in it has no page. It knows no item by
//! name: each registry gives its own.

use super::REGISTRY;
use super::verdict::Verdict;
use crate::base::about::{About, AboutKind};
use crate::lint::{self, rules};
use crate::rebuild::builders;
use crate::{causes, ecosystem, export, project_locks};

/// The sorts of things that have pages, in the order in which lists give them.
pub const KINDS: [AboutKind; 9] = [
    AboutKind::Rule,
    AboutKind::Cause,
    AboutKind::Ecosystem,
    AboutKind::Verdict,
    AboutKind::Format,
    AboutKind::Export,
    AboutKind::File,
    AboutKind::ProjectLock,
    AboutKind::Builder,
];

/// What is known of all things of one sort, in the order of their registry.
pub fn of(kind: AboutKind) -> Vec<About> {
    match kind {
        AboutKind::Rule => rules::REGISTRY.iter().map(|rule| *rule.about()).collect(),
        AboutKind::Cause => causes::REGISTRY.iter().map(|cause| *cause.about()).collect(),
        AboutKind::Ecosystem => ecosystem::REGISTRY.iter().map(|ecosystem| *ecosystem.about()).collect(),
        AboutKind::Verdict => Verdict::ALL.iter().map(|verdict| *verdict.about()).collect(),
        AboutKind::Format => REGISTRY.iter().map(|format| *format.about()).collect(),
        AboutKind::Export => export::REGISTRY.iter().map(|export| *export.about()).collect(),
        AboutKind::File => lint::files(),
        AboutKind::ProjectLock => project_locks::REGISTRY.iter().map(|format| *format.about()).collect(),
        AboutKind::Builder => builders::REGISTRY.iter().map(|builder| *builder.about()).collect(),
    }
}

/// What is known of everything, sort by sort.
pub fn all() -> impl Iterator<Item = About> {
    KINDS.into_iter().flat_map(of)
}

/// What is known by that id.
pub fn find(id: &str) -> Option<About> {
    all().find(|about| about.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_stands_once_and_has_a_page_that_begins_with_it() {
        let ids: Vec<&str> = all().map(|about| about.id).collect();
        for about in all() {
            assert_eq!(ids.iter().filter(|id| **id == about.id).count(), 1, "{}", about.id);
            let heading = about.page.lines().next().unwrap_or_default();
            let named = heading.strip_prefix("# ").and_then(|heading| heading.split(": ").next());
            assert_eq!(named, Some(about.id));
            assert!(!about.summary.is_empty() && !about.summary.ends_with('.'), "{}", about.id);
            assert_eq!(find(about.id), Some(about));
        }
    }

    #[test]
    fn each_sort_lists_its_own() {
        for kind in KINDS {
            assert!(!of(kind).is_empty() && of(kind).iter().all(|about| about.kind == kind), "{kind:?}");
        }
    }
}
