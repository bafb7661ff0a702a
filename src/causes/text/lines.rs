//! Texts of two builds, line by line.

/// Whether the bytes are text: none of them is NUL.
pub(crate) fn is_text(bytes: &[u8]) -> bool {
    !bytes.is_empty() && !bytes.contains(&0)
}

/// The lines of two texts side by side, or the texts themselves where one has more lines. What is hidden in lines makes them
/// no more and no fewer, so two texts are alike where their lines are; and of lines that are the same nothing need be hidden.
pub(crate) fn side_by_side<'t>(old: &'t [u8], new: &'t [u8]) -> Vec<(&'t [u8], &'t [u8])> {
    let lines = |text: &'t [u8]| text.split_inclusive(|byte| *byte == b'\n');
    match lines(old).count() == lines(new).count() {
        true => lines(old).zip(lines(new)).collect(),
        false => vec![(old, new)],
    }
}

/// Two texts, with both sides of what differs of them hidden.
pub(crate) fn hide_differing(
    old: &[u8],
    new: &[u8],
    hide: impl Fn(&[u8], &[u8]) -> (Vec<u8>, Vec<u8>),
) -> (Vec<u8>, Vec<u8>) {
    let mut hidden = (Vec::with_capacity(old.len()), Vec::with_capacity(new.len()));
    for (old, new) in side_by_side(old, new) {
        if old == new {
            hidden.0.extend_from_slice(old);
            hidden.1.extend_from_slice(new);
        } else {
            let (old, new) = hide(old, new);
            hidden.0.extend_from_slice(&old);
            hidden.1.extend_from_slice(&new);
        }
    }
    hidden
}

/// How two texts' lines compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lines {
    /// All the same.
    Same,
    /// The same lines in another order.
    Reordered,
    /// This many lines stand on one side alone.
    Differ(usize),
}

/// Compares the lines of two texts that are not the same, their order aside.
pub(crate) fn compare_sets(old: &[u8], new: &[u8]) -> Lines {
    let sorted = |text: &[u8]| -> Vec<Vec<u8>> {
        let mut lines: Vec<Vec<u8>> = text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        lines.sort_unstable();
        lines
    };
    let (old, new) = (sorted(old), sorted(new));
    let (mut olds, mut news) = (old.iter().peekable(), new.iter().peekable());
    let mut alone = 0;
    while let (Some(a), Some(b)) = (olds.peek(), news.peek()) {
        let order = a.cmp(b);
        alone += usize::from(order.is_ne());
        if order.is_le() {
            olds.next();
        }
        if order.is_ge() {
            news.next();
        }
    }
    match alone + olds.count() + news.count() {
        0 => Lines::Reordered,
        alone => Lines::Differ(alone),
    }
}
