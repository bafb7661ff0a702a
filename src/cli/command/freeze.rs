//! `reprolock freeze`

use std::path::Path;

use crate::freeze::{self, IndexScope, KnownLayers};
use crate::library::BuildOptions;
use crate::library::opening::last_part;
use crate::lockfile::store;
use crate::report::model::Frozen;
use crate::report::{Matter, Report};
use crate::scan;

use super::action::Action;
use super::{attach, locks, named, open};
use crate::cli::args::{self, Freeze};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::global::Global;
use crate::cli::terminal::Terminal;

impl Action for Freeze {
    fn matter(&self) -> Option<Matter> {
        Some(Matter::Freeze)
    }

    fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, CliError> {
        run(&named::freeze(self, global, terminal)?, global, terminal)
    }
}

fn run(arguments: &Freeze, global: &Global, terminal: &Terminal) -> Result<Exit, CliError> {
    let output = arguments.output.as_deref().unwrap_or(Path::new(locks::DEFAULT));
    writable(output)?;
    let indexes = open::indexes(arguments, global)?;
    let opened = open::image(&arguments.source, global)?;
    if arguments.attach {
        attach::referrers(&*opened.source)?;
    }
    let build = BuildOptions { indexes, ..open::build(&arguments.build, arguments.online) };
    let inputs = opened.inputs(&build)?;
    let progress = terminal.progress();
    let options = scan::ScanOptions { expansion: opened.options.expansion, observer: &*progress };
    let known = match arguments.no_reuse {
        true => KnownLayers::default(),
        false => KnownLayers::of(output, "--no-reuse fetches all"),
    };
    let mut snapshot = freeze::snapshot(&*opened.source, &opened.image, &inputs, &known, &options)?;
    drop(progress);
    let files = match arguments.files {
        args::Files::All => IndexScope::All,
        args::Files::Own => IndexScope::Own,
        args::Files::None => IndexScope::None,
    };
    snapshot.write(output, files)?;
    let attached = match arguments.attach {
        true => Some(attach::lock(&*opened.source, opened.image.manifest, output, &snapshot.lock)),
        false => None,
    };
    snapshot.notes.extend(attached.iter().flatten().cloned());
    let lockfile = output.to_string_lossy();
    terminal.report(&Report::Freeze(Frozen {
        image: &opened.name,
        transport: opened.transport(),
        lockfile: last_part(&lockfile),
        lock: &snapshot.lock,
        notes: &snapshot.notes,
    }))?;
    // The lockfile was written and is told of, whatever became of its push.
    attached.transpose()?;
    Ok(Exit::Same)
}

/// Says what would stop the lockfile from being written before the layers take their time.
fn writable(output: &Path) -> Result<(), CliError> {
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(CliError {
            message: format!("write {}: there is no folder {}", output.display(), folder.display()),
            hint: Some("make it first, or name another file with -o".to_owned()),
        });
    }
    if output.is_dir() {
        return Err(CliError {
            message: format!("write {}: it is a folder", output.display()),
            hint: Some("name a file in it: -o FOLDER/reprolock.lock".to_owned()),
        });
    }
    Ok(store::check_place(output)?)
}
