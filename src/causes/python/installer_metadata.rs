//! `installer-metadata`: what a Python installer notes of itself beside a package: its name, its cache's times, whether the
//! package was asked for by name. Where the package came from is no such note: see `another-source`.

use crate::base::digest::Sha256;
use crate::base::path::{LayerPath, printable};
use crate::causes::engine::case::{FileCase, Lone};
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::layer::Alone;
use crate::causes::engine::shape::{self, Seen};
use crate::causes::text::documents;
use crate::compare::drift::Change;
use crate::formats::json;

/// See docs/causes/installer-metadata.md.
pub(crate) struct InstallerMetadata;

/// The names that installers write (PEP 376).
const INSTALLERS: [&str; 12] =
    ["pip", "pip\n", "uv", "uv\n", "conda", "conda\n", "poetry", "pdm", "debian\n", "rpm\n", "hatch", "pixi"];

impl Cause for InstallerMetadata {
    declare!(
        "installer-metadata",
        "the installer's notes differ",
        Profile::of(
            Reach::Format,
            "ENV UV_NO_INSTALLER_METADATA=1, or one installer in one version for every build"
        )
        .proved_by("JSON equal once times are hidden")
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let folder = file.path.parent()?;
        if file.path.file_name() == b".lock" {
            return lock(file, &folder);
        }
        if !folder.file_name().ends_with(b".dist-info") {
            return None;
        }
        let name = file.path.file_name();
        match file.change {
            Change::Modified if !file.content_differs() => None,
            Change::Modified => match name {
                b"INSTALLER" => installer(file),
                b"uv_cache.json" => uv_cache(file),
                _ => None,
            },
            Change::Added | Change::Removed => on_one_side(file, &folder, name),
        }
    }
}

/// The package stands on both sides, a note that is what its name says on one.
fn on_one_side(file: &FileCase<'_>, folder: &LayerPath, name: &[u8]) -> Option<Explanation> {
    let record = folder.join(b"METADATA");
    let has_package = file.layer.old.contains(&record) && file.layer.new.contains(&record);
    let Lone { entry, side, .. } = file.lone()?;
    let bytes = match shape::seen(file)? {
        Seen::Alone(bytes) => Some(bytes),
        _ => None,
    };
    let is_note = match name {
        b"REQUESTED" => entry.size == 0,
        b"INSTALLER" => INSTALLERS.iter().any(|name| entry.content == Some(Sha256::of(name.as_bytes()))),
        b"uv_cache.json" | b"uv_build.json" => bytes.is_some_and(|bytes| json::parse(bytes).is_some()),
        _ => false,
    };
    let side = if side == Alone::New { "new" } else { "old" };
    let evidence = format!("the package is on both sides, the note on the {side} one alone");
    // What else such a document holds was held to nothing.
    let is_known_whole = matches!(name, b"REQUESTED" | b"INSTALLER");
    (has_package && is_note).then(|| match is_known_whole {
        true => Explanation::certain(evidence),
        false => Explanation::likely(evidence),
    })
}

/// uv leaves the lock under which it installed into a folder.
fn lock(file: &FileCase<'_>, folder: &LayerPath) -> Option<Explanation> {
    let side = file.new.or(file.old)?;
    let start = folder.followed_by(b'/');
    let mut rows = file.layer.new.from(&start).take_while(|row| row.path.is_within(folder));
    let has_packages = rows.any(|row| row.path.as_bytes().ends_with(b".dist-info/METADATA"));
    (file.change != Change::Modified && side.entry.size == 0 && has_packages)
        .then(|| Explanation::likely("an empty lock beside packages, as uv leaves it"))
}

