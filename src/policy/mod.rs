//! What is asked of an image, and whether facts meet it. That decides an exit code, never a verdict.

mod asked;

pub use asked::Require;
