//! `reprolock export`

use std::io::{self, Write as _};
use std::path::Path;

use crate::export::{self, ExportOptions};
use crate::lockfile::{beside, store};
use crate::report::Matter;

use super::action::Action;
use crate::cli::args::Export;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::global::Global;
use crate::cli::terminal::Terminal;

impl Action for Export {
    /// What it writes is no report.
    fn matter(&self) -> Option<Matter> {
        None
    }

    fn run(&self, _: &Global, terminal: &Terminal) -> Result<Exit, CliError> {
        terminal.must_be_for_people("export writes what --to names")?;
        let lock = store::read(&self.lock)?;
        let options = ExportOptions { site: self.site.clone(), exclude: self.exclude.clone() };
        let exported = export::export(&lock, &self.to, &options)?;
        exported.notes().iter().for_each(|note| terminal.note(note));
        match &self.output {
            Some(path) => write(path, exported.text()).map_err(|error| CliError {
                message: format!("write {}: {}", path.display(), error.kind()),
                hint: Some(
                    "check that its folder is there and can be written to, and that it is a file".to_owned(),
                ),
            })?,
            None => terminal.text(exported.text())?,
        }
        Ok(Exit::Same)
    }
}

/// Writes a file whole: beside its place, then into it. What stands there and is no regular file is not replaced.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if path.symlink_metadata().is_ok_and(|there| !there.is_file()) {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let mut temporary = beside::temporary(path)?;
    temporary.write_all(text.as_bytes())?;
    temporary.persist(path).map_err(|error| error.error)?;
    Ok(())
}
