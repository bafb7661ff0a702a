//! Shell code in a source.

/// Shell code.
pub struct Script {}
/// A command.
pub struct Call<'a> {
    name: &'a str,
}
impl Script {
    /// x
    pub fn calls(&self) -> impl Iterator<Item = Call<'_>> {
        std::iter::empty()
    }
}
impl<'a> Call<'a> {
    /// x
    pub fn program(&self) -> Option<&'a str> {
        Some(self.name)
    }
}
pub(super) fn of_build(_: &super::BuildFile<'_>) -> Vec<Script> {
    Vec::new()
}
