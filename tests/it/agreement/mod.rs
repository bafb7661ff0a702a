//! How images agree with the projects' own locks: what `freeze` says of images that tools installed from locks and that were
//! changed behind their backs, and what `verify` says of it when they change later.

mod asks;
mod conda;
mod conda_locks;
mod corpus;
mod fixtures;
mod hostile;
mod places;
mod read;
mod retold;
