//! Everything that takes more than one module: one binary, a module for each concern.

mod causes;
mod corpus_images;
mod dockerfile;
mod docs;
mod ecosystems;
mod floors;
mod made;
mod program;
mod real;
mod seed;
mod sources;
mod support;
