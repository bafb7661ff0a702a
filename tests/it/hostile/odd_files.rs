//! Locks and indexes that are no files of the project, that contradict each other, or that are small and become large.

use std::fs;
use std::os::unix::fs::symlink as link;
use std::process::Command;

use super::*;

const LOCK: &str = "reprolock.lock";
const INDEX: &str = "reprolock.lock.files.zst";

/// `good.tar` with its lock and index, and `evil.tar`, whose file has other bytes.
fn pair() -> Place {
    let place = Place::new();
    let app = |content: &str| image(Layer::new("COPY app /", [dir("app"), file("app/run", content)]));
    place.write("evil.tar", app("EVIL\n").oci().archive());
    place.write("good.tar", app("good\n").oci().archive());
    for (image, lock) in [("evil.tar", "evil.lock"), ("good.tar", LOCK)] {
        assert_eq!(place.run(&["freeze", image, "-o", lock]).code, 0);
    }
    place
}

fn text(place: &Place, name: &str) -> String {
    String::from_utf8(place.read(name)).unwrap()
}

/// A line of a lock, by its key.
fn line<'t>(text: &'t str, key: &str) -> &'t str {
    text.lines().find(|line| line.starts_with(&format!("{key} = "))).unwrap()
}

/// Puts rows into the index, and their digest into the lock.
fn put_index(place: &Place, rows: &[u8]) {
    let lock = text(place, LOCK);
    let digest = format!("files = \"{}\"", Sha256::of(rows));
    place.write(LOCK, lock.replace(line(&lock, "files"), &digest));
    place.write(INDEX, zstd::encode_all(rows, 3).unwrap());
}

#[test]
fn an_index_of_another_image_contradicts_the_lock_that_names_it() {
    let place = pair();
    let rows = zstd::decode_all(place.read("evil.lock.files.zst").as_slice()).unwrap();
    put_index(&place, &rows);
    let (error, hint) = place.run(&["verify", "evil.tar", "--require", "content"]).refusal();
    says(&error, &[INDEX, "contradicts its lockfile", "layer 0", "diff-id"]);
    says(&hint, &["delete the index"]);
    // Without it the lock decides.
    fs::remove_file(place.path(INDEX)).unwrap();
    assert_eq!(place.run(&["verify", "evil.tar", "--require", "content"]).code, 1);
    assert_eq!(place.run(&["verify", "good.tar"]).code, 0);
}

#[test]
fn an_index_is_held_to_all_that_its_lock_says_of_its_layers() {
    let place = pair();
    let good = String::from_utf8(zstd::decode_all(place.read(INDEX).as_slice()).unwrap()).unwrap();
    let header = good.lines().nth(1).unwrap();
    let evil = Sha256::of(b"EVIL\n").hex();
    let other = good.replace(&Sha256::of(b"good\n").hex(), &evil);
    let one = format!("{}1", header.strip_suffix('2').unwrap());
    let cases = [
        (other, "content"),
        (good.replace("app/run", "app/ran"), "content"),
        (good.lines().take(3).map(|line| format!("{}\n", line.replace(header, &one))).collect(), "1 rows"),
        (good.replace("layer 0 ", "layer 7 "), "layer 7"),
        (
            format!("{good}{header}\n").replace(&format!("{header}\n"), &format!("{header}\n")),
            "rows end early",
        ),
        (format!("{good}{}\n", header.strip_suffix('2').unwrap().to_owned() + "0"), "twice"),
        (good.replace("\t1\n", "\t5\n"), "places"),
    ];
    for (rows, says_what) in cases {
        assert_ne!(rows, good, "{says_what}");
        put_index(&place, rows.as_bytes());
        let (error, _) = place.run(&["verify", "evil.tar"]).refusal();
        says(&error, &[INDEX, says_what]);
    }
    put_index(&place, good.as_bytes());
    assert_eq!(place.run(&["verify", "evil.tar"]).code, 1);
}

