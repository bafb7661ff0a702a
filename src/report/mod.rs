//! Results as people and programs read them: one model, several formats.
//!
//! A report is the same bytes whatever the number of jobs, the clock, the host or the working directory. Names from
//! images are escaped before they get here or here; colour is the caller's decision.
//!
//! Adding a format: one file with a `struct` that implements [`Format`], and its line in [`REGISTRY`].

mod edits;
pub mod github;
pub mod html;
pub mod json;
pub mod junit;
mod lint;
pub mod markdown;
pub mod model;
mod notices;
pub mod sarif;
pub mod statement;
mod story;
pub mod style;
mod table;
pub mod text;

pub use model::{Matter, Report};
use style::Style;

/// A way to write a report.
pub trait Format: Sync {
    /// The name that `--format` takes.
    fn id(&self) -> &'static str;

    /// Whether it has a form for the reports of a command. Asked before the command does its work.
    fn covers(&self, _: Matter) -> bool {
        true
    }

    /// The report's text; empty where it does not cover it, else with a newline at its end.
    fn render(&self, report: &Report<'_>, style: &Style) -> String;
}

/// All formats; the first is the default.
pub static REGISTRY: &[&dyn Format] = &[
    &text::Text,
    &json::Json,
    &markdown::Markdown,
    &html::Page,
    &sarif::Sarif,
    &github::GitHub,
    &junit::JUnit,
];
