//! Results as people and programs read them: one model, several formats.
//!
//! A report is the same bytes whatever the number of jobs, the clock, the host or the working directory. Names from
//! images are escaped before they get here or here; colour is the caller's decision.
//!
//! Adding a format: one file with a `struct` that implements [`Format`], its `mod` line and its line in [`REGISTRY`], its
//! page `docs/formats/<id>.md` with its row in `docs/formats.md`, and `testdata/formats/<id>.txt`, what it makes of the seed
//! image's rebuild.

pub mod catalogue;
mod escaping;
mod findings;
mod format;
mod gathered;
mod github;
mod guard;
mod html;
mod json;
mod junit;
mod markdown;
pub mod model;
mod notices;
mod sarif;
pub mod statement;
mod story;
pub mod style;
mod text;
pub mod verdict;

pub use format::{Format, render};
pub use guard::{Guard, without_commands};
pub use model::{Matter, Report};
pub use text::Text;

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
