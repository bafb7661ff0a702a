//! Sources against images that nobody here made.
//!
//! Runs where `REPROLOCK_CORPUS` names the corpus, and says so where it does not. `sources/corpus.txt` has a line for
//! each entry: its platform and number of layers, or the error. `REPROLOCK_BLESS=1` writes it anew; read the diff.

// A test fails by panicking; clippy's allowance for tests covers only functions marked as such.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use reprolock::internal::base::advice::Advice as _;
use reprolock::internal::image::reference::{Reference, open};
use reprolock::internal::image::{Image, ImageError, ImageSource, OpenOptions};

const GOLDEN: &str = include_str!("sources/corpus.txt");

/// The corpus' entries; one folder holds layouts rather than being one.
pub(crate) fn entries(images: &Path) -> Vec<PathBuf> {
    let list = |folder: &Path| {
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    let nested = images.join("sylabs+oci-tools");
    let top = list(images).into_iter().filter(|path| *path != nested && !path.ends_with("INDEX.tsv"));
    top.chain(list(&nested)).collect()
}

fn source(text: &str) -> Result<Box<dyn ImageSource>, ImageError> {
    open(&text.parse::<Reference>()?, &OpenOptions::default())
}

/// Reads an image, and its layers to their ends.
fn read(text: &str) -> Result<Image, ImageError> {
    let source = source(text)?;
    let image = source.image(None)?;
    for layer in &image.layers {
        let read = io::copy(&mut source.open(layer)?, &mut io::sink()).unwrap();
        assert_eq!(Some(read), layer.size, "{text}: {}", layer.key);
    }
    Ok(image)
}

/// The golden line of one entry.
fn line(images: &Path, path: &Path) -> String {
    let name = path.strip_prefix(images).unwrap().to_str().unwrap();
    let outcome = match read(path.to_str().unwrap()) {
        Ok(image) => format!("ok {} {}", image.platform, image.layers.len()),
        Err(error) => {
            let hint = error.hint().unwrap_or_default();
            assert!(hint.len() > 10, "{name}: {error}: no hint");
            let text = error.to_string();
            assert!(!text.contains('\n') && !text.contains(char::is_control), "{name}: {text:?}");
            text.replace(&format!("{}/", images.display()), "")
        }
    };
    format!("{name}\t{outcome}\n")
}

#[test]
fn each_entry_of_the_corpus_is_an_image_or_an_error_that_says_why() {
    let Some(corpus) = std::env::var_os("REPROLOCK_CORPUS") else {
        eprintln!("skipped: REPROLOCK_CORPUS is not set");
        return;
    };
    let images = Path::new(&corpus).join("images");
    let found: String = entries(&images).iter().map(|path| line(&images, path)).collect();
    if std::env::var_os("REPROLOCK_BLESS").is_some() {
        fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/sources/corpus.txt"), &found).unwrap();
        return;
    }
    for (found, expected) in found.lines().zip(GOLDEN.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.lines().count(), GOLDEN.lines().count());
}
