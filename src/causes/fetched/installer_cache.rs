//! `installer-cache`: installers keep what they fetched, some under names drawn at random, all with the times of fetching.

use crate::base::path::LayerPath;
use crate::causes::engine::case::{FileCase, FileSide, Lone};
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::fields::Fields;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::engine::renamed;
use crate::causes::engine::shape;
use crate::compare::drift::{Change, Field};
use crate::compare::rows::ByPath;
use crate::formats::tar::entry::Entry;

/// See docs/causes/installer-cache.md.
pub(crate) struct InstallerCache;

/// The folders that installers keep what they fetched in, each with the one above it, and whose it is.
const CACHES: &[(&str, &str, &str)] = &[
    (".cache", "uv", "uv"),
    (".cache", "pip", "pip"),
    (".cache", "pypoetry", "poetry"),
    (".cache", "pre-commit", "pre-commit"),
    (".cache", "go-build", "go"),
    (".cache", "node-gyp", "node-gyp"),
    (".cache", "pnpm", "pnpm"),
    (".cache", "yarn", "yarn"),
    (".npm", "_cacache", "npm"),
    (".npm", "_logs", "npm"),
    ("pnpm", "store", "pnpm"),
    ("mod", "cache", "go"),
    (".cargo", "registry", "cargo"),
];

/// A file's bytes, or what a link names.
const COVERS: Fields = Fields::BYTES.and(Fields::of(&[Field::Link]));

/// Folders of one cache tried for the other side's name.
const MOST: usize = 4096;

/// Lengths of the names that uv draws.
const DRAWN: std::ops::RangeInclusive<usize> = 16..=22;

impl Cause for InstallerCache {
    declare!(
        "installer-cache",
        "an installer left its cache",
        Profile::of(
            Reach::Path,
            "keep caches out of the layer: RUN --mount=type=cache,target=/root/.cache (npm: /root/.npm), or uv --no-cache, pip --no-cache-dir"
        )
        .proved_by("the same under another drawn name")
        .mended_by(&[Mends::Rule("layer-residue", Extent::RunEnd)])
        .looking_at(Fields::of(&[Field::Content, Field::Link])),
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let around = cache_around(file.path);
        if links_to_drawn_name(file, around.is_some()) {
            let evidence = "the name that it links to is drawn at random";
            // What stands behind both names was not compared.
            return Some(Explanation::likely(evidence).of(COVERS));
        }
        let (cache, installer) = around?;
        let one_side = file.change != Change::Modified;
        let differs = one_side || file.content_differs() || file.fields.contains(&Field::Link);
        let proved = one_side.then(|| under_another_name(file, &cache)).flatten();
        let in_cache = || Explanation::by_place(format!("in {installer}'s cache"));
        proved.or_else(|| differs.then(in_cache)).map(|explanation| explanation.of(COVERS))
    }
}

/// Whether the file is a link into a cache, and differs in what uv drew alone.
fn links_to_drawn_name(file: &FileCase<'_>, is_in_cache: bool) -> bool {
    let (Some(FileSide { entry: old, .. }), Some(FileSide { entry: new, .. })) = (file.old, file.new) else {
        return false;
    };
    let (Some(old), Some(new)) = (&old.link, &new.link) else { return false };
    let into_cache = |link: &[u8]| is_in_cache || cache_around(&LayerPath::clamped(link)).is_some();
    let fits = file.fields.iter().all(|field| field.is_metadata() || *field == Field::Link);
    fits && old != new && into_cache(old) && into_cache(new) && differ_in_drawn_name(old, new)
}

/// The cache that the path lies in, and whose it is.
fn cache_around(path: &LayerPath) -> Option<(LayerPath, &'static str)> {
    // Most paths have not even the inner folder.
    let is_inner = |part: &[u8]| CACHES.iter().any(|(_, inner, _)| part == inner.as_bytes());
    if !path.parts().any(is_inner) {
        return None;
    }
    let mut folder = path.parent()?;
    loop {
        let above = folder.parent()?;
        let is = |(outer, inner, _): &&(&str, &str, &str)| {
            above.file_name() == outer.as_bytes() && folder.file_name() == inner.as_bytes()
        };
        if let Some((.., installer)) = CACHES.iter().find(is) {
            return Some((folder, installer));
        }
        folder = above;
    }
}

/// Whether a name is one that uv drew: base64url, of letters of both cases.
fn is_drawn(name: &[u8]) -> bool {
    let is_of = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte);
    let has = |is: fn(&u8) -> bool| name.iter().any(is);
    DRAWN.contains(&name.len())
        && name.iter().all(is_of)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
}

fn differ_in_drawn_name(old: &[u8], new: &[u8]) -> bool {
    without_drawn_names(old) == without_drawn_names(new)
}

fn without_drawn_names(path: &[u8]) -> Vec<Vec<u8>> {
    let part = |part: &[u8]| if is_drawn(part) { b"*".to_vec() } else { part.to_vec() };
    path.split(|byte| *byte == b'/').map(part).collect()
}

/// Whether the other side has the same below another drawn name in the same folder.
fn under_another_name(file: &FileCase<'_>, cache: &LayerPath) -> Option<Explanation> {
    let Lone { entry, own, other, .. } = file.lone()?;
    let (folder, below) = drawn_name(file.path, cache)?;
    let others = under_drawn_names(entry, (&folder, &below), other, own);
    // Of more than the other side has, one is lost.
    let is_enough = under_drawn_names(entry, (&folder, &below), own, other).len() <= others.len();
    let path = others.first().filter(|_| is_enough)?;
    let explanation = Explanation::certain(format!("the name is drawn at random; else it is {path}"));
    renamed::of_both(explanation, file.layer, (file.path, path))
}

