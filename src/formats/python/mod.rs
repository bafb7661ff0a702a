//! Compiled Python: the header of a module, and the code behind it.

pub(crate) mod marshal;
pub(crate) mod pyc;
