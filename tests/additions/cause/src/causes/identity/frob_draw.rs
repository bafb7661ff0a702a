//! `frob-draw`: frob keeps the number that it drew.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::shape::{self, Seen};

/// See docs/causes/frob-draw.md.
pub(crate) struct FrobDraw;

impl Cause for FrobDraw {
    declare!(
        "frob-draw",
        "frob keeps the number that it drew",
        Profile::of(Reach::Path, "give frob a seed: frob --seed=0").proved_by("the whole file is a number")
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !file.is("var/lib/frob/draw") {
            return None;
        }
        match shape::seen(file)? {
            Seen::Both(old, new) => {
                (is_draw(old) && is_draw(new)).then(|| Explanation::certain("the file is nothing but a draw"))
            }
            Seen::New(bytes) | Seen::Alone(bytes) => is_draw(bytes).then(|| Explanation::likely("a draw")),
            Seen::Unread => Some(Explanation::likely("its path")),
        }
    }
}

/// Whether the bytes are a line `draw NUMBER`.
fn is_draw(bytes: &[u8]) -> bool {
    let number = bytes.strip_prefix(b"draw ").and_then(|rest| rest.strip_suffix(b"\n"));
    number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

    #[test]
    fn another_draw_is_told_for_certain() {
        let pair = Pair::default().both("var/lib/frob/draw", b"draw 1\n", b"draw 2\n");
        assert_eq!(pair.explained(), ["var/lib/frob/draw: frob-draw (certain)"]);
        assert_eq!(pair.explained_against_lock(), ["var/lib/frob/draw: frob-draw (likely)"]);
    }

    #[test]
    fn other_files_and_other_bytes_are_not_explained() {
        let pair = Pair::default().both("var/lib/frob/draw", b"draw 1\n", b"text");
        assert_eq!(pair.explained(), ["var/lib/frob/draw: "]);
        let pair = Pair::default().both("opt/draw", b"draw 1\n", b"draw 2\n");
        assert_eq!(pair.explained(), ["opt/draw: "]);
    }
}
