//! Everything that takes more than one module: one binary, a module for each concern.

mod dockerfile;
mod ecosystems;
mod registry;
mod sources;
