//! Which layer of the image stands for which layer of the lock.
//!
//! First those with the same diff_id or digest, in order; then, between two such, those of the same instruction, in
//! order; then the rest by position. A layer left over on either side was added or removed.

use crate::base::digest::Digest;

/// What pairing looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign<'a> {
    /// The layer's diff_id.
    pub diff_id: Digest,
    /// The instruction that made it, where known.
    pub instruction: Option<&'a str>,
}

/// A pair: place in the lock, place in the image; one is missing for a removed or added layer.
pub type Pair = (Option<usize>, Option<usize>);

/// Pairs locked with found layers, in the image's order; removed layers stand where they were.
pub fn pair(locked: &[Sign<'_>], found: &[Sign<'_>]) -> Vec<Pair> {
    let same = |a: &Sign<'_>, b: &Sign<'_>| a.diff_id == b.diff_id;
    let mut pairs = Vec::new();
    for gap in gaps(locked, found, same, &mut pairs) {
        let (locked_gap, found_gap) = (slice(locked, gap.0), slice(found, gap.1));
        let alike = |a: &Sign<'_>, b: &Sign<'_>| a.instruction.is_some() && a.instruction == b.instruction;
        let mut inner = Vec::new();
        for rest in gaps(locked_gap, found_gap, alike, &mut inner) {
            by_position(rest, &mut inner);
        }
        let shift = |(a, b): Pair| (a.map(|a| a + gap.0.0), b.map(|b| b + gap.1.0));
        pairs.extend(inner.into_iter().map(shift));
    }
    in_order(pairs)
}

type Range = (usize, usize);

/// Finds the longest common subsequence under `equal`, adds its pairs, and returns the ranges between them.
fn gaps(
    a: &[Sign<'_>],
    b: &[Sign<'_>],
    equal: impl Fn(&Sign<'_>, &Sign<'_>) -> bool,
    pairs: &mut Vec<Pair>,
) -> Vec<(Range, Range)> {
    let mut gaps = Vec::new();
    let (mut start_a, mut start_b) = (0, 0);
    for (at_a, at_b) in common(a, b, equal) {
        gaps.push(((start_a, at_a), (start_b, at_b)));
        pairs.push((Some(at_a), Some(at_b)));
        (start_a, start_b) = (at_a + 1, at_b + 1);
    }
    gaps.push(((start_a, a.len()), (start_b, b.len())));
    gaps
}

/// The longest common subsequence; of equally long ones, the earliest.
fn common<T>(a: &[T], b: &[T], equal: impl Fn(&T, &T) -> bool) -> Vec<(usize, usize)> {
    // lengths[i][j]: how long a subsequence a[i..] and b[j..] share.
    let mut lengths = vec![vec![0_u32; b.len() + 1]; a.len() + 1];
    let length = |lengths: &[Vec<u32>], i: usize, j: usize| {
        lengths.get(i).and_then(|row| row.get(j)).copied().unwrap_or_default()
    };
    for (i, item) in a.iter().enumerate().rev() {
        for (j, other) in b.iter().enumerate().rev() {
            let best = match equal(item, other) {
                true => length(&lengths, i + 1, j + 1) + 1,
                false => length(&lengths, i + 1, j).max(length(&lengths, i, j + 1)),
            };
            if let Some(slot) = lengths.get_mut(i).and_then(|row| row.get_mut(j)) {
                *slot = best;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut found = Vec::new();
    while let (Some(item), Some(other)) = (a.get(i), b.get(j)) {
        if equal(item, other) {
            found.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if length(&lengths, i + 1, j) >= length(&lengths, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}

fn by_position(gap: (Range, Range), pairs: &mut Vec<Pair>) {
    let ((start_a, end_a), (start_b, end_b)) = gap;
    let longest = (end_a - start_a).max(end_b - start_b);
    for step in 0..longest {
        let place = |start: usize, end: usize| Some(start + step).filter(|at| *at < end);
        pairs.push((place(start_a, end_a), place(start_b, end_b)));
    }
}

/// Sorts by place in the image; a removed layer comes before the first pair that stands behind it in the lock.
fn in_order(mut pairs: Vec<Pair>) -> Vec<Pair> {
    let mut removed: Vec<Pair> = pairs.iter().copied().filter(|(_, found)| found.is_none()).collect();
    removed.sort();
    pairs.retain(|(_, found)| found.is_some());
    pairs.sort_by_key(|(_, found)| *found);
    for pair in removed {
        let behind = |other: &Pair| other.0.is_some_and(|locked| Some(locked) > pair.0);
        let at = pairs.iter().position(behind).unwrap_or(pairs.len());
        pairs.insert(at, pair);
    }
    pairs
}

fn slice<T>(items: &[T], range: Range) -> &[T] {
    items.get(range.0..range.1).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::Sha256;

    /// One sign for each word: `content@instruction`.
    fn signs(words: &str) -> Vec<Sign<'_>> {
        let sign = |word: &'_ str| {
            let (content, instruction) = word.split_once('@').unwrap_or((word, ""));
            (Sha256::of(content.as_bytes()), Some(instruction.len()).filter(|length| *length > 0))
        };
        words
            .split_whitespace()
            .map(|word| {
                let (diff_id, instruction) = sign(word);
                let instruction = instruction.and_then(|length| word.get(word.len() - length..));
                Sign { diff_id: diff_id.into(), instruction }
            })
            .collect()
    }

    fn paired(locked: &str, found: &str) -> String {
        let show = |at: Option<usize>| at.map_or("-".into(), |at| at.to_string());
        let pairs = pair(&signs(locked), &signs(found));
        pairs.into_iter().map(|(a, b)| format!("{}:{}", show(a), show(b))).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_changed_layer_pairs_with_the_one_in_its_place() {
        assert_eq!(paired("a b c", "a x c"), "0:0 1:1 2:2");
    }

    #[test]
    fn an_inserted_layer_does_not_shift_the_ones_behind_it() {
        assert_eq!(paired("a b c", "a new b c"), "0:0 -:1 1:2 2:3");
    }

    #[test]
    fn a_removed_layer_stands_where_it_was() {
        assert_eq!(paired("a b c", "a c"), "0:0 1:- 2:1");
    }

    #[test]
    fn among_changed_layers_the_instruction_decides_before_the_position() {
        assert_eq!(paired("a b@RUN1 c@RUN2", "a y@RUN2"), "0:0 1:- 2:1");
    }

    #[test]
    fn nothing_in_common_pairs_by_position() {
        assert_eq!(paired("a b", "x y z"), "0:0 1:1 -:2");
        assert_eq!(paired("", "x"), "-:0");
    }
}
