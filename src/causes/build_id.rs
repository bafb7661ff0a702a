//! `build-id`: a program or library differs in the id that the linker made of its build, and nowhere else.

use crate::causes::Cause;
use crate::causes::Explanation;
use crate::causes::FileCase;
use crate::causes::Reach;
use crate::formats::bytes::{differing, within};
use crate::formats::elf;

/// See docs/causes/build-id.md.
pub(super) struct BuildId;

impl Cause for BuildId {
    fn id(&self) -> &'static str {
        "build-id"
    }

    fn summary(&self) -> &'static str {
        "the linker's build id alone differs"
    }

    fn fix(&self) -> &'static str {
        "compile in a fixed folder with -ffile-prefix-map=$PWD=. or link with -Wl,--build-id=none"
    }

    fn rule(&self) -> Option<&'static str> {
        Some("sdist-build")
    }

    fn doc(&self) -> &'static str {
        include_str!("../../docs/causes/build-id.md")
    }

    fn reach(&self) -> Reach {
        Reach::Format
    }

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !file.content_differs() {
            return None;
        }
        let (old, new) = file.both()?;
        if !elf::is_elf(old) || !elf::is_elf(new) {
            return None;
        }
        let runs = differing(old, new)?;
        let (old, new) = (elf::ids(&elf::sections(old)?), elf::ids(&elf::sections(new)?));
        let is_id = |run| old.iter().any(|id| within(run, id));
        (old == new && !runs.is_empty() && runs.iter().all(is_id))
            .then(|| Explanation::certain("nothing outside its build id and debug link differs"))
    }
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::elf::tests::elf;

    fn told(old: &[u8], new: &[u8]) -> Vec<String> {
        Pair::default().both("lib/a.so", old, new).told()
    }

    #[test]
    fn a_build_id_and_a_debug_link_are_told_for_certain() {
        let file = |id: &[u8], crc: &[u8]| {
            let link = [b"a.debug\0", crc].concat();
            elf(&[(".text", b"code"), (".note.gnu.build-id", id), (".gnu_debuglink", &link)])
        };
        let told = told(&file(b"0123", b"abcd"), &file(b"4567", b"efgh"));
        assert_eq!(told, ["lib/a.so: build-id (certain)"]);
    }

    #[test]
    fn other_code_is_not_explained() {
        let file = |code: &[u8], id: &[u8]| elf(&[(".text", code), (".note.gnu.build-id", id)]);
        assert_eq!(told(&file(b"code", b"0123"), &file(b"edoc", b"4567")), ["lib/a.so: "]);
        assert_eq!(told(&file(b"code", b"0123"), &file(b"codes", b"4567")), ["lib/a.so: "]);
    }
}
