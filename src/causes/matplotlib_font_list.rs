//! `matplotlib-font-list`: matplotlib's list of fonts, in the order in which a file system gave them.

use crate::causes::Cause;
use crate::causes::Explanation;
use crate::causes::FileCase;
use crate::causes::Reach;
use crate::formats::json;

/// See docs/causes/matplotlib-font-list.md.
pub(super) struct MatplotlibFontList;

impl Cause for MatplotlibFontList {
    fn id(&self) -> &'static str {
        "matplotlib-font-list"
    }

    fn summary(&self) -> &'static str {
        "matplotlib lists fonts as it found them"
    }

    fn fix(&self) -> &'static str {
        "don't import matplotlib.pyplot at build, or RUN with MPLCONFIGDIR=/tmp/mpl and remove it there"
    }

    fn rule(&self) -> Option<&'static str> {
        Some("layer-residue")
    }

    fn doc(&self) -> &'static str {
        include_str!("../../docs/causes/matplotlib-font-list.md")
    }

    fn reach(&self) -> Reach {
        Reach::Path
    }

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
            (None, None) => Some(Explanation::likely("its path")),
        }
    }
}

fn same_fonts(old: &[u8], new: &[u8]) -> Option<Explanation> {
    let (old, new) = (json::parse(old)?, json::parse(new)?);
    let (old, new) = (json::sorted(old), json::sorted(new));
    if old == new {
        return Some(Explanation::certain("the same fonts in another order"));
    }
    let masked = |value| {
        let is_masked = |key: &str, _: &serde_json::Value| key == "fname" || json::is_time(key);
        json::sorted(json::masked(value, &is_masked))
    };
    (masked(old) == masked(new))
        .then(|| Explanation::certain("the same fonts under other paths, or at other times"))
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

    fn told(new: &[(&str, &str)]) -> String {
        let old = list(&[("/a", "A"), ("/b", "B")]);
        Pair::default().both(PATH, &old, &list(new)).told().join("; ")
    }

    #[test]
    fn order_and_paths_are_told_for_certain_and_other_fonts_not_at_all() {
        assert_eq!(told(&[("/b", "B"), ("/a", "A")]), format!("{PATH}: matplotlib-font-list (certain)"));
        assert_eq!(told(&[("/x/b", "B"), ("/x/a", "A")]), format!("{PATH}: matplotlib-font-list (certain)"));
        assert_eq!(told(&[("/a", "A"), ("/c", "C")]), format!("{PATH}: "));
    }

    #[test]
    fn against_a_lock_it_is_likely() {
        let pair = Pair::default().both(PATH, &list(&[("/a", "A")]), &list(&[("/b", "A")]));
        assert_eq!(pair.told_against_lock(), [format!("{PATH}: matplotlib-font-list (likely)")]);
    }
}
