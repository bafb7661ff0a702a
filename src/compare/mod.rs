//! Two sides, each a lock or an image, and what differs between them: layers, files, packages, config. Facts alone.

pub mod config;
pub(crate) mod container;
pub mod drift;
pub(crate) mod keeping;
pub(crate) mod layers;
pub mod named;
pub(crate) mod order;
pub mod outcome;
pub mod owners;
pub mod packages;
pub mod pairing;
pub mod rows;
pub mod side;
pub mod tier;
pub(crate) mod union;