#[test]
fn a_lock_whose_parts_contradict_is_refused_and_names_both() {
    let place = pair();
    let good = text(&place, LOCK);
    let layer = &good[good.find("[[layer]]").unwrap()..];
    let edits: [(String, &[&str]); 6] = [
        (
            good.replace(line(&good, "uncompressed-size"), "uncompressed-size = 512"),
            &["layer 0", "2 files", "512"],
        ),
        (good.replace("files = 2", "files = 0"), &["layer 0", "0 files", "content"]),
        (format!("{good}\n{}", layer.replace("files = 2", "files = 1")), &["layers 0 and 1", "diff-id"]),
        (
            format!("{good}\n{}", layer.replace(line(layer, "size"), "size = 7")),
            &["layers 0 and 1", "digest"],
        ),
        (
            format!(
                "{good}\n[[catalog]]\necosystem = \"deb\"\npath = \"var/lib/dpkg/status\"\nlayer = 0\npackages = 3\n"
            ),
            &["deb", "3 packages", "has 0"],
        ),
        (
            format!("{good}\n[[catalog]]\necosystem = \"deb\"\npath = \"x\"\nlayer = 9\npackages = 0\n"),
            &["layer 9", "1 layers"],
        ),
    ];
    for (edited, parts) in edits {
        assert_ne!(edited, good);
        place.write(LOCK, edited);
        let (error, _) = place.run(&["verify", "good.tar"]).refusal();
        says(&error, &[&["reprolock.lock contradicts itself"], parts].concat());
    }
}

#[test]
fn a_pipe_a_device_or_a_link_out_is_neither_read_nor_waited_for() {
    let outside = tempfile::tempdir().unwrap();
    for name in [LOCK, INDEX] {
        let place = pair();
        let at = place.path(name);
        fs::copy(&at, outside.path().join(name)).unwrap();
        let odd: [(&str, &dyn Fn()); 5] = [
            ("expected a regular file", &|| {
                assert!(Command::new("mkfifo").arg(&at).status().unwrap().success());
            }),
            ("expected a regular file", &|| fs::create_dir(&at).unwrap()),
            ("leads out of the project", &|| link("/dev/zero", &at).unwrap()),
            ("leads out of the project", &|| link(outside.path().join(name), &at).unwrap()),
            ("leads out of the project", &|| link("../../../../../../../../../../etc/passwd", &at).unwrap()),
        ];
        for (says_what, put) in odd {
            let _ = fs::remove_file(&at);
            put();
            let (error, hint) = place.run(&["verify", "evil.tar"]).refusal();
            says(&error, &[name, says_what]);
            assert!(!error.contains("root:") && hint.len() > 10, "{error}");
            let _ = fs::remove_dir(&at);
        }
    }
}

#[test]
fn a_link_inside_the_project_is_a_file_of_it() {
    let place = pair();
    fs::create_dir(place.path("locks")).unwrap();
    for name in [LOCK, INDEX] {
        fs::rename(place.path(name), place.path(format!("locks/{name}"))).unwrap();
        link(format!("locks/{name}"), place.path(name)).unwrap();
    }
    assert_eq!(place.run(&["verify", "good.tar"]).code, 0);
    assert_eq!(place.run(&["verify", "evil.tar"]).code, 1);
}

#[test]
fn nothing_is_written_through_a_link() {
    let outside = tempfile::tempdir().unwrap();
    let place = pair();
    fs::write(outside.path().join("kept"), "kept").unwrap();
    for name in [LOCK, INDEX] {
        fs::remove_file(place.path(name)).unwrap();
        link(outside.path().join("kept"), place.path(name)).unwrap();
    }
    link(outside.path(), place.path("folder")).unwrap();
    let (error, _) = place.run(&["freeze", "good.tar", "-o", "folder/x.lock"]).refusal();
    says(&error, &["write folder/x.lock", "leads out of the project"]);
    assert_eq!(place.run(&["freeze", "good.tar", "--no-reuse"]).code, 0);
    assert_eq!(fs::read_to_string(outside.path().join("kept")).unwrap(), "kept");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
    assert!(fs::symlink_metadata(place.path(LOCK)).unwrap().is_file());
    assert_eq!(place.run(&["verify", "good.tar"]).code, 0);
}

#[test]
fn a_small_index_does_not_become_a_large_one() {
    let place = pair();
    let diff_id = line(&text(&place, LOCK), "diff-id").split('"').nth(1).unwrap().to_owned();
    let head = format!("reprolock-files 2\nlayer 0 {diff_id} ");
    let row = "a\tdir\t0\t0\t0\t0\t0\t-\t-\t-\t\t\t-\tpax\t-\t0\n";
    let bombs = [
        (format!("{head}2000000\n{}", row.repeat(2_000_000)), "unpack to more than"),
        (format!("{head}1\n{}", "a".repeat(100 << 20)), "unpack to more than"),
        (format!("{head}99999999999999\n{row}"), "more rows or layers"),
        (
            format!("reprolock-files 2\n{}", format!("layer 0 {diff_id} 0\n").repeat(5000)),
            "more rows or layers",
        ),
    ];
    for (rows, says_what) in bombs {
        put_index(&place, rows.as_bytes());
        assert!(place.read(INDEX).len() < 100_000);
        let (error, _) = place.run(&["verify", "evil.tar"]).refusal();
        says(&error, &[INDEX, says_what]);
    }
}
