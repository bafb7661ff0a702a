//! Which layers show that packages cannot differ, and which do not.

use super::*;
use crate::formats::tar::entry::tests::{dir, file, link};
use crate::layer::Contents;
use crate::layer::decompress::Compression;
use crate::layer::pass::Unpacked;

const SITE: &str = "usr/lib/python3/dist-packages";

/// A layer of one name on both sides, which is not read, or of what was read.
enum Made<'e> {
    Shared(&'static str),
    Own(&'e [Entry]),
}
use Made::{Own, Shared};

fn diff_id(layer: &Made<'_>, side: &str) -> Digest {
    let name = match layer {
        Shared(name) => (*name).to_owned(),
        Own(entries) => format!("{side} {:p} {}", entries.as_ptr(), entries.len()),
    };
    Sha256::of(name.as_bytes()).into()
}

/// Whether the old layers and the new ones may differ in packages, where the old tree has no detours; `is_listed` where the old
/// rows are at hand.
fn asked(old: &[Made<'_>], new: &[Made<'_>], is_listed: bool) -> bool {
    concern(old, new, is_listed, Ways::Known { are_detours: false }) == Concern::Differs
}

fn concern(old: &[Made<'_>], new: &[Made<'_>], is_listed: bool, ways: Ways) -> Concern {
    let old_layer = |layer: &Made<'_>| {
        let entries = match layer {
            Own(entries) => Some(entries.to_vec()),
            Shared(_) => None,
        };
        (diff_id(layer, "old"), entries)
    };
    let old: Vec<(Digest, Option<Vec<Entry>>)> = old.iter().map(old_layer).collect();
    let old_layers: Vec<OldLayer<'_>> = old
        .iter()
        .map(|(diff_id, entries)| OldLayer {
            digest: None,
            diff_id: *diff_id,
            size: 0,
            content: entries.as_deref().map(|entries| content::digest(entries, None)),
            instruction: None,
            line: None,
            is_base: false,
            entries: entries.as_deref().filter(|_| is_listed),
        })
        .collect();
    let new_layers: Vec<Layer> = new
        .iter()
        .map(|layer| Layer {
            digest: None,
            size: None,
            media_type: None,
            diff_id: diff_id(layer, "new"),
            key: String::new(),
            embedded: None,
        })
        .collect();
    let pass = |layer: &Made<'_>| {
        let contents = |entries: &[Entry]| Contents { entries: entries.to_vec(), ..Contents::default() };
        let unpacked = |entries| Unpacked {
            compression: Compression::None,
            diff_id: diff_id(layer, "new"),
            size: 0,
            contents: Some(contents(entries)),
        };
        let unpacked = match layer {
            Own(entries) => Some(unpacked(*entries)),
            Shared(_) => None,
        };
        Arc::new(Pass { digest: diff_id(layer, "new"), size: 0, unpacked })
    };
    let passes: Vec<Arc<Pass>> = new.iter().map(pass).collect();
    let pairs = Pairs::of(&old_layers, &new_layers);
    between(&old_layers, ways, &new_layers, &passes, &pairs)
}

fn differ(old: &[Entry], new: &[Entry]) -> bool {
    asked(&[Shared("base"), Own(old)], &[Shared("base"), Own(new)], true)
}

#[test]
fn files_of_other_bytes_and_new_files_by_their_names_ask_for_no_other_layer() {
    let old =
        [dir("app"), file("app/main.py", b"1"), file("app/LICENSE", b"1"), file("lib/libx.so.1.2", b"")];
    let new = [
        dir("app"),
        dir("app/new"),
        file("app/main.py", b"2"),
        file("app/LICENSE", b"2"),
        file("app/new/a.txt", b""),
        file("lib/libx.so.1.2", b"2"),
    ];
    assert!(!differ(&old, &new));
}

#[test]
fn the_same_records_ask_for_nothing_whatever_else_differs_and_in_whatever_order() {
    let metadata = |bytes| file(&format!("{SITE}/a-1.dist-info/METADATA"), bytes);
    let status = || file("var/lib/dpkg/status", b"s");
    assert!(!differ(&[metadata(b"1"), status()], &[status(), metadata(b"1"), file("a.pyc", b"")]));
    assert!(differ(&[metadata(b"1"), status()], &[metadata(b"2"), status()]));
    assert!(differ(&[metadata(b"1"), status()], &[status()]));
}

#[test]
fn what_may_hide_or_redirect_a_database_asks_for_all() {
    for entry in [
        file("opt/.wh.venv", b""),
        file("opt/.wh.app.py", b""),
        file(&format!("{SITE}/a-1.dist-info/.wh.direct_url.json"), b""),
        file("var/lib/rpm/.wh.Packages.db", b""),
        file("opt/.wh..wh..opq", b""),
        file("opt/venv", b"in the place of a folder"),
        link(Kind::Symlink, "opt/venv", "/srv"),
        link(Kind::Hardlink, "opt/venv", "srv/x"),
        dir("var/lib"),
        dir(SITE),
        file("opt/venv/pyvenv.cfg", b""),
        file("var/lib/rpm/rpmdb.sqlite", b""),
    ] {
        assert!(differ(&[], std::slice::from_ref(&entry)), "{}", entry.path);
        assert!(!differ(std::slice::from_ref(&entry), std::slice::from_ref(&entry)));
    }
    let to = |target| link(Kind::Symlink, "opt/venv", target);
    assert!(differ(&[to("a")], &[to("b")]));
}

