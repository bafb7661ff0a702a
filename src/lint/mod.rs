//! Linting: which lines of a Dockerfile, and of what is around it, can't reproduce, and what to write instead.
//!
//! Vocabulary: a *source* is a text that is linted; its *subject* is what was read out of it, once, for all rules. A
//! *rule* looks at a subject and pushes drafts, which become findings. *Pins* are what the lockfile knows, for fixes.
//!
//! The rooms: `collect` goes from what the user names to sources, `read` from a source to its `subject`; `rules` look at
//! it, with `knowledge` of what tools do; `engine` runs them, silences, fixes and writes; `changed` and `baseline` leave out
//! what is not new.
//!
//! What it refuses to do: it runs nothing, but git where it is asked what changed; it asks no registry and no index; what can't be
//! known from the texts and the lock lowers a finding's confidence.

mod baseline;
mod blocks;
mod changed;
pub mod collect;
mod engine;
mod knowledge;
mod read;
pub(crate) mod rules;
mod subject;

pub use baseline::{Accepted, Baseline, GoneFinding};
pub use changed::lines::takes_long;
pub use changed::{MergeBase, keep_changed};
pub use collect::locks::DividedLocks;
pub use collect::obstacle::{Obstacle, ObstacleKind};
pub use collect::walk::Hidden;
pub(crate) use engine::check::findings;
pub use engine::check::{Silenced, check};
pub(crate) use engine::edits::whole_lines;
pub use engine::error::LintError;
pub use engine::fixing::fix;
pub use engine::profile::{Remedy, RuleProfile, Set};
pub use engine::session::{Linted, run};
pub use engine::settings::{Settings, pattern, rules_named};
pub use engine::unpinned::{unpinned, with_digests};
pub use engine::write::write;
pub use read::files::{about as files, kind_of_name};
pub(crate) use read::with_subject;
pub use rules::profile_of;
pub(crate) use subject::Subject;
pub(crate) use subject::build_file::BuildFile;
pub use subject::named_digests::NamedDigests;
pub use subject::pins::Pins;
pub(crate) use subject::shell_code::Purpose;
pub use subject::source::{SourceKind, SourceText};
