//! A line for each notice, as frob reads them: the id, where, and what.

use std::io;

use super::format::Format;
use super::model::{Matter, Report};
use super::notices::Faults;
use super::style::{Style, harmless};
use crate::base::about::{About, AboutKind};

/// `--format frob-lines`
pub(super) struct FrobLines;

impl Format for FrobLines {
    fn about(&self) -> &'static About {
        static ABOUT: About = About {
            kind: AboutKind::Format,
            id: "frob-lines",
            summary: "for frob: a line for each finding, and for each cause in a layer",
            page: include_str!("../../docs/formats/frob-lines.md"),
        };
        &ABOUT
    }

    fn covers(&self, matter: Matter) -> bool {
        matter.has_findings()
    }

    fn render(&self, report: &Report<'_>, _: &Style, out: &mut dyn io::Write) -> io::Result<()> {
        let Some(faults) = Faults::of(report) else { return Ok(()) };
        for notice in faults.notices() {
            let path = notice.path.map(harmless).unwrap_or_default();
            let line = notice.start.map_or(0, |at| at.line);
            writeln!(out, "frob|{}|{path}|{line}|{}", notice.id, notice.message)?;
        }
        writeln!(out, "frob|end|{}", faults.sentence())
    }
}
