//! `reprolock diff`

use crate::build::{self, Inputs};
use crate::library::mending::Text;
use crate::report::model::Verified;
use crate::report::{Matter, Report};
use crate::scan;
use crate::verify;

use super::action::Action;
use super::open;
use crate::cli::args::Diff;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::global::Global;
use crate::cli::terminal::Terminal;

impl Action for Diff {
    fn matter(&self) -> Option<Matter> {
        Some(Matter::Diff)
    }

    fn run(&self, global: &Global, terminal: &Terminal) -> Result<Exit, CliError> {
        run(self, global, terminal)
    }
}

fn run(arguments: &Diff, global: &Global, terminal: &Terminal) -> Result<Exit, CliError> {
    let new = open::image(&arguments.source, global)?;
    let old = new.other(&arguments.old)?;
    let inputs = old.inputs(&open::build(&arguments.build, false))?;
    let inputs = Inputs { wants_images: false, ..inputs };
    let facts = build::facts(&old.image, &inputs)?;
    let progress = terminal.progress();
    let options = scan::ScanOptions { expansion: new.options.expansion, observer: &*progress };
    let mut outcome = verify::diff(old.readable(), &facts, new.readable(), arguments.require, &options)?;
    drop(progress);
    let name = facts.build.dockerfile.as_deref();
    Text::of_facts(arguments.build.dockerfile.as_deref(), &facts).mend(&mut outcome, name, None);
    terminal.report(&Report::Diff(Verified {
        image: &new.name,
        transport: new.transport(),
        against: &old.name,
        platform: &new.image.platform.to_string(),
        base: facts.base.as_ref().and_then(|base| base.reference.as_deref()),
        dockerfile: name,
        outcome: &outcome,
    }))?;
    Ok(Exit::of(&outcome))
}
