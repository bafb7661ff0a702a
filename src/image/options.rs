//! How to open a source, and what may be done to reach it.

use crate::base::limits::Expansion;

/// How to open a source.
#[derive(Debug, Clone, Default)]
pub struct OpenOptions {
    /// How far an archive that is compressed as a whole may unpack.
    pub expansion: Expansion,
    /// What may be done to reach a registry.
    pub access: Access,
}

/// What may be done without being asked each time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// Plain HTTP is good enough, wherever the registry is.
    pub insecure: bool,
    /// Plain HTTP is good enough for these registries, as `HOST[:PORT]`.
    pub insecure_hosts: Vec<String>,
    /// Why the network is off limits, in the caller's words; `None` where it is not.
    pub offline: Option<&'static str>,
    /// Other places for images, asked before the registry itself, in this order.
    pub mirrors: Vec<Mirror>,
}

/// Another place for the images below a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mirror {
    /// `HOST[:PORT][/PATH]`, as names are completed.
    pub prefix: String,
    /// What stands in the prefix's place, `HOST[:PORT][/PATH]`.
    pub location: String,
}
