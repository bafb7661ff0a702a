//! Of the large files that catalogs asked for under one path, the uppermost layer's is kept, in whichever order layers are read.
//!
//! Each install writes a package database anew, so that an image holds as many of them as it has such layers, and a container sees
//! the last. A lower layer's is let go as soon as one above it was read. Where that was wrong (a link that a later layer made leads to
//! it, or what is above it landed elsewhere), the tree finds it [`Capture::Hidden`], and the catalog says that it was not read. A file
//! that has other names in its own layer is not let go. Small files are all kept: there are many, and no two layers write the same.
//!
//! What is held of all layers is counted here.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::sync::{Mutex, PoisonError};

use crate::base::limits;
use crate::base::path::LayerPath;
use crate::ecosystem;
use crate::formats::tar::TarError;
use crate::formats::tar::entry::Kind;
use crate::layer::error::LayerError;
use crate::layer::{Capture, Contents};

/// The captures held so far.
#[derive(Debug, Default)]
pub(super) struct Uppermost(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    /// By path, of large files that of the uppermost layer read so far.
    large: BTreeMap<LayerPath, Large>,
    /// Bytes of these, and of all others.
    bytes: u64,
}

#[derive(Debug)]
struct Large {
    /// The uppermost place of its layer in the image, and its own place there.
    at: (usize, usize),
    /// The layer's first place, by which its pass is known.
    job: usize,
    capture: Capture,
}

impl Uppermost {
    /// Takes the large captures of the layer that was read for the place `job` and stands at `top`, too. An error where all that is held is
    /// too much.
    pub(super) fn take(&self, (job, top): (usize, usize), contents: &mut Contents) -> Result<(), LayerError> {
        let Contents { entries, captures, .. } = contents;
        let mut large = Vec::new();
        let mut small = 0_u64;
        for (at, capture) in captures.iter_mut() {
            let Capture::Kept(bytes) = &*capture else { continue };
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            let path = entries.get(*at).map(|entry| &entry.path);
            match path.filter(|path| length >= limits::LARGE_CAPTURE_BYTES && ecosystem::is_wanted(path)) {
                Some(path) => large.push((path.clone(), *at, capture)),
                None => small = small.saturating_add(length),
            }
        }
        if !large.is_empty() {
            let links = entries.iter().filter(|entry| entry.kind == Kind::Hardlink);
            let targets: BTreeSet<&[u8]> = links.filter_map(|entry| entry.link.as_deref()).collect();
            large.retain(|(path, ..)| !targets.contains(path.as_bytes()));
        }
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.bytes = held.bytes.saturating_add(small);
        for (path, at, slot) in large {
            let capture = mem::replace(slot, Capture::Hidden);
            held.put(path, Large { at: (top, at), job, capture });
        }
        match held.bytes > limits::IMAGE_CAPTURES_BYTES {
            true => Err(TarError::Limit {
                what: "bytes of package databases of all layers",
                limit: limits::IMAGE_CAPTURES_BYTES,
            }
            .into()),
            false => Ok(()),
        }
    }

    /// Gives back to the layer that was read for the place `job` what of its captures is the uppermost.
    pub(super) fn give_back(&self, job: usize, contents: &mut Contents) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for large in held.large.values_mut().filter(|large| large.job == job) {
            let capture = mem::replace(&mut large.capture, Capture::Hidden);
            contents.captures.insert(large.at.1, capture);
        }
    }
}

impl Held {
    fn put(&mut self, path: LayerPath, large: Large) {
        match self.large.get(&path) {
            Some(before) if before.at > large.at => {}
            before => {
                let freed = before.map_or(0, Large::bytes);
                self.bytes = self.bytes.saturating_sub(freed).saturating_add(large.bytes());
                self.large.insert(path, large);
            }
        }
    }
}

impl Large {
    fn bytes(&self) -> u64 {
        match &self.capture {
            Capture::Kept(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Capture::TooLarge | Capture::Hidden => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::formats::tar::entry::tests::{file, link};

    const PATH: &str = "var/lib/rpm/rpmdb.sqlite";

    /// A layer with a database of that many bytes, all `byte`.
    fn layer(byte: u8, bytes: u64) -> Contents {
        let bytes = vec![byte; usize::try_from(bytes).unwrap()];
        let captures = [(0, Capture::Kept(Arc::from(&bytes[..])))].into();
        Contents { entries: vec![file(PATH, &bytes)], captures, ..Contents::default() }
    }

    /// Which of the layers have their database, when they are read in that order.
    fn kept(mut layers: Vec<Contents>, order: &[usize]) -> Vec<bool> {
        let uppermost = Uppermost::default();
        order.iter().for_each(|at| uppermost.take((*at, *at), &mut layers[*at]).unwrap());
        for (at, layer) in layers.iter_mut().enumerate() {
            uppermost.give_back(at, layer);
        }
        layers.iter().map(|layer| matches!(layer.captures[&0], Capture::Kept(_))).collect()
    }

    #[test]
    fn of_large_databases_the_uppermost_is_kept_in_whichever_order_layers_are_read() {
        let layers = || (1..=3).map(|byte| layer(byte, limits::LARGE_CAPTURE_BYTES)).collect::<Vec<_>>();
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
            assert_eq!(kept(layers(), &order), [false, false, true], "{order:?}");
        }
    }

    #[test]
    fn no_more_than_one_of_them_is_held_at_a_time() {
        let uppermost = Uppermost::default();
        for at in 0..20 {
            uppermost.take((at, at), &mut layer(1, limits::LARGE_CAPTURE_BYTES)).unwrap();
            assert_eq!(uppermost.0.lock().unwrap().bytes, limits::LARGE_CAPTURE_BYTES);
        }
    }

    #[test]
    fn small_ones_and_those_of_other_names_are_kept_in_each_layer() {
        let small = || layer(1, limits::LARGE_CAPTURE_BYTES - 1);
        assert_eq!(kept(vec![small(), small()], &[0, 1]), [true, true]);
        let mut linked = layer(1, limits::LARGE_CAPTURE_BYTES);
        linked.entries.push(link(Kind::Hardlink, "usr/share/rpm/rpmdb.sqlite", PATH));
        assert_eq!(kept(vec![linked, layer(2, limits::LARGE_CAPTURE_BYTES)], &[0, 1]), [true, true]);
    }

    #[test]
    fn a_layer_that_stands_at_several_places_counts_as_its_uppermost() {
        let uppermost = Uppermost::default();
        let [mut shared, mut other] = [1, 2].map(|byte| layer(byte, limits::LARGE_CAPTURE_BYTES));
        uppermost.take((0, 2), &mut shared).unwrap();
        uppermost.take((1, 1), &mut other).unwrap();
        uppermost.give_back(0, &mut shared);
        uppermost.give_back(1, &mut other);
        assert!(matches!(shared.captures[&0], Capture::Kept(_)));
        assert_eq!(other.captures[&0], Capture::Hidden);
    }

    #[test]
    fn all_that_is_held_has_a_cap() {
        let uppermost = Uppermost::default();
        let most = limits::IMAGE_CAPTURES_BYTES - limits::LARGE_CAPTURE_BYTES;
        uppermost.0.lock().unwrap().bytes = most;
        assert!(uppermost.take((0, 0), &mut layer(1, limits::LARGE_CAPTURE_BYTES)).is_ok());
        let error = uppermost.take((1, 1), &mut layer(1, 7)).unwrap_err();
        assert!(error.to_string().contains("bytes of package databases of all layers"), "{error}");
    }
}
