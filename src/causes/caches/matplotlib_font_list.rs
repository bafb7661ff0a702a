//! `matplotlib-font-list`: matplotlib's list of fonts, in the order in which a file system gave them.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::text::documents;
use crate::formats::json;

/// See docs/causes/matplotlib-font-list.md.
pub(crate) struct MatplotlibFontList;

impl Cause for MatplotlibFontList {
    declare!(
        "matplotlib-font-list",
        "matplotlib lists fonts as it found them",
        Profile::of(
            Reach::Path,
            "don't import matplotlib.pyplot at build, or RUN with MPLCONFIGDIR=/tmp/mpl and remove it there"
        )
        .proved_by("JSON equal once paths and times are hidden")
        .mended_by(&[Mends::Rule("layer-residue", Extent::RunEnd)])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let name = file.path.file_name();
        let is_list = name.starts_with(b"fontlist-v") && name.ends_with(b".json");
        if !is_list || !file.content_differs() {
            return None;
        }
        match (file.both(), file.new_bytes()) {
            (Some((old, new)), _) => same_fonts(old, new),
            (None, Some(new)) => {
                json::parse(new)?.get("ttflist").map(|_| Explanation::likely("its path and shape"))
            }
            (None, None) => Some(Explanation::by_place("its path")),
        }
    }
}

fn same_fonts(old: &[u8], new: &[u8]) -> Option<Explanation> {
    let (old, new) = (json::parse(old)?, json::parse(new)?);
    let (old, new) = (documents::sorted(old), documents::sorted(new));
    if old == new {
        return Some(Explanation::certain("the same fonts in another order"));
    }
    let timeless = |value| documents::sorted(documents::masked(value, &documents::tells_time));
    let (old, new) = (timeless(old), timeless(new));
    if old == new {
        return Some(Explanation::certain("the same fonts at other times"));
    }
    let pathless = |value| {
        documents::sorted(documents::masked(value, &|key: &str, _: &serde_json::Value| key == "fname"))
    };
    (pathless(old) == pathless(new)).then(|| Explanation::likely("the same fonts under other paths"))
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

    const PATH: &str = "root/.cache/matplotlib/fontlist-v390.json";

    fn list(fonts: &[(&str, &str)]) -> Vec<u8> {
        let font = |(path, name): &(&str, &str)| format!(r#"{{"fname":"{path}","name":"{name}"}}"#);
        let fonts: Vec<String> = fonts.iter().map(font).collect();
        format!(r#"{{"_version":390,"ttflist":[{}]}}"#, fonts.join(",")).into_bytes()
    }

    fn explained(new: &[(&str, &str)]) -> String {
        let old = list(&[("/a", "A"), ("/b", "B")]);
        Pair::default().both(PATH, &old, &list(new)).explained().join("; ")
    }

    #[test]
    fn order_is_told_for_certain_other_paths_are_likely_and_other_fonts_not_explained() {
        assert_eq!(explained(&[("/b", "B"), ("/a", "A")]), format!("{PATH}: matplotlib-font-list (certain)"));
        assert_eq!(
            explained(&[("/x/b", "B"), ("/x/a", "A")]),
            format!("{PATH}: matplotlib-font-list (likely)")
        );
        assert_eq!(explained(&[("/a", "A"), ("/c", "C")]), format!("{PATH}: "));
    }

    #[test]
    fn against_a_lock_it_is_likely() {
        let pair = Pair::default().both(PATH, &list(&[("/a", "A")]), &list(&[("/b", "A")]));
        assert_eq!(pair.explained_against_lock(), [format!("{PATH}: matplotlib-font-list (likely)")]);
    }
}