#[test]
fn links_keep_their_order_since_they_lead_what_comes_behind_elsewhere() {
    let (lib, metadata) = (
        link(Kind::Symlink, "lib", "usr/lib"),
        file("lib/python3/dist-packages/a-1.dist-info/METADATA", b""),
    );
    assert!(differ(&[lib.clone(), metadata.clone()], &[metadata, lib]));
}

#[test]
fn a_layer_that_concerns_nothing_may_come_and_go_and_others_may_not() {
    let (base, app, status) = (Shared("base"), [file("app/a.py", b"")], [file("var/lib/dpkg/status", b"")]);
    assert!(!asked(&[Shared("base"), Own(&app)], &[Shared("base"), Own(&app), Own(&app[..0])], true));
    assert!(!asked(&[Shared("base")], &[base, Own(&app)], true));
    assert!(asked(&[Shared("base")], &[Shared("base"), Own(&status)], true));
    assert!(asked(&[Shared("base"), Shared("top")], &[Shared("base")], true));
    assert!(asked(&[Shared("base"), Shared("top")], &[Shared("top"), Shared("base")], true));
}

#[test]
fn an_old_layer_without_rows_is_known_by_its_content_alone() {
    let (status, app) = ([file("var/lib/dpkg/status", b"")], [file("app/a.py", b"")]);
    let (old, new) = ([Shared("base"), Own(&status)], [Shared("base"), Own(&status)]);
    assert!(!asked(&old, &new, false));
    // What it held is not known, so it may have hidden something.
    assert!(asked(&[Shared("base"), Own(&app)], &[Shared("base"), Own(&app[..0])], false));
}

#[test]
fn where_the_old_tree_has_detours_all_is_asked_for() {
    let app = [file("app/a.py", b"")];
    let asked = |are_detours| {
        concern(&[Shared("base")], &[Shared("base"), Own(&app)], true, Ways::Known { are_detours })
    };
    assert_eq!([true, false].map(asked), [Concern::Differs, Concern::Same]);
}

#[test]
fn of_two_images_names_of_files_of_databases_ask_for_all_in_any_folder_and_else_it_stays_open() {
    let asked = |old: &[Entry], new: &[Entry]| {
        concern(&[Shared("base"), Own(old)], &[Shared("base"), Own(new)], true, Ways::Unknown)
    };
    for path in ["srv/x/status", "srv/db/rpmdb.sqlite", "srv/apk/installed", "srv/six/METADATA"] {
        assert_eq!(asked(&[file(path, b"1")], &[file(path, b"2")]), Concern::Differs, "{path}");
        assert_eq!(asked(&[file(path, b"1")], &[file(path, b"1")]), Concern::Open, "{path}");
        assert!(!differ(&[file(path, b"1")], &[file(path, b"2")]), "{path}");
    }
    assert_eq!(asked(&[], &[file("app/data.json", b"2")]), Concern::Open);
}

#[test]
fn what_stands_around_records_of_the_same_layers_is_a_concern_whatever_its_name() {
    let record = || file("stage/opt.sh/site-packages/a-1.dist-info/METADATA", b"1");
    for entry in [dir("stage"), file("stage/opt.sh", b""), link(Kind::Symlink, "stage/opt.sh", "/mnt")] {
        assert!(differ(&[record()], &[entry.clone(), record()]), "{}", entry.path);
    }
    assert!(!differ(&[record()], &[dir("other"), record()]));
}

#[test]
fn a_folder_behind_what_stands_in_it_is_not_one_before_it() {
    let record = || file("lib/python3/site-packages/a-1.dist-info/METADATA", b"1");
    assert!(differ(&[dir("lib"), record()], &[record(), dir("lib")]));
    assert!(!differ(&[dir("usr"), record()], &[record(), dir("usr")]));
}

#[test]
fn of_two_images_what_their_own_links_lead_databases_to_is_a_concern_whatever_its_name() {
    let asked = |link: &[Entry], place: &str| {
        let of = |bytes: &[u8]| [link, &[file(place, bytes)]].concat();
        let side = |own| [Shared("base"), Own(own)];
        let (one, same, other) = (of(b"1"), of(b"1"), of(b"2"));
        assert_eq!(concern(&side(&one), &side(&same), true, Ways::Unknown), Concern::Open, "{place}");
        concern(&side(&one), &side(&other), true, Ways::Unknown)
    };
    let symlink = |path: &str, target: &str| link(Kind::Symlink, path, target);
    let hardlink = |path: &str, target: &str| link(Kind::Hardlink, path, target);
    let status = "var/lib/dpkg/status";
    for (links, place) in [
        (vec![hardlink(status, "srv/blob.txt")], "srv/blob.txt"),
        (vec![symlink(status, "../../../srv/blob.txt")], "srv/blob.txt"),
        (vec![hardlink("srv/c.txt", "srv/blob.txt"), hardlink(status, "srv/c.txt")], "srv/blob.txt"),
        (vec![symlink(status, "/srv/c.txt"), symlink("srv", "mnt")], "mnt/c.txt"),
        (vec![symlink("opt/c/conda-meta", "/srv/cm")], "srv/cm/a.json"),
        (vec![symlink("var/lib/dpkg/status.d", "/srv/sd"), symlink("srv", "mnt")], "mnt/sd/six.txt"),
    ] {
        assert_eq!(asked(&links, place), Concern::Differs, "{place}");
        assert_eq!(asked(&links, "srv/other.txt"), Concern::Open, "{place}");
    }
    // Of a folder that is called so on both ends names tell what is below it.
    assert_eq!(asked(&[symlink("lib", "usr/lib")], "usr/lib/a.txt"), Concern::Open);
    assert_eq!(asked(&[symlink("app/now", "/srv/a")], "srv/a/b.txt"), Concern::Open);
}
