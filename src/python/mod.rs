//! What the Python packaging standards say, read once for all floors above: names (PEP 503), and RECORD, a CSV of what
//! an installer wrote.
//!
//! What it refuses to do: it knows nothing of images and Dockerfiles, and asks no index.

mod name;
pub mod record;

pub use name::normal_name;
