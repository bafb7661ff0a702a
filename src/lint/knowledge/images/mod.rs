//! What names of images say, and what to write behind them.

pub(in crate::lint) mod bases;
pub(in crate::lint) mod digest_fix;
pub(in crate::lint) mod platforms;
pub(in crate::lint) mod tags;
