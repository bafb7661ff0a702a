//! What names of images say, and what to write behind them.

pub(crate) mod bases;
pub(crate) mod digest_fix;
pub(crate) mod overrides;
pub(crate) mod platforms;
pub(crate) mod tags;
