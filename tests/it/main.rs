//! Everything that takes more than one module: one binary, a module for each concern.

mod corpus_images;
mod dockerfile;
mod docs;
mod ecosystems;
mod floors;
mod formats;
mod layers;
mod made;
mod real;
mod registry;
mod seed;
mod sources;
mod support;