fn installer(file: &FileCase<'_>) -> Option<Explanation> {
    let is_name = |bytes: &[u8]| {
        let word = bytes.trim_ascii();
        !word.is_empty() && word.len() <= 64 && word.iter().all(u8::is_ascii_graphic)
    };
    match (file.both(), file.new_bytes()?) {
        (Some((old, new)), _) => (is_name(old) && is_name(new)).then(|| {
            let (new, old) = (printable(new.trim_ascii()), printable(old.trim_ascii()));
            Explanation::certain(format!("installed by {new}; it was by {old}"))
        }),
        (None, new) => {
            let old = INSTALLERS.iter().find(|name| file.was(name.as_bytes()))?.trim_end();
            is_name(new).then(|| {
                Explanation::certain(format!("installed by {}; it was by {old}", printable(new.trim_ascii())))
            })
        }
    }
}

fn uv_cache(file: &FileCase<'_>) -> Option<Explanation> {
    let Some((old, new)) = file.both() else {
        let has_time = json::parse(file.new_bytes()?)?.get("timestamp").is_some_and(|time| !time.is_null());
        return has_time.then(|| Explanation::likely("it holds a time"));
    };
    let read = |bytes| Some(documents::masked(json::parse(bytes)?, &documents::tells_time));
    (read(old)? == read(new)?).then(|| Explanation::certain("equal but for its times"))
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

    const FOLDER: &str = "lib/site-packages/a-1.dist-info";

    fn pair(name: &str, old: &str, new: &str) -> Pair {
        Pair::default().both(&format!("{FOLDER}/{name}"), old.as_bytes(), new.as_bytes())
    }

    fn is(pair: &Pair, name: &str, cause: &str) {
        assert_eq!(pair.explained(), [format!("{FOLDER}/{name}: {cause}")]);
    }

    #[test]
    fn a_cache_that_differs_in_times_alone_is_told_for_certain() {
        let json = |seconds: u32, commit: &str| {
            format!(r#"{{"timestamp":{{"secs_since_epoch":{seconds}}},"commit":{commit},"env":{{}}}}"#)
        };
        let same = pair("uv_cache.json", &json(1, "null"), &json(2, "null"));
        is(&same, "uv_cache.json", "installer-metadata (certain)");
        let explained = same.explained_against_lock();
        assert_eq!(explained, [format!("{FOLDER}/uv_cache.json: installer-metadata (likely)")]);
        is(&pair("uv_cache.json", &json(1, "null"), &json(2, "\"a\"")), "uv_cache.json", "");
        let hidden = |value: &str| {
            format!(r#"{{"timestamp":{{"secs_since_epoch":1,"code":"{value}"}},"time":"{value}"}}"#)
        };
        is(&pair("uv_cache.json", &hidden("a"), &hidden("b")), "uv_cache.json", "");
    }

    #[test]
    fn another_installer_is_told_for_certain_with_and_without_the_old_bytes() {
        let pair = pair("INSTALLER", "pip\n", "uv");
        is(&pair, "INSTALLER", "installer-metadata (certain)");
        assert_eq!(pair.explained_against_lock(), pair.explained());
    }

    #[test]
    fn a_note_on_one_side_is_told_where_the_package_is_on_both() {
        let metadata = format!("{FOLDER}/METADATA");
        let requested = format!("{FOLDER}/REQUESTED");
        let pair = Pair::default().both(&metadata, b"x", b"x").added(&requested, b"");
        assert_eq!(pair.explained(), [format!("{requested}: installer-metadata (certain)")]);
        assert_eq!(Pair::default().removed(&requested, b"").explained(), [format!("{requested}: ")]);
    }

    #[test]
    fn an_empty_lock_beside_packages_is_likely() {
        let metadata = format!("{FOLDER}/METADATA");
        let pair = Pair::default().both(&metadata, b"x", b"x").added("lib/site-packages/.lock", b"");
        assert_eq!(pair.explained(), ["lib/site-packages/.lock: installer-metadata (likely)"]);
        assert_eq!(Pair::default().added("lib/.lock", b"").explained(), ["lib/.lock: "]);
    }
}
