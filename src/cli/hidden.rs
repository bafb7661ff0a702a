//! The commands by which this program starts itself in another part: they are in no help, since nobody else has a use for them.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::Path;

use crate::rebuild::keeper;

/// Carries out a hidden command; `None` where `args` is none. What to end with.
pub(super) fn run(args: &[OsString]) -> Option<u8> {
    let (command, rest) = args.get(1..)?.split_first()?;
    match (command.to_str()?, rest) {
        (keeper::KEEP, [work]) => Some(u8::try_from(keeper::keep(Path::new(work))).unwrap_or(2)),
        (keeper::START, [parent, words @ ..]) => {
            let error = keeper::become_builder(parent.to_str()?.parse().ok()?, words);
            let name = words.first().map(|word| word.to_string_lossy()).unwrap_or_default();
            let _ = writeln!(io::stderr().lock(), "start {name}: {error}");
            Some(127)
        }
        _ => None,
    }
}
