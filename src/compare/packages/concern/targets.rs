//! Where the links of the layers that were read lead package databases: places of any name, whose bytes are then a database's.
//!
//! Asked where nothing is known of the tree: these are the links at hand, followed through one another by name. A folder whose
//! name tells that it leads to a database (`lib -> usr/lib`) is passed over where what it leads to is called so too: names
//! tell all that is below.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use crate::base::limits;
use crate::base::path::{LayerPath, ancestors};
use crate::base::symlinks;
use crate::ecosystem;
use crate::formats::tar::entry::{Entry, Kind};

/// How often links at such places are looked for; a chain may go on, and then all is asked for.
const ROUNDS: usize = 8;

/// The places, and whether there are more.
#[derive(Default)]
pub(super) struct Targets {
    places: BTreeSet<Vec<u8>>,
    is_cut: bool,
}

impl Targets {
    pub(super) fn of<'e>(entries: impl Iterator<Item = &'e Entry>) -> Self {
        let links: Vec<&Entry> = entries.filter(|entry| entry.kind.is_link()).collect();
        let symlinks: BTreeMap<&[u8], &[u8]> = links
            .iter()
            .filter(|entry| entry.kind == Kind::Symlink)
            .filter_map(|entry| Some((entry.path.as_bytes(), entry.link.as_deref()?)))
            .collect();
        let mut targets = Self::default();
        for _ in 0..ROUNDS {
            let before = targets.places.len();
            for link in &links {
                if targets.is_full() {
                    break;
                }
                if targets.has(&link.path) || is_part(&link.path) {
                    targets.follow(link, &symlinks, |_| true);
                } else if ecosystem::leads(link.path.file_name()) {
                    targets.follow(link, &symlinks, |place| !ecosystem::leads(place.file_name()));
                }
            }
            if targets.places.len() == before {
                return targets;
            }
        }
        targets.is_cut = true;
        targets
    }

    /// Whether there are too many to know them all.
    pub(super) fn is_full(&self) -> bool {
        self.is_cut || self.places.len() >= limits::CONCERN_FOLDERS
    }

    /// Whether the path is one of them, or below one.
    pub(super) fn has(&self, path: &LayerPath) -> bool {
        !self.places.is_empty() && ancestors(path.as_bytes()).any(|at| self.places.contains(at))
    }

    /// Adds what a link names, and what that leads to, if it is to be added.
    fn follow(
        &mut self,
        link: &Entry,
        symlinks: &BTreeMap<&[u8], &[u8]>,
        is_added: impl Fn(&LayerPath) -> bool,
    ) {
        let named = match (link.kind, &link.link) {
            (Kind::Hardlink, Some(target)) => LayerPath::clamped(target),
            _ => link.path.clone(),
        };
        let link_at = |at: &[u8], _| Ok::<_, Infallible>(symlinks.get(at).copied());
        let Ok(real) = symlinks::followed(&named, link_at);
        let hard = (link.kind == Kind::Hardlink).then(|| named.clone());
        for place in hard.into_iter().chain(real).filter(|place| *place != link.path && is_added(place)) {
            // Below the root is all.
            self.is_cut |= place.is_root();
            self.places.insert(place.as_bytes().to_vec());
        }
    }
}

/// Whether what stands there is a part of a database, by its name or in some folder.
fn is_part(path: &LayerPath) -> bool {
    ecosystem::concerns(path) || ecosystem::reads(path.file_name())
}
