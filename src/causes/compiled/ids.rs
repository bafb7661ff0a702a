//! Ids that a linker makes of a build, in ELF files: they follow from everything else in the file.

use std::ops::Range;

use crate::formats::elf::{Section, sections};

/// Where a file holds ids that a linker made from its contents: build ids, and the checksum of its debug file.
pub(crate) fn ids(sections: &[Section<'_>]) -> Vec<Range<usize>> {
    let id = |section: &Section<'_>| match section.name {
        b".note.gnu.build-id" | b".note.go.buildid" => Some(section.range.clone()),
        // The debug file's name, then the CRC of its bytes.
        b".gnu_debuglink" => {
            Some(section.range.end.checked_sub(4)?.max(section.range.start)..section.range.end)
        }
        _ => None,
    };
    sections.iter().filter_map(id).collect()
}

/// The file with zeros in the place of these ids.
pub(crate) fn without_ids(bytes: &[u8]) -> Option<Vec<u8>> {
    let ids = ids(&sections(bytes)?);
    let mut rest = bytes.to_vec();
    for id in ids {
        rest.get_mut(id)?.fill(0);
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::elf::tests::elf;

    #[test]
    fn ids_are_where_their_sections_say() {
        let file = elf(&[(".text", b"code"), (".note.gnu.build-id", b"0123")]);
        assert_eq!(ids(&sections(&file).unwrap()), vec![Range { start: 68, end: 72 }]);
        let blank = without_ids(&file).unwrap();
        assert_eq!((&blank[68..72], &blank[..68]), (&[0; 4][..], &file[..68]));
    }
}
