//! reprolock locks what an ML container image is made of, and proves that a rebuild gives the same bytes.
//!
//! A program calls six functions: [`open`] an image, [`freeze`] it, [`verify`] one against a lock, [`diff`] two, [`lint`]
//! the texts that it is built from, [`export`] a lock. What checks come to is a [`Judgement`], which writes the command line's
//! reports.
//!
//! ```
//! use reprolock::{BuildOptions, ImageOptions, Lock, Require};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("reprolock.lock");
//! let image = reprolock::open("testdata/seed/image.oci.tar", ImageOptions::default())?;
//! let build = BuildOptions::default().dockerfile("testdata/seed/Dockerfile");
//! reprolock::freeze(&image, &build)?.write(&path)?;
//!
//! let rebuild = reprolock::open("testdata/seed/rebuild.oci.tar", ImageOptions::default())?;
//! let judgement = reprolock::verify(&rebuild, &Lock::read(&path)?, Require::Content)?;
//! let mut report = Vec::new();
//! judgement.render("json", &mut report)?;
//! assert!(!judgement.passed());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The modules are floors: a file uses only floors below its own (docs/ARCHITECTURE.md, held by `tests/it/floors.rs`).

// F0
mod base;
// F1
mod finding;
mod formats;
mod image;
mod shell;
// F2
mod dockerfile;
mod layer;
// F3
mod python;
mod tree;
// F4
mod ecosystem;
mod lockfile;
mod package_index;
mod project_locks;
// F5
mod agreement;
mod build;
mod lint;
mod scan;
// F6
mod compare;
mod freeze;
// F7
mod causes;
mod inspect;
// F8
mod policy;
// F9
mod project;
mod verify;
// F10
mod export;
mod rebuild;
// F11
mod report;
// F12
mod library;
// F13
mod cli;

pub use compare::tier::Tier;
pub use export::{ExportOptions, Exported};
pub use library::{
    BuildOptions, Error, ImageOptions, Judgement, LintOptions, Lock, OpenedImage, diff, export, freeze, lint,
    open, verify,
};
pub use policy::Require;

/// The page's example, which runs with the others.
#[cfg(doctest)]
#[doc = include_str!("../docs/library.md")]
struct Page;

/// The modules for the program, the tests and the benches. Nothing here is kept as it is from one version to the next.
#[doc(hidden)]
pub mod internal {
    pub mod agreement {
        pub use crate::agreement::*;
    }
    pub mod base {
        pub use crate::base::*;
    }
    pub mod build {
        pub use crate::build::*;
    }
    pub mod causes {
        pub use crate::causes::*;
    }
    pub mod cli {
        pub use crate::cli::*;
    }
    pub mod compare {
        pub use crate::compare::*;
    }
    pub mod dockerfile {
        pub use crate::dockerfile::*;
    }
    pub mod ecosystem {
        pub use crate::ecosystem::*;
    }
    pub mod export {
        pub use crate::export::*;
    }
    pub mod finding {
        pub use crate::finding::*;
    }
    pub mod formats {
        pub use crate::formats::*;
    }
    pub mod freeze {
        pub use crate::freeze::*;
    }
    pub mod image {
        pub use crate::image::*;
    }
    pub mod inspect {
        pub use crate::inspect::*;
    }
    pub mod layer {
        pub use crate::layer::*;
    }
    pub mod lint {
        pub use crate::lint::*;
    }
    pub mod lockfile {
        pub use crate::lockfile::*;
    }
    pub mod package_index {
        pub use crate::package_index::*;
    }
    pub mod policy {
        pub use crate::policy::*;
    }
    pub mod project {
        pub use crate::project::*;
    }
    pub mod project_locks {
        pub use crate::project_locks::*;
    }
    pub mod python {
        pub use crate::python::*;
    }
    pub mod rebuild {
        pub use crate::rebuild::*;
    }
    pub mod report {
        pub use crate::report::*;
    }
    pub mod scan {
        pub use crate::scan::*;
    }
    pub mod shell {
        pub use crate::shell::*;
    }
    pub mod tree {
        pub use crate::tree::*;
    }
    pub mod verify {
        pub use crate::verify::*;
    }
}
