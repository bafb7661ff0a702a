//! What every floor stands on: digests, checksums of other programs, paths inside layers and where their symlinks lead, source
//! texts and positions in them, caps on untrusted input, what looks secret, what CI runners take for commands (`runners`),
//! progress, ids with their pages (`about`), and what can be done about an error (`advice`).

pub mod about;
pub mod advice;
pub mod bounded;
pub mod checkout;
pub mod checksum;
pub mod digest;
pub mod limits;
pub mod logical;
pub mod observer;
pub mod path;
pub mod runners;
pub mod secrets;
pub mod source;
pub(crate) mod symlinks;
#[cfg(test)]
pub(crate) mod testing;
pub mod text;
pub mod toml;
