//! The text of the Dockerfile for the edits that `verify` and `diff` offer: which file it is, and whether it is the one
//! that the image was built from.
//!
//! What it refuses to do: a Dockerfile that is not the locked one is never edited by the locked one's lines, and a path
//! that a lockfile names leads nowhere but below the lockfile's folder or the current one.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::base::digest::Sha256;
use crate::base::source;
use crate::build::{BuildError, BuildFacts};
use crate::lint::{Pins, SourceKind, SourceText};
use crate::lockfile::Lockfile;
use crate::verify::Outcome;
use crate::verify::mending;

use super::error::Error;
use super::opening::last_part;

/// What is said where the Dockerfile that was named is not the locked one.
const CHANGED: &str =
    "is not the Dockerfile that was locked, so its lines may be others: no edits of it are offered";

/// A Dockerfile for edits.
#[derive(Default)]
pub(crate) struct Text {
    text: Option<String>,
    /// What the user should know of it.
    note: Option<String>,
}

impl Text {
    /// The Dockerfile that is named, else the one that the lock was made from, if it is still there.
    /// `place` is the lockfile's, where it is a file.
    pub(crate) fn of_lock(
        named: Option<&Path>,
        lock: &Lockfile,
        place: Option<&Path>,
    ) -> Result<Self, Error> {
        let locked = lock.build.dockerfile_digest;
        let is_locked = |text: &String| locked == Some(Sha256::of(text.as_bytes()));
        let Some(named) = named else {
            let text =
                beside(lock, place).into_iter().filter_map(|path| source::read(&path).ok()).find(is_locked);
            return Ok(Self { text, note: None });
        };
        let text = source::read(named).map_err(BuildError::from)?;
        if locked.is_some() && !is_locked(&text) {
            let note = format!("{} {CHANGED}", last_part(&named.to_string_lossy()));
            return Ok(Self { text: None, note: Some(note) });
        }
        Ok(Self { text: Some(text), note: None })
    }

    /// The Dockerfile that is named, if it is still the one that the facts were read from.
    pub(crate) fn of_facts(named: Option<&Path>, facts: &BuildFacts) -> Self {
        let text = named.and_then(|path| source::read(path).ok());
        let known = facts.build.dockerfile_digest;
        Self { text: text.filter(|text| known == Some(Sha256::of(text.as_bytes()))), note: None }
    }

    /// Adds the edits to what was found.
    pub(crate) fn mend(self, outcome: &mut Outcome, name: Option<&str>, lock: Option<(String, &Lockfile)>) {
        outcome.notes.extend(self.note);
        let Some(text) = self.text else { return };
        let pins = lock.map(|(path, lock)| Arc::new(Pins::of(path, lock.clone())));
        let source = SourceText {
            pins,
            ..SourceText::new(name.unwrap_or("Dockerfile"), SourceKind::Dockerfile, text)
        };
        outcome.edits = mending::find(outcome, &source);
    }
}

/// Where the Dockerfile may be that the lock names from its context: beside the lockfile, or here.
fn beside(lock: &Lockfile, place: Option<&Path>) -> Vec<PathBuf> {
    let is_below = |path: &&Path| path.components().all(|part| matches!(part, Component::Normal(_)));
    let Some(path) = lock.build.dockerfile.as_deref().map(Path::new).filter(is_below) else {
        return Vec::new();
    };
    let own = place.and_then(Path::parent).map(|folder| folder.join(path));
    own.into_iter().chain([path.to_owned()]).collect()
}
