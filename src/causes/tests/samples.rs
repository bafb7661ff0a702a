//! The samples: two sides that a cause explains for certain, and the same with one byte of content that is another.

mod files;
mod places;
mod texts;

use std::ops::Range;

use crate::causes::testing::Pair;
use crate::formats::tar::entry::tests::file;

/// 2026-08-22T10:11:12Z and 2026-08-23T00:12:03Z.
const TIMES: (i64, i64) = (1_787_393_472, 1_787_443_923);

/// Two sides that a cause explains for certain, and the same with one byte of content, or one right, that is another.
pub(super) struct Sample {
    pub(super) id: &'static str,
    pub(super) path: String,
    pub(super) sound: Pair,
    /// Each with the place of the byte.
    pub(super) tampered: Vec<(usize, Pair)>,
}

fn sample(id: &'static str, path: &str, sound: Pair, tampered: Vec<Pair>) -> Sample {
    Sample { id, path: path.to_owned(), sound, tampered: tampered.into_iter().enumerate().collect() }
}

/// A file whose new bytes are tampered with, each of them in turn, but for those that the cause speaks of: those that differ
/// where both sides are equally long, and `explained`.
fn of_bytes(
    id: &'static str,
    path: &str,
    (old, new): (&[u8], &[u8]),
    explained: &[Range<usize>],
    around: impl Fn(Pair) -> Pair,
) -> Sample {
    let pair = |new: &[u8]| {
        let row = |bytes: &[u8], seconds| {
            let mut row = file(path, bytes);
            row.mtime.seconds = seconds;
            row
        };
        around(Pair::default().entries(row(old, TIMES.0), old, row(new, TIMES.1), new))
    };
    let is_content = |at: &usize| {
        let differs = old.len() == new.len() && old.get(*at) != new.get(*at);
        !differs && !explained.iter().any(|range| range.contains(at))
    };
    let flipped = |at: usize| {
        let mut new = new.to_vec();
        new[at] ^= 1;
        (at, pair(&new))
    };
    let tampered = (0..new.len()).filter(is_content).map(flipped).collect();
    Sample { id, path: path.to_owned(), sound: pair(new), tampered }
}

/// All of them.
pub(super) fn all() -> impl Iterator<Item = Sample> {
    [files::samples(), texts::samples(), places::samples()].into_iter().flatten()
}
