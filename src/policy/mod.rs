//! What is asked of an image, and what is excused. A policy changes severities and exit codes, never a verdict.

mod asked;

pub use asked::Require;
