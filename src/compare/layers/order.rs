//! What kept its order: the longest run of places that only rises.

/// For each of `places`, whether it belongs to the longest rising subsequence; the others changed places. Of several
/// such, the one that ends on the least places.
pub(crate) fn kept(places: &[usize]) -> Vec<bool> {
    // Patience: piles hold the index of each pile's top.
    let mut piles: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; places.len()];
    let place = |at: usize| places.get(at).copied().unwrap_or(0);
    for at in 0..places.len() {
        let pile = piles.partition_point(|top| place(*top) < place(at));
        if let Some(slot) = before.get_mut(at) {
            *slot = pile.checked_sub(1).and_then(|below| piles.get(below)).copied();
        }
        match piles.get_mut(pile) {
            Some(top) => *top = at,
            None => piles.push(at),
        }
    }
    let mut kept = vec![false; places.len()];
    let mut next = piles.last().copied();
    while let Some(at) = next {
        if let Some(flag) = kept.get_mut(at) {
            *flag = true;
        }
        next = before.get(at).copied().flatten();
    }
    kept
}

/// The longest common subsequence of `a` and `b` under `equal`, as places; of equally long ones, the earliest.
pub(crate) fn common<T>(a: &[T], b: &[T], equal: impl Fn(&T, &T) -> bool) -> Vec<(usize, usize)> {
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
    let mut shared = Vec::new();
    while let (Some(item), Some(other)) = (a.get(i), b.get(j)) {
        if equal(item, other) {
            shared.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if length(&lengths, i + 1, j) >= length(&lengths, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_places_is_what_breaks_the_longest_rise() {
        assert_eq!(kept(&[0, 3, 1, 2]), [true, false, true, true]);
        assert_eq!(kept(&[1, 0]), [false, true]);
        assert_eq!(kept(&[]), [false; 0]);
    }

    #[test]
    fn what_two_lists_share_is_told_by_place() {
        let places = |a: &str, b: &str| common(a.as_bytes(), b.as_bytes(), |a, b| a == b);
        assert_eq!(places("abcd", "axcd"), [(0, 0), (2, 2), (3, 3)]);
        assert_eq!(places("abc", ""), []);
    }
}
