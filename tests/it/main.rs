//! Everything that takes more than one module: one binary, a module for each concern.

mod corpus_images;
mod dockerfile;
mod ecosystems;
mod formats;
mod program;
mod sources;
