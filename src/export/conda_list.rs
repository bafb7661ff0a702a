//! `conda`: an explicit list of archives, as `conda create --file` and `micromamba create -f` take it.
//!
//! Each line is an archive's URL with its hash behind a `#`: the sha256 where the record has one, else the MD5. Nothing is
//! solved: what stands there is what is installed.
//!
//! The id is another than the name, which the ecosystem has.
//!
//! Sources: conda, "Managing environments" (explicit files), `conda list --explicit --sha256`.

use crate::base::about::{About, AboutKind};
use crate::base::digest::Digest;
use crate::base::secrets::REDACTED;
use crate::lockfile::Lockfile;
use crate::lockfile::model::LockedPackage;

use super::error::{ExportError, Lack};
use super::interface::{Export, ExportOptions, Exported};
use super::selection::Wanted;

static ABOUT: About = About {
    kind: AboutKind::Export,
    id: "conda-list",
    summary: "conda's packages of one environment as an explicit list (--to conda)",
    page: include_str!("../../docs/exports/conda-list.md"),
};

const NAME: &str = "conda";

const WANTED: Wanted = Wanted {
    export: NAME,
    ecosystem: "conda",
    what: "conda packages",
    is_named: |package: &LockedPackage| package.state.is_none(),
    otherwise: "another installer put something in their place",
};

/// The explicit list.
pub(super) struct CondaList;

impl Export for CondaList {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn name(&self) -> &'static str {
        NAME
    }

    fn write(&self, lock: &Lockfile, options: &ExportOptions) -> Result<Exported, ExportError> {
        let selection = WANTED.of(lock, options)?;
        let lines = WANTED.each(&selection, line)?;
        Ok(Exported { text: format!("@EXPLICIT\n{}", lines.concat()), notes: selection.notes })
    }
}

fn line(package: &LockedPackage) -> Result<String, Lack> {
    let url = package.origin.as_deref().ok_or(Lack::Url)?;
    if url.contains(REDACTED) {
        return Err(Lack::Redacted);
    }
    // A `$` may begin a variable, to be filled in from the environment of whoever installs.
    let is_odd =
        |c: char| !c.is_ascii_graphic() || matches!(c, '#' | '$' | '"' | '\'' | '`' | '\\' | '<' | '>');
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let is_archive = url.ends_with(".conda") || url.ends_with(".tar.bz2");
    match (is_web, is_archive) {
        (true, true) if !url.contains(is_odd) => {}
        (false, true) if url.starts_with("file://") => return Err(Lack::Folder),
        _ => return Err(Lack::OddUrl),
    }
    Ok(format!("{url}#{}\n", hash(package)?))
}

fn hash(package: &LockedPackage) -> Result<String, Lack> {
    let mut sha256 = package.hashes.iter().filter(|hash| matches!(hash, Digest::Sha256(_)));
    match (sha256.next(), sha256.next()) {
        (Some(_), Some(_)) => Err(Lack::OneArchive),
        (Some(hash), None) => Ok(hash.hex()),
        (None, _) => md5(package.checksum.as_deref().unwrap_or_default()).map(str::to_owned),
    }
}

fn md5(hex: &str) -> Result<&str, Lack> {
    let is_hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    Some(hex).filter(|hex| hex.len() == 32 && hex.chars().all(is_hex)).ok_or(Lack::Hash)
}
