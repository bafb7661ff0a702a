//! `reprolock diff`

use crate::build;
use crate::compare::side::Readable;
use crate::report::model::Verified;
use crate::report::{Matter, Report};
use crate::scan;
use crate::verify;

use super::action::Action;
use super::args::Diff;
use super::error::CliError;
use super::exit::Exit;
use super::global::Global;
use super::mending::Text;
use super::open;
use super::terminal::Terminal;

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
    let old = open::other(&arguments.old, &new, global)?;
    let inputs = open::inputs(&arguments.build, &old, global)?;
    let facts = build::facts(&old.image, &inputs)?;
    let progress = terminal.progress();
    let options = scan::ScanOptions { expansion: new.expansion, observer: &*progress };
    let mut outcome = verify::diff(
        Readable { source: &*old.source, image: &old.image },
        &facts,
        Readable { source: &*new.source, image: &new.image },
        arguments.require,
        &options,
    )?;
    drop(progress);
    let name = facts.build.dockerfile.as_deref();
    Text::of_facts(arguments.build.dockerfile.as_deref(), &facts).mend(&mut outcome, name, None);
    terminal.report(&Report::Diff(Verified {
        image: &new.name,
        against: &old.name,
        platform: &new.image.platform.to_string(),
        base: facts.base.as_ref().and_then(|base| base.reference.as_deref()),
        dockerfile: name,
        outcome: &outcome,
    }))?;
    Ok(if outcome.passed { Exit::Same } else { Exit::Drift })
}
