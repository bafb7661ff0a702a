//! `build-id`: a program or library differs in the id that the linker made of its build, and nowhere else.

use crate::causes::compiled::ids;
use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends};
use crate::formats::bytes::{differing, within};
use crate::formats::elf;

/// See docs/causes/build-id.md.
pub(crate) struct BuildId;

impl Cause for BuildId {
    declare!(
        "build-id",
        "the linker's build id alone differs",
        Profile::of(
            Reach::Format,
            "compile in a fixed folder with -ffile-prefix-map=$PWD=. or link with -Wl,--build-id=none"
        )
        .proved_by("all but the note and what follows from it is equal")
        .mended_by(&[Mends::Rule("sdist-build", Extent::Instruction)])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !file.content_differs() {
            return None;
        }
        let (old, new) = file.both()?;
        if !elf::is_elf(old) || !elf::is_elf(new) {
            return None;
        }
        let runs = differing(old, new)?;
        let (old, new) = (ids::ids(&elf::sections(old)?), ids::ids(&elf::sections(new)?));
        let is_id = |run| old.iter().any(|id| within(run, id));
        (old == new && !runs.is_empty() && runs.iter().all(is_id))
            .then(|| Explanation::certain("nothing outside its build id and debug link differs"))
    }
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::elf::tests::elf;

    fn explained(old: &[u8], new: &[u8]) -> Vec<String> {
        Pair::default().both("lib/a.so", old, new).explained()
    }

    #[test]
    fn a_build_id_and_a_debug_link_are_told_for_certain() {
        let file = |id: &[u8], crc: &[u8]| {
            let link = [b"a.debug\0", crc].concat();
            elf(&[(".text", b"code"), (".note.gnu.build-id", id), (".gnu_debuglink", &link)])
        };
        let explained = explained(&file(b"0123", b"abcd"), &file(b"4567", b"efgh"));
        assert_eq!(explained, ["lib/a.so: build-id (certain)"]);
    }

    #[test]
    fn other_code_is_not_explained() {
        let file = |code: &[u8], id: &[u8]| elf(&[(".text", code), (".note.gnu.build-id", id)]);
        assert_eq!(explained(&file(b"code", b"0123"), &file(b"edoc", b"4567")), ["lib/a.so: "]);
        assert_eq!(explained(&file(b"code", b"0123"), &file(b"codes", b"4567")), ["lib/a.so: "]);
    }
}
