//! `frob-list`: frob's own list, a line `name version` for each of its packages.
//!
//! What it refuses: a name or a version with a blank in it, which frob would read as two words.

use crate::base::about::{About, AboutKind};
use crate::lockfile::Lockfile;
use crate::lockfile::model::LockedPackage;

use super::error::{ExportError, Lack};
use super::interface::{Export, ExportOptions, Exported};
use super::selection::Wanted;

static ABOUT: About = About {
    kind: AboutKind::Export,
    id: "frob-list",
    summary: "the frob packages as name version, for frob install",
    page: include_str!("../../docs/exports/frob-list.md"),
};

const WANTED: Wanted = Wanted {
    export: ABOUT.id,
    ecosystem: "frob",
    what: "frob packages",
    is_named: |package: &LockedPackage| package.state.is_none(),
    otherwise: "frob has not installed them whole",
};

/// The list of packages for frob.
pub(super) struct FrobList;

impl Export for FrobList {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn write(&self, lock: &Lockfile, options: &ExportOptions) -> Result<Exported, ExportError> {
        let selection = WANTED.of(lock, options)?;
        let lines = WANTED.each(&selection, line)?;
        Ok(Exported { text: lines.concat(), notes: selection.notes })
    }
}

fn line(package: &LockedPackage) -> Result<String, Lack> {
    let is_word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic());
    match (is_word(&package.name), is_word(&package.version)) {
        (true, true) => Ok(format!("{} {}\n", package.name, package.version)),
        (false, _) => Err(Lack::Name),
        (true, false) => Err(Lack::Version),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frob_package_is_a_line_and_two_words_are_none() {
        let package = |name: &str| LockedPackage {
            name: name.to_owned(),
            version: "1".to_owned(),
            ..LockedPackage::default()
        };
        assert_eq!(line(&package("cog")), Ok("cog 1\n".to_owned()));
        assert_eq!(line(&package("cog wheel")), Err(Lack::Name));
    }
}
