//! Locks that nobody's tool wrote: too deep, too large, of another version, with what is not there or is something else. Each is read
//! or told with its place; none ends the program or takes it long.

use std::fs;
use std::path::Path;

use reprolock::internal::project_locks::REGISTRY;

use super::read::{lock_file, read};
use crate::support::{Image, Layer, Place, file};

/// The lock of each format's fixture, by the format's id: its name and its text.
fn fixtures() -> Vec<(&'static str, String, String)> {
    let one = |id: &'static str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/project-locks").join(id);
        let format = REGISTRY.iter().find(|format| format.id() == id).unwrap();
        let mut names: Vec<String> = fs::read_dir(folder.join("context"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| format.is_named(name))
            .collect();
        names.sort();
        let name = names.pop().unwrap();
        let text = fs::read_to_string(folder.join("context").join(&name)).unwrap();
        (id, name, text)
    };
    REGISTRY.iter().map(|format| one(format.id())).collect()
}

#[test]
fn a_lock_is_the_same_with_the_line_ends_and_the_mark_of_windows() {
    for (id, name, text) in fixtures() {
        let names = |text: &str| {
            let lock =
                read(id, &[lock_file(&name, text)]).unwrap_or_else(|problem| panic!("{id}: {problem}"));
            assert_eq!(lock.problems, [""; 0], "{id}");
            let entry = |entry: &reprolock::internal::project_locks::LockEntry| {
                format!("{} {:?} {:?}", entry.name, entry.version, entry.hashes)
            };
            lock.entries.iter().map(entry).collect::<Vec<_>>()
        };
        assert_eq!(names(&text), names(&text.replace('\n', "\r\n")), "{id}");
    }
}

#[test]
fn nesting_without_end_is_refused_in_every_format() {
    for (id, name, _) in fixtures() {
        let openings =
            ["[", "{", "{\"a\":", "[[a]]\na = {b = ", "- ", "? ", "a: {", "a = [", "{a: &a [*a, ", "(("];
        for open in openings {
            let text = open.repeat(50_000);
            let texts = [text.clone(), format!("version: 1\npackage: {text}"), format!("package = {text}")];
            for text in texts {
                // An answer is asked for; which one, the other tests ask.
                drop(read(id, &[lock_file(&name, &text)]));
            }
        }
    }
}

#[test]
fn what_is_wrong_with_a_lock_is_told_with_its_place() {
    let poetry = "[metadata]\nlock-version = \"2.1\"\n";
    for (id, text, problem) in [
        ("uv-lock", "version = 1\n[[package]\n", "line 2"),
        ("uv-lock", "version = 2\n", "its version is 2"),
        ("uv-lock", "version = \"1\"\n", "its version is none"),
        ("uv-lock", "version = 1\npackage = 3\n", "its package is no list"),
        ("uv-lock", "version = 1\nversion = 1\n", "line 2"),
        ("poetry-lock", "[metadata]\nlock-version = \"3.0\"\n", "its version is \"3.0\", and 1 or 2 is read"),
        ("poetry-lock", "", "its version is none"),
        ("poetry-lock", &format!("package = {{}}\n{poetry}"), "its package is no list"),
        ("pdm-lock", "[metadata]\nlock_version = \"3.1\"\n", "its version is \"3.1\", and 4 is read"),
        ("pdm-lock", "package = []\n", "its version is none"),
        ("pipfile-lock", "{\"_meta\": {\"pipfile-spec\": 7}}", "its version is \"7\", and 6 is read"),
        ("pipfile-lock", "{\"_meta\": {\"pipfile-spec\": 6}, \"default\": []}", "its default is no object"),
        ("pipfile-lock", "{\n\"_meta\": }", "line 2"),
        ("pylock-toml", "lock-version = \"2.0\"\n", "its version is 2.0"),
        ("pylock-toml", "lock-version = \"1.0\"\npackages = \"a\"\n", "its packages is no list"),
        ("conda-lock", "version: 2\npackage: []\n", "its version is \"2\""),
        ("conda-lock", "version: 1\npackage: a\n", "its package is no list"),
        ("conda-lock", "version: 1\nversion: 1\n", "line 2"),
        ("conda-lock", "version: 1\npackage:\n- &a {name: b}\n- *a\n", "line 4 has an alias"),
        (
            "conda-lock",
            "version: 1\npackage:\n- {name: a, manager: conda, platform: osx-64, url: x}\n",
            "it locks nothing for linux-64, but for osx-64",
        ),
        ("pixi-lock", "version: 8\n", "its version is \"8\""),
        (
            "pixi-lock",
            "version: 6\nenvironments:\n  default:\n    packages:\n      osx-64: []\npackages: []\n",
            "it locks nothing for linux-64, but for osx-64",
        ),
        ("conda-explicit", "numpy=1.2\n", "it has no line @EXPLICIT"),
    ] {
        let error = read(id, &[lock_file("lock", text)]).map(|lock| lock.problems).unwrap_err();
        assert!(error.contains(problem), "{id} {text:?}: {error}");
    }
}

