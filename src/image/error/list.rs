//! Names in one line.

use crate::base::text::listed;

/// `names`, a hundred at most, so that a hostile index cannot flood a terminal.
pub(super) fn list(names: &[String]) -> String {
    const MOST: usize = 100;
    if names.is_empty() { "none".to_owned() } else { listed(names.iter(), MOST) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_says_how_many_it_leaves_out() {
        let names: Vec<String> = (0..150).map(|n| n.to_string()).collect();
        assert!(list(&names).ends_with("98, 99 and 50 more"));
        assert_eq!(list(&[]), "none");
    }
}
