//! The library's face: an image is opened, frozen, verified against a lock or compared with another, texts are linted, and a
//! lock is exported.
//!
//! From the bottom up: `error`; `options` (what a caller decides); `opening` (from a reference to an image, and to what is
//! known of its build) and `mending` (the Dockerfile's text for edits), which the command line uses too; `image`, `lock`
//! and `judgement` (what goes in and comes out); `check`, `lint` and `export`.
//!
//! What it refuses to do: it reads no `reprolock.toml`, shows no progress, and writes where it is told to alone.

mod check;
mod error;
mod export;
mod image;
mod judgement;
mod lint;
mod lock;
pub(crate) mod mending;
pub(crate) mod opening;
mod options;

pub use check::{diff, verify};
pub use error::Error;
pub use export::export;
pub use image::{OpenedImage, open};
pub use judgement::Judgement;
pub use lint::{LintOptions, lint};
pub(crate) use lint::{ask, sources};
pub use lock::{Lock, freeze};
pub(crate) use options::IndexUrls;
pub use options::{BuildOptions, ImageOptions};
