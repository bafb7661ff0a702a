//! Where nobody's files are, in few places: a folder of which nothing has an owner is one place.
//!
//! Folders in which each distribution and each person puts what they like (`/usr`, `/opt`, `/home`) are gone into all the
//! same: that all of `/opt` is nobody's says little.

use std::collections::BTreeMap;

use super::index::Index;
use super::{Amount, UnownedExtent, UnownedLayer, UnownedPlace};
use crate::base::path::LayerPath;

/// Folders that say nothing of what is in them.
const COMMON: &[&[u8]] = &[
    b"",
    b"data",
    b"etc",
    b"home",
    b"media",
    b"mnt",
    b"opt",
    b"root",
    b"root/.cache",
    b"srv",
    b"tmp",
    b"usr",
    b"usr/bin",
    b"usr/lib",
    b"usr/libexec",
    b"usr/local",
    b"usr/local/bin",
    b"usr/local/include",
    b"usr/local/lib",
    b"usr/local/lib64",
    b"usr/local/sbin",
    b"usr/local/share",
    b"usr/sbin",
    b"usr/share",
    b"usr/share/doc",
    b"usr/src",
    b"var",
    b"var/cache",
    b"var/lib",
    b"var/log",
    b"var/tmp",
];

/// A file of this size is named on its own, wherever it is.
const NAMED: u64 = 1 << 20;

/// A folder on the way to the path that is looked at.
struct Folder<'p> {
    path: &'p [u8],
    is_owned: bool,
    /// By layer, what of it is nobody's: in the folder itself, files that are large, all below folders that were left.
    inside: BTreeMap<usize, Amount>,
    single: BTreeMap<usize, &'p LayerPath>,
    /// One of those below it.
    any: BTreeMap<usize, &'p LayerPath>,
    named: Vec<(usize, UnownedPlace)>,
    below: BTreeMap<usize, Amount>,
    places: Vec<(usize, UnownedPlace)>,
}

/// What is nobody's, by layer and place, the largest first.
pub(super) fn folders(index: &Index<'_, '_>) -> Vec<UnownedLayer> {
    let mut open: Vec<Folder<'_>> = vec![Folder::new(b"")];
    for (path, entry, node, owner) in index.files() {
        close(&mut open, |folder| is_within(path, folder));
        enter(&mut open, path);
        let Some(last) = open.last_mut() else { break };
        match owner {
            // Above one with an owner all have.
            Some(_) => {
                open.iter_mut()
                    .rev()
                    .take_while(|folder| !folder.is_owned)
                    .for_each(|folder| folder.is_owned = true);
            }
            None => last.add(path, node.layer, index.bytes(entry, node)),
        }
    }
    close(&mut open, |folder| folder.is_empty());
    let places = open.pop().map(|root| root.finish()).unwrap_or_default();
    let mut layers: BTreeMap<usize, Vec<UnownedPlace>> = BTreeMap::new();
    for (layer, place) in places {
        layers.entry(layer).or_default().push(place);
    }
    let mut layers: Vec<UnownedLayer> = layers.into_iter().map(layer).collect();
    layers.sort_by_key(|layer| (std::cmp::Reverse(layer.amount.bytes), layer.layer));
    layers
}

fn layer((layer, mut places): (usize, Vec<UnownedPlace>)) -> UnownedLayer {
    places.sort_by(|a, b| {
        let key = |place: &UnownedPlace| {
            (std::cmp::Reverse((place.amount.bytes, place.amount.files)), place.extent)
        };
        key(a).cmp(&key(b)).then_with(|| a.path.cmp(&b.path))
    });
    let amount = places.iter().fold(Amount::default(), |sum, place| sum.and(place.amount));
    UnownedLayer { layer, amount, places }
}

/// Ends the folders that the next path is not in.
fn close<'p>(open: &mut Vec<Folder<'p>>, is_open: impl Fn(&[u8]) -> bool) {
    while open.len() > 1 && open.last().is_some_and(|folder| !is_open(folder.path)) {
        if let (Some(folder), Some(above)) = (open.pop(), open.last_mut()) {
            above.take(folder);
        }
    }
}

/// Begins the folders between the last one and the path.
fn enter<'p>(open: &mut Vec<Folder<'p>>, path: &'p LayerPath) {
    let from = open.last().map_or(0, |folder| if folder.path.is_empty() { 0 } else { folder.path.len() + 1 });
    let rest = path.as_bytes().get(from..).unwrap_or_default();
    for at in memchr::memchr_iter(b'/', rest) {
        open.push(Folder::new(path.as_bytes().get(..from + at).unwrap_or_default()));
    }
}

fn is_within(path: &LayerPath, folder: &[u8]) -> bool {
    let rest = path.as_bytes().strip_prefix(folder);
    folder.is_empty() || rest.is_some_and(|rest| rest.starts_with(b"/"))
}

impl<'p> Folder<'p> {
    fn new(path: &'p [u8]) -> Self {
        Self {
            path,
            is_owned: COMMON.contains(&path),
            inside: BTreeMap::new(),
            single: BTreeMap::new(),
            any: BTreeMap::new(),
            named: Vec::new(),
            below: BTreeMap::new(),
            places: Vec::new(),
        }
    }

    fn add(&mut self, path: &'p LayerPath, layer: usize, bytes: u64) {
        self.below.entry(layer).or_default().add(bytes);
        self.any.insert(layer, path);
        if bytes >= NAMED {
            let amount = Amount { files: 1, bytes };
            let place = UnownedPlace { path: path.clone(), extent: UnownedExtent::File, amount };
            return self.named.push((layer, place));
        }
        self.inside.entry(layer).or_default().add(bytes);
        self.single.insert(layer, path);
    }

    /// Takes in a folder in it.
    fn take(&mut self, folder: Folder<'p>) {
        for (layer, amount) in &folder.below {
            let sum = self.below.entry(*layer).or_default();
            *sum = sum.and(*amount);
        }
        self.any.extend(&folder.any);
        self.places.extend(folder.finish());
    }

    /// The places in it: one for each layer, where nothing has an owner.
    fn finish(self) -> Vec<(usize, UnownedPlace)> {
        let path = LayerPath::clamped(self.path);
        if !self.is_owned {
            let place = |(layer, amount): (usize, Amount)| {
                let only = self.any.get(&layer).filter(|_| amount.files == 1);
                let (path, extent) = match only {
                    Some(only) => ((*only).clone(), UnownedExtent::File),
                    None => (path.clone(), UnownedExtent::Below),
                };
                (layer, UnownedPlace { path, extent, amount })
            };
            return self.below.into_iter().map(place).collect();
        }
        let inside = self.inside.into_iter().map(|(layer, amount)| {
            let only = self.single.get(&layer).filter(|_| amount.files == 1);
            let (path, extent) = match only {
                Some(only) => ((*only).clone(), UnownedExtent::File),
                None => (path.clone(), UnownedExtent::Inside),
            };
            (layer, UnownedPlace { path, extent, amount })
        });
        inside.chain(self.named).chain(self.places).collect()
    }
}