/// The paths of `rows`, and of no `others`, that are the same as `entry`, at this place below a drawn name in a folder.
fn under_drawn_names(
    entry: &Entry,
    (folder, below): (&LayerPath, &[u8]),
    rows: &ByPath<'_>,
    others: &ByPath<'_>,
) -> Vec<LayerPath> {
    let link = |entry: &Entry| entry.link.as_deref().map(without_drawn_names);
    let same = |other: &Entry| shape::is_alike(other, entry) && link(other) == link(entry);
    let mut paths = Vec::new();
    let mut from = folder.followed_by(b'/');
    for _ in 0..MOST {
        let Some(next) = rows.from(&from).next().filter(|next| next.path.is_within(folder)) else { break };
        let name = next.path.as_bytes().get(from_len(folder)..).unwrap_or_default();
        let name = name.split(|byte| *byte == b'/').next().unwrap_or_default();
        let named = folder.join(name);
        let path = if below.is_empty() { named.clone() } else { named.join(below) };
        if is_drawn(name) && !others.contains(&path) && rows.get(&path).is_some_and(|row| same(row)) {
            paths.push(path);
        }
        // `0` comes after `/`: the next name in the folder.
        from = named.followed_by(b'0');
    }
    paths
}

fn from_len(folder: &LayerPath) -> usize {
    folder.as_bytes().len() + 1
}

/// The folder of the outermost drawn name in the path, and what lies below that name.
fn drawn_name(path: &LayerPath, cache: &LayerPath) -> Option<(LayerPath, Vec<u8>)> {
    let inside = path.as_bytes().get(from_len(cache)..)?;
    let parts: Vec<&[u8]> = inside.split(|byte| *byte == b'/').collect();
    let at = parts.iter().position(|part| is_drawn(part))?;
    let mut folder = cache.clone();
    for part in parts.iter().take(at) {
        folder = folder.join(part);
    }
    Some((folder, parts.get(at + 1..)?.join(&b'/')))
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::tests::file;
    use crate::formats::tar::entry::{Entry, Kind};

    const CACHE: &str = "root/.cache/uv/archive-v0";

    #[test]
    fn what_lies_under_another_drawn_name_is_told_for_certain() {
        let at = |name: &str| format!("{CACHE}/{name}/click/core.py");
        let (old, new) = (at("--VgCctPK2jpCL55"), at("4EBkLb18nWut1usZ"));
        let pair = Pair::default()
            .removed(&at("0xumTw8Nbnd1Bko9"), b"other")
            .removed(&old, b"core")
            .added(&new, b"core")
            .added(&at("zzOX75Od13YJUj0G"), b"other");
        let explained = pair.explained();
        assert_eq!(explained, pair.explained_against_lock());
        assert!(
            explained.iter().all(|explained| explained.ends_with(": installer-cache (certain)")),
            "{explained:?}"
        );
        let pair = Pair::default().removed(&old, b"core").added(&new, b"other");
        assert_eq!(pair.explained(), [old, new].map(|path| format!("{path}: ")));
        let note = at("4EBkLb18nWut1usZ").replace(".py", ".txt");
        assert_eq!(
            Pair::default().added(&note, b"1").explained(),
            [format!("{note}: installer-cache (likely)")]
        );
    }

    #[test]
    fn a_link_to_another_drawn_name_and_other_notes_are_likely() {
        let link = |to: &str| {
            let mut link = file("root/.cache/uv/wheels-v5/pypi/click/8.1.8", b"");
            (link.kind, link.content, link.link) = (Kind::Symlink, None, Some(to.as_bytes().into()));
            link
        };
        let hard = |to: &str| Entry { path: "usr/lib/click.py".into(), kind: Kind::Hardlink, ..link(to) };
        let into = |name: &str| hard(&format!("{CACHE}/{name}/click.py"));
        let pair = Pair::default()
            .entries(into("--VgCctPK2jpCL55"), b"", into("4EBkLb18nWut1usZ"), b"")
            .entries(
                link("../../archive-v0/--VgCctPK2jpCL55"),
                b"",
                link("../../archive-v0/4EBkLb18nWut1usZ"),
                b"",
            )
            .both("root/.cache/pip/http-v2/a/b", b"one", b"two");
        assert_eq!(
            pair.explained(),
            [
                "root/.cache/pip/http-v2/a/b: installer-cache (likely)",
                "root/.cache/uv/wheels-v5/pypi/click/8.1.8: installer-cache (likely)",
                "usr/lib/click.py: installer-cache (likely)",
            ]
        );
    }

    #[test]
    fn caches_of_others_and_what_only_looks_like_one_are_not_explained() {
        let pair = Pair::default()
            .both("root/.cache/uvx/a", b"one", b"two")
            .both("srv/uv/archive-v0/a", b"one", b"two")
            .added("srv/archive-v0/4EBkLb18nWut1usZ", b"one");
        let explained = ["root/.cache/uvx/a: ", "srv/archive-v0/4EBkLb18nWut1usZ: ", "srv/uv/archive-v0/a: "];
        assert_eq!(pair.explained(), explained);
    }
}
