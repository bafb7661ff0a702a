//! Causes of drift: why a file is not the same in a rebuild.
//!
//! A cause looks at one drifted file, or at a whole layer, and says whether it explains the difference, what it saw, of
//! which fields it speaks, and how sure it is: `certain` where the bytes prove it, `likely` where path and shape fit. It
//! never changes a verdict. Several may hold for one file; the surest and most specific comes first.
//!
//! Proof works in two ways. With both sides' bytes at hand, a cause takes out what it says differs and compares the
//! rest. With the new bytes alone, it puts the old value back, and the locked sha256 says whether that gives the old
//! file (`FileCase::was`): a lock proves causes without the old image.
//!
//! Causes stand in rooms by what they look at. Adding one: a file in its room with a `struct` that implements [`Cause`]
//! and declares its id, its summary and its [`Profile`]; its `mod` line there; its line in [`REGISTRY`]; its page
//! `docs/causes/<id>.md` with its row in the table there; and a fixture in its tests: two trees built in
//! memory. No engine has to know of it.

mod attribute;
mod caches;
mod clocks;
mod compiled;
mod engine;
mod fetched;
mod identity;
mod layers;
mod packages;
mod python;
mod registry;
mod text;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use attribute::{attribute, explain_layer};
pub use engine::attribution::Attribution;
pub use engine::case::{FileCase, FileSide, FileSides};
pub use engine::cause::{Cause, Profile, Reach};
pub use engine::explanation::{Certainty, Explanation, Grouping};
pub use engine::fields::Fields;
pub use engine::layer::{ImageCase, LayerCase, LayerFacts};
pub use engine::mends::{Extent, Mends, Removal};
pub use registry::{REGISTRY, find};
