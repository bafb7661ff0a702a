//! JSON for programs. Shapes: docs/schemas/; each document names its own.
//!
//! What a document is made of is taken apart field by field: a new field does not compile until it is written, or left out
//! by name.

mod comparison;
mod edit;
mod executables;
mod image;
mod integrity;
mod lint;
mod ownership;

use std::io;

use serde::Serialize;

use super::escaping;
use super::format::Format;
use super::guard::Guard;
use super::model::{Report, Verified};
use super::style::Style;
use crate::base::about::{About, AboutKind};

/// The shape of what `verify` found.
const VERIFY: &str = "reprolock/verify/1";

/// `--format json`
pub(super) struct Json;

impl Format for Json {
    fn about(&self) -> &'static About {
        static ABOUT: About = About {
            kind: AboutKind::Format,
            id: "json",
            summary: "for programs: everything, in documents with schemas",
            page: include_str!("../../../docs/formats/json.md"),
        };
        &ABOUT
    }

    fn guard(&self) -> Guard {
        Guard::Json
    }

    fn render(&self, report: &Report<'_>, _: &Style, out: &mut dyn io::Write) -> io::Result<()> {
        match report {
            Report::Freeze(frozen) => escaping::pretty(&image::frozen(frozen), out),
            Report::Verify(verified) => escaping::pretty(&comparison::document(verified, VERIFY), out),
            Report::Diff(verified) => {
                escaping::pretty(&comparison::document(verified, "reprolock/diff/1"), out)
            }
            Report::Inspect(inspected) => escaping::pretty(&image::inspected(inspected), out),
            Report::Lint(checked) => escaping::pretty(&lint::checked(checked), out),
        }
    }
}

/// What `verify` found, as its document has it.
pub(super) fn verified<'a>(verified: &'a Verified<'a>) -> impl Serialize + use<'a> {
    comparison::document(verified, VERIFY)
}
