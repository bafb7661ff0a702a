//! The integration tests.

mod dockerfile;
