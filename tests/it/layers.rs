//! The tar reader against Python's `tarfile`, over tars that nobody here made.
//!
//! Runs where `REPROLOCK_CORPUS` names the corpus and `python3` is there, and says so where not. Every tar of the
//! corpus is read by both, the archives of whole images too, and the rows compared: name, type, size, mode, owner,
//! time, link and content. Where the two are known to differ, [`DIFFERENCES`] says why.
//!
//! `layers/corpus.txt` has a line for each tar: how many entries a pass finds and the sha256 of the rows, or the
//! error. `REPROLOCK_BLESS=1` writes it anew; read the diff.

// A test fails by panicking; clippy's allowance for tests covers only functions marked as such.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use reprolock::internal::base::digest::{Hasher, Sha256};
use reprolock::internal::base::limits::Expansion;
use reprolock::internal::base::path::printable;
use reprolock::internal::formats::tar::TarReader;
use reprolock::internal::formats::tar::entry::{Entry, Kind};
use reprolock::internal::layer::decompress::Compression;
use reprolock::internal::layer::pass::{self, Depth, Expected, Keep};

const GOLDEN: &str = include_str!("layers/corpus.txt");
const SCRIPT: &str = include_str!("layers/rows.py");

/// Contents up to this size are compared; two tars of the corpus claim files of 60 GB, nearly all holes.
const CONTENT: u64 = 64 << 20;

/// Where Python reads otherwise, and why we follow Go's archive/tar, which the engines unpack with.
const DIFFERENCES: &[(&str, &str)] = &[
    ("gnu-incremental", "GNU puts times where ustar has its prefix; Python takes them for one"),
    ("gnu-multi-hdrs", "of several long names before an entry the last counts; for Python the first"),
    ("pax-multi-hdrs", "of several sets of records before an entry the last counts; for Python the first"),
    ("pax-bad-hdr-file", "Python passes over records it cannot read"),
    ("pax-nil-sparse-data", "a size record is that of the stored data; Python takes it for the file's"),
    ("pax-nil-sparse-hole", "the same"),
    ("pax-sparse-big", "the same"),
    ("pax-nul-path", "Python takes a name with NUL, which no file system can hold"),
    ("pax-nul-xattrs", "Python takes an attribute's name with NUL"),
];

fn tars(images: &Path) -> Vec<PathBuf> {
    let is_tar = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        path.is_file() && [".tar", ".tar.gz", ".ociarchive"].iter().any(|end| name.ends_with(end))
    };
    let mut paths: Vec<_> =
        fs::read_dir(images).unwrap().map(|entry| entry.unwrap().path()).filter(is_tar).collect();
    paths.sort();
    paths
}

fn row(entry: &Entry, content: &str) -> String {
    let Entry { kind, size, mode, uid, gid, mtime, .. } = entry;
    let shown = |bytes: &[u8]| -> String { bytes.escape_ascii().to_string() };
    let (path, link) = (shown(entry.path.as_bytes()), shown(entry.link.as_deref().unwrap_or_default()));
    let time = format!("{}.{:09}", mtime.seconds, mtime.nanos);
    format!("{path} {} {size} {mode:o} {uid} {gid} {time} {link} {content}", kind.name())
}

/// Our rows; the last is `error`, where there is one.
fn rows(path: &Path) -> Vec<String> {
    let mut rows = Vec::new();
    if let Err(error) = read_rows(path, &mut rows) {
        eprintln!("{}: {error}", path.display());
        rows.push("error".to_owned());
    }
    rows
}

fn read_rows(path: &Path, rows: &mut Vec<String>) -> Result<(), Box<dyn std::error::Error>> {
    let mut file = BufReader::new(File::open(path)?);
    let compression = Compression::sniff(file.fill_buf()?)?;
    let mut reader = TarReader::new(BufReader::new(compression.decoder(file)?));
    while let Some(entry) = reader.next_entry()? {
        let mut content = "-".to_owned();
        if entry.kind == Kind::File && entry.size <= CONTENT {
            let mut hasher = Hasher::sha256();
            reader.read_content(&mut |piece| {
                hasher.update(piece);
                Ok(())
            })?;
            content = hasher.finish().hex();
        }
        rows.push(row(&entry, &content));
    }
    reader.drain()?;
    Ok(())
}

/// Python's rows of each tar, in order; `None` without Python.
fn python(paths: &[PathBuf]) -> Option<Vec<Vec<String>>> {
    let mut child = Command::new("python3")
        .args(["-c", SCRIPT, &CONTENT.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take().unwrap();
    let list: String = paths.iter().map(|path| format!("{}\n", path.display())).collect();
    let feeder = std::thread::spawn(move || input.write_all(list.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let tars = text.split_terminator("end\n");
    Some(tars.map(|tar| tar.lines().map(str::to_owned).collect()).collect())
}

fn corpus() -> Option<PathBuf> {
    let corpus = std::env::var_os("REPROLOCK_CORPUS").map(|corpus| Path::new(&corpus).join("images"));
    if corpus.is_none() {
        eprintln!("skipped: REPROLOCK_CORPUS is not set");
    }
    corpus
}

#[test]
fn every_tar_of_the_corpus_is_read_as_python_reads_it() {
    let Some(images) = corpus() else { return };
    let paths = tars(&images);
    let Some(theirs) = python(&paths) else {
        eprintln!("skipped: python3 is not there");
        return;
    };
    assert_eq!(theirs.len(), paths.len());
    let mut wrong = Vec::new();
    for (path, theirs) in paths.iter().zip(theirs) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let ours = rows(path);
        let known = |(known, _): &(&str, &str)| name == format!("vbatts+tar-split-testdata__{known}.tar");
        if ours != theirs && !DIFFERENCES.iter().any(known) {
            let differing = ours.iter().zip(&theirs).find(|(a, b)| a != b);
            let lengths = (ours.len(), theirs.len());
            wrong.push(format!("{name}: {lengths:?} {differing:#?} {:?} {:?}", ours.last(), theirs.last()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The golden line of one tar.
fn line(path: &Path) -> String {
    let name = path.file_name().unwrap().to_str().unwrap();
    let options = pass::PassOptions {
        depth: Depth::Entries,
        expansion: Expansion::default(),
        wants: &|_| Keep::Nothing,
        progress: &|_| {},
        total: None,
    };
    let outcome = match pass::read(File::open(path).unwrap(), Expected::default(), &options) {
        Ok(pass) => {
            let entries = pass.unpacked.unwrap().contents.unwrap().entries;
            let content =
                |entry: &Entry| entry.content.map_or_else(|| "-".to_owned(), |content| content.hex());
            let rows: String = entries.iter().map(|entry| row(entry, &content(entry)) + "\n").collect();
            format!("{} entries {}", entries.len(), Sha256::of(rows.as_bytes()))
        }
        Err(error) => {
            let text = error.to_string();
            assert!(!text.contains(char::is_control) && !text.is_empty(), "{name}: {text:?}");
            text
        }
    };
    format!("{}\t{outcome}\n", printable(name.as_bytes()))
}

#[test]
fn every_tar_of_the_corpus_passes_or_gives_an_error_that_says_why() {
    let Some(images) = corpus() else { return };
    let found: String = tars(&images).iter().map(|path| line(path)).collect();
    if std::env::var_os("REPROLOCK_BLESS").is_some() {
        fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/layers/corpus.txt"), &found).unwrap();
        return;
    }
    for (found, expected) in found.lines().zip(GOLDEN.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.lines().count(), GOLDEN.lines().count());
}
