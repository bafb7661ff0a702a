//! What a check comes to, and how it is written.

use std::io::{self, BufWriter, Write};

use super::error::{Error, Refusal};
use crate::compare::tier::Tier;
use crate::finding::Severity;
use crate::lint::{Hidden, Linted, Obstacle};
use crate::report::model::{Checked, Verified};
use crate::report::style::Style;
use crate::report::{self, Report};
use crate::verify::Outcome;

/// Columns of a line of text.
const WIDTH: usize = 80;

/// What [`verify`](crate::verify()), [`diff`](crate::diff) or [`lint`](crate::lint()) came to.
pub struct Judgement {
    pub(super) matter: Judged,
}

/// What was judged.
pub(super) enum Judged {
    Lock(Box<Compared>),
    Image(Box<Compared>),
    Sources { linted: Vec<Linted>, obstacles: Vec<Obstacle>, hidden: Hidden, fail_on: Severity },
}

/// An image that was compared, and with what; names are for people.
pub(super) struct Compared {
    pub(super) image: String,
    pub(super) transport: &'static str,
    pub(super) against: String,
    pub(super) platform: String,
    pub(super) base: Option<String>,
    pub(super) dockerfile: Option<String>,
    pub(super) outcome: Outcome,
}

impl Judgement {
    /// Whether an image is as much the same as was required, or whether all that was to be linted could be, and has no
    /// findings that matter as much as was asked for.
    pub fn passed(&self) -> bool {
        match &self.matter {
            Judged::Lock(compared) | Judged::Image(compared) => compared.outcome.passed,
            Judged::Sources { linted, obstacles, hidden: _, fail_on } => {
                obstacles.is_empty() && !linted.iter().any(|linted| linted.fails(*fail_on))
            }
        }
    }

    /// How alike the images are, whatever was required; `None` of texts.
    pub fn verdict(&self) -> Option<Tier> {
        match &self.matter {
            Judged::Lock(compared) | Judged::Image(compared) => Some(compared.outcome.verdict),
            Judged::Sources { .. } => None,
        }
    }

    /// Writes the command line's report: `format` is one of its formats (`text`, `json`, `markdown`, `html`, `sarif`,
    /// `github`, `junit`). Text has no colours and 80 columns.
    ///
    /// An error where there is no such format; else the writer's own.
    ///
    /// ```
    /// # let judgement = reprolock::lint(["testdata/seed/Dockerfile"], &reprolock::LintOptions::default())?;
    /// let mut page = Vec::new();
    /// judgement.render("html", &mut page)?;
    /// assert!(page.starts_with(b"<!doctype html>"));
    /// # Ok::<(), reprolock::Error>(())
    /// ```
    pub fn render(&self, format: &str, out: &mut dyn Write) -> Result<(), Error> {
        let ids = report::REGISTRY.iter().map(|format| format.about().id);
        let Some(format) = report::REGISTRY.iter().find(|known| known.about().id == format) else {
            return Err(Refusal {
                message: format!("there is no format {format:?}"),
                hint: Some(format!("name one of {}", ids.collect::<Vec<_>>().join(", "))),
            }
            .into());
        };
        let style = Style { color: false, width: WIDTH, verbose: false };
        let mut out = BufWriter::new(out);
        let written = report::render(*format, &self.report(), &style, &mut out).and_then(|()| out.flush());
        written.map_err(|error| unwritten(&error).into())
    }

    fn report(&self) -> Report<'_> {
        match &self.matter {
            Judged::Lock(compared) => Report::Verify(compared.verified()),
            Judged::Image(compared) => Report::Diff(compared.verified()),
            Judged::Sources { linted, obstacles, hidden, fail_on } => Report::Lint(Checked {
                sources: linted,
                obstacles,
                hidden: *hidden,
                fail_on: *fail_on,
                accepted: None,
            }),
        }
    }
}

fn unwritten(error: &io::Error) -> Refusal {
    Refusal { message: format!("write the result: {error}"), hint: None }
}

impl Compared {
    fn verified(&self) -> Verified<'_> {
        Verified {
            image: &self.image,
            transport: self.transport,
            against: &self.against,
            platform: &self.platform,
            base: self.base.as_deref(),
            dockerfile: self.dockerfile.as_deref(),
            outcome: &self.outcome,
        }
    }
}