#[test]
fn what_is_no_package_is_told_and_the_others_are_read() {
    let poetry = "[metadata]\nlock-version = \"2.1\"\n";
    let explicit = "@EXPLICIT\nhttps://example.org/a\nhttps://example.org/c/noarch/kept-1-0.conda\n";
    for (id, text, problem) in [
        (
            "uv-lock",
            "version = 1\n[[package]]\nversion = \"1\"\n[[package]]\nname = \"kept\"\n".to_owned(),
            "its 1. package has no name",
        ),
        (
            "poetry-lock",
            format!("[[package]]\nname = \"kept\"\nversion = 1\n{poetry}"),
            "the version of its 1. package, kept, is no text",
        ),
        (
            "poetry-lock",
            format!("[[package]]\nname = \"kept\"\n[[package]]\nname = 1\n{poetry}"),
            "its 2. package",
        ),
        (
            "pipfile-lock",
            "{\"_meta\": {\"pipfile-spec\": 6}, \"default\": {\"kept\": {}, \"b\": 1}}".to_owned(),
            "b of its default is no package",
        ),
        ("conda-explicit", explicit.to_owned(), "line 2 is not the URL"),
    ] {
        let lock = read(id, &[lock_file("lock", &text)]).unwrap();
        assert!(lock.problems.iter().any(|told| told.contains(problem)), "{id}: {:?}", lock.problems);
        assert_eq!(lock.entries.iter().filter(|entry| entry.name == "kept").count(), 1, "{id}");
    }
}

#[test]
fn a_lock_with_more_than_is_looked_at_is_not_looked_at_in_part() {
    let many = "[[package]]\nname = \"a\"\nversion = \"1\"\n".repeat(100);
    let error = read("uv-lock", &[lock_file("uv.lock", &format!("version = 1\n{many}"))]).unwrap_err();
    assert_eq!(error, "it has a more than 64 times");
    // Each dependency is for all that bear its name.
    let same = "[[package]]\nname = \"a\"\nversion = \"1\"\n".repeat(64);
    let asks = format!("[package.dependencies]\na = [{}]\n", "{},".repeat(300_000));
    let text = format!("{same}[[package]]\nname = \"b\"\n{asks}[metadata]\nlock-version = \"1.1\"\n");
    let project = "[tool.poetry.dependencies]\nb = \"*\"\n".parse().unwrap();
    let platform = "linux/amd64".parse().unwrap();
    let files = [lock_file("poetry.lock", &text)];
    let text = reprolock::internal::project_locks::LockText {
        files: &files,
        project: Some(&project),
        platform: &platform,
    };
    let lock = reprolock::internal::project_locks::of_id("poetry-lock").unwrap().read(&text).unwrap();
    assert_eq!(lock.whole().map(|_| ()).unwrap_err(), "it has more than 1048576 dependencies");
    let groups: String = (0..2000).map(|at| format!("\"g{at}\",")).collect();
    let text =
        format!("[[package]]\nname = \"a\"\ngroups = [{groups}]\n[metadata]\nlock-version = \"2.1\"\n");
    let error = read("poetry-lock", &[lock_file("poetry.lock", &text)]).unwrap_err();
    assert_eq!(error, "it has more than 1024 groups and extras");
}

#[test]
fn what_a_lock_says_of_names_reaches_no_terminal_and_a_broken_lock_is_a_note() {
    let place = Place::new();
    place.write("c/Dockerfile", "FROM scratch\nCOPY . /app\nRUN uv sync --frozen\n");
    let name = "evil\\u001b[31m\\u202e";
    place.write(
        "c/uv.lock",
        format!(
            "version = 1\n[[package]]\nname = \"app\"\nsource = {{ virtual = \".\" }}\ndependencies = [{{ name = \"{name}\" }}]\n[[package]]\nname = \"{name}\"\nversion = \"1\\u0007\"\n"
        ),
    );
    place.write("c/poetry.lock", "[[package]\n");
    place.write("c/conda-lock.yml", b"\xef\xbb\xbfversion: 9\n");
    place.write("c/pixi.lock", b"version: 6\n\xff\n");
    let image = Image::new("linux/amd64").layer(Layer::new("COPY . /app # buildkit", [file("app/a", "")]));
    place.write("img.tar", image.oci().archive());
    let run = place.run(&["freeze", "oci-archive:img.tar", "-f", "c/Dockerfile"]);
    assert_eq!(run.code, 0, "{run}");
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(!said.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{said:?}");
    for note in [
        "poetry.lock was not compared with what is installed: it is not TOML: line 1",
        "conda-lock.yml was not compared with what is installed: its version is \"9\"",
        "pixi.lock was not read: line 2 is not UTF-8",
    ] {
        assert!(said.contains(note), "{note} is not in\n{said}");
    }
}

/// Damage of each format's fixture.
const DAMAGES: u64 = 300;

#[test]
fn a_damaged_lock_is_read_or_refused() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        // Xorshift: the same damage in each run.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 16).unwrap() % below
    };
    for (id, name, text) in fixtures() {
        for _ in 0..DAMAGES {
            let mut bytes = text.clone().into_bytes();
            for _ in 0..=next(4) {
                let at = next(bytes.len());
                bytes[at] ^= 1 << next(8);
            }
            if next(4) == 0 {
                bytes.truncate(next(bytes.len()));
            }
            let text = String::from_utf8_lossy(&bytes);
            let Ok(lock) = read(id, &[lock_file(&name, &text)]) else { continue };
            for entry in &lock.entries {
                assert!(!entry.name.is_empty(), "{id} has a package without a name of\n{text}");
            }
            let mut edges = lock.parts.iter().flat_map(|part| &part.edges);
            assert!(edges.all(|edge| edge.to < lock.entries.len()), "{id}: {text}");
        }
    }
}
