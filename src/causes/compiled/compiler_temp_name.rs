//! `compiler-temp-name`: compiled code holds the name of a folder it was built in, or of a compiler's temporary file.

use std::ops::Range;

use crate::base::path::printable_start;
use crate::causes::compiled::ids;
use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends};
use crate::formats::archives::ar;
use crate::formats::bytes::{differing, find, within};
use crate::formats::elf::{self, Section};

/// See docs/causes/compiler-temp-name.md.
pub(crate) struct CompilerTempName;

/// What a name of a build's folder or temporary file holds: temporary folders, nvcc's files, and the symbols that nvcc and
/// gcc make of such names.
const MARKS: [&[u8]; 8] = [
    b"/tmp/",
    b"/build/",
    b"/pip-",
    b"tmpxft_",
    b"_GLOBAL__N_",
    b"_GLOBAL__sub_I",
    b"__nv_",
    b"__fatbinwrap",
];

/// What stands before the drawn part of a temporary folder's or file's name, or of a symbol that is made of such.
const DRAWN: [&[u8]; 8] =
    [b"tmp", b"pip-", b"cc", b"build-via-", b"_GLOBAL__N_", b"_GLOBAL__sub_I", b"__nv_", b"__fatbinwrap"];

/// How many letters are drawn behind some of these: Python's and gcc's.
const LENGTHS: [(&[u8], usize); 2] = [(b"tmp", 8), (b"cc", 6)];

/// Letters of a drawn word.
const LEAST: usize = 4;

/// How names of source and object files end.
const SOURCES: [&[u8]; 12] =
    [b".c", b".cc", b".cpp", b".cxx", b".cu", b".h", b".hpp", b".rs", b".go", b".f90", b".pyx", b".o"];

/// Sections that hold what a debugger reads, and no code.
const DEBUG: [&[u8]; 9] = [
    b".debug_",
    b".rela.debug_",
    b".rel.debug_",
    b".zdebug_",
    b".symtab",
    b".strtab",
    b".shstrtab",
    b".comment",
    b".gnu_debugdata",
];

/// Bytes of a name that are shown.
const SHOWN: usize = 60;

/// The longest name that is looked at.
const NAME: usize = 4096;

impl Cause for CompilerTempName {
    declare!(
        "compiler-temp-name",
        "compiled code holds its build's paths",
        Profile::of(
            Reach::Format,
            "build in a fixed folder, with CFLAGS=-ffile-prefix-map=$PWD=. and nvcc --objdir-as-tempdir"
        )
        .proved_by("only build paths and temporary names differ")
        .mended_by(&[Mends::Rule("sdist-build", Extent::Instruction)])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !file.content_differs() {
            return None;
        }
        match (file.both(), file.new_bytes()) {
            (Some((old, new)), _) => names_alone(old, new).or_else(|| debug_alone(old, new)),
            (None, Some(new)) => holds_a_name(file, new),
            (None, None) => None,
        }
    }
}

fn is_compiled(bytes: &[u8]) -> bool {
    elf::is_elf(bytes) || bytes.starts_with(ar::MAGIC)
}

/// Names of equal length, at equal places, and what follows from them: ids, dates of an archive's members, and what a
/// debugger reads, where linkers sort by such names.
fn names_alone(old: &[u8], new: &[u8]) -> Option<Explanation> {
    if !is_compiled(old) || !is_compiled(new) {
        return None;
    }
    let (runs, places) = (differing(old, new)?, follows(old));
    if places != follows(new) {
        return None;
    }
    let (follows, debug) = places;
    let is_in = |run: &Range<usize>, ranges: &[Range<usize>]| ranges.iter().any(|range| within(run, range));
    let mut names: Vec<Range<usize>> = Vec::new();
    let mut has_other_debug = false;
    for run in &runs {
        if is_in(run, &follows) || names.last().is_some_and(|name| within(run, name)) {
            continue;
        }
        match name_around(old, new, run) {
            Some(name) => names.push(name),
            None if is_in(run, &debug) => has_other_debug = true,
            None => return None,
        }
    }
    let name = names.first()?;
    let shown = |bytes: &[u8]| printable_start(bytes.get(name.clone()).unwrap_or_default(), SHOWN);
    let differ = if names.len() == 1 { "name of its build differs" } else { "names of its build differ" };
    let are_drawn = names.iter().all(|name| {
        let [old, new] = [old, new].map(|bytes| bytes.get(name.clone()).unwrap_or_default());
        is_drawn_anew(old, new)
    });
    let (new, old) = (shown(new), shown(old));
    Some(match (has_other_debug, are_drawn) {
        (true, _) => {
            Explanation::likely(format!("beside debug information {} {differ}: {new} was {old}", names.len()))
        }
        (false, true) => {
            Explanation::certain(format!("{} {differ}, nothing else: {new} was {old}", names.len()))
        }
        // A program may open what such a name names.
        (false, false) => Explanation::likely(format!(
            "{} {differ}, nothing else, and not in a temporary part alone: {new} was {old}",
            names.len()
        )),
    })
}

/// Where ids and dates of members stand, and where what a debugger reads.
fn follows(bytes: &[u8]) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let debug = |bytes: &[u8], start: usize| -> Vec<Range<usize>> {
        let sections = elf::sections(bytes).unwrap_or_default();
        let debug = sections.iter().filter(|section| is_debug(section));
        debug.map(|section| section.range.start + start..section.range.end + start).collect()
    };
    if let Some(sections) = elf::sections(bytes) {
        return (ids::ids(&sections), debug(bytes, 0));
    }
    let members = ar::contents(bytes).unwrap_or_default();
    let of = |member: &Range<usize>| debug(bytes.get(member.clone()).unwrap_or_default(), member.start);
    (ar::dates(bytes).unwrap_or_default(), members.iter().flat_map(of).collect())
}

/// The word around a run, where on both sides it is one, of the same bounds, that names a build's folder or file.
fn name_around(old: &[u8], new: &[u8], run: &Range<usize>) -> Option<Range<usize>> {
    let word = text_around(new, run)?;
    let is_name = |bytes: &[u8]| {
        let text = bytes.get(word.clone()).unwrap_or_default();
        let is_source = text.starts_with(b"/") && SOURCES.iter().any(|end| text.ends_with(end));
        is_source || MARKS.iter().any(|mark| find(text, mark).is_some())
    };
    (text_around(old, run)? == word && is_name(old) && is_name(new)).then_some(word)
}

/// Whether two names are alike but for parts that begin alike as temporary names do.
fn is_drawn_anew(old: &[u8], new: &[u8]) -> bool {
    let is_temporary = |old: &[u8], new: &[u8]| {
        DRAWN.iter().any(|start| {
            let (Some(at), Some(to)) = (find(old, start), find(new, start)) else { return false };
            let [behind, other] = [old, new].map(|part| part.get(at + start.len()..).unwrap_or_default());
            at == to && old.get(..at) == new.get(..at) && are_drawn(start, behind, other)
        })
    };
    let [olds, news] = [old, new].map(|name| name.split(|byte| *byte == b'/'));
    olds.clone().count() == news.clone().count()
        && olds.zip(news).all(|(old, new)| old == new || is_temporary(old, new))
}

/// Whether what stands behind such a beginning was drawn on both sides, and the rest is the same: as long a name as the function
/// draws that begins so, or words of which each is the same or drawn.
fn are_drawn(start: &[u8], old: &[u8], new: &[u8]) -> bool {
    let of = |length: usize| {
        let is_name = |part: &[u8]| part.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let whole = [old, new].map(|part| part.split_at_checked(length));
        let [Some((a, rest)), Some((b, other))] = whole else { return false };
        is_name(a)
            && is_name(b)
            && rest == other
            && rest.first().is_none_or(|byte| !byte.is_ascii_alphanumeric())
    };
    let length = LENGTHS.iter().find(|(known, _)| *known == start).map(|(_, length)| *length);
    let is_between = |byte: &u8| !byte.is_ascii_alphanumeric();
    let [between, others] = [old, new].map(|part| part.iter().filter(|byte| is_between(byte)));
    let [olds, news] = [old, new].map(|part| part.split(is_between));
    let all = || olds.zip(news).all(|(old, new)| old == new || is_drawn(old) && is_drawn(new));
    // As many bytes between them are as many words.
    length.is_some_and(of) || between.eq(others) && all()
}

/// Whether a word is none that somebody wrote: digits, or letters with a digit among them.
fn is_drawn(word: &[u8]) -> bool {
    word.len() >= LEAST && word.iter().any(u8::is_ascii_digit)
}

fn text_around(bytes: &[u8], run: &Range<usize>) -> Option<Range<usize>> {
    let is_text = |byte: &&u8| byte.is_ascii_graphic();
    let inside = bytes.get(run.clone())?;
    let before = bytes.get(run.start.saturating_sub(NAME)..run.start)?;
    let behind = bytes.get(run.end..bytes.len().min(run.end + NAME))?;
    let start = run.start - before.iter().rev().take_while(is_text).count();
    let end = run.end + behind.iter().take_while(is_text).count();
    inside.iter().all(|byte| is_text(&byte)).then_some(start..end)
}

/// Everything that is loaded is equal; what only a debugger reads is not.
fn debug_alone(old: &[u8], new: &[u8]) -> Option<Explanation> {
    let (old_sections, new_sections) = (elf::sections(old)?, elf::sections(new)?);
    let parts = |is_wanted: &dyn Fn(&Section<'_>) -> bool| -> Option<[Vec<Part>; 2]> {
        let of = |sections: &[Section<'_>], bytes: &[u8]| -> Option<Vec<Part>> {
            let wanted = sections.iter().filter(|section| is_wanted(section));
            wanted
                .map(|section| {
                    Some((section.name.to_vec(), section.address, bytes.get(section.range.clone())?.to_vec()))
                })
                .collect()
        };
        Some([of(&old_sections, old)?, of(&new_sections, new)?])
    };
    let [old_debug, new_debug] = parts(&is_debug)?;
    let [old_rest, new_rest] = parts(&|section| !is_debug(section) && !is_id(section))?;
    let has_code = new_sections.iter().any(|section| section.is_loaded && !section.range.is_empty());
    (has_code && old_rest == new_rest && old_debug != new_debug)
        .then(|| Explanation::likely("all that is loaded is equal; symbols or debug information differ"))
}

/// A section's name, address and bytes.
type Part = (Vec<u8>, u64, Vec<u8>);

fn is_debug(section: &Section<'_>) -> bool {
    !section.is_loaded && DEBUG.iter().any(|name| section.name.starts_with(name))
}

fn is_id(section: &Section<'_>) -> bool {
    section.name == b".note.gnu.build-id" || section.name == b".gnu_debuglink"
}

/// Against a lock: a temporary name in code of an equal size.
fn holds_a_name(file: &FileCase<'_>, new: &[u8]) -> Option<Explanation> {
    if !is_compiled(new) || file.old?.entry.size != file.new?.entry.size {
        return None;
    }
    let at = find(new, b"tmpxft_").or_else(|| find(new, b"/tmp/"))?;
    let name = text_around(new, &(at..at + 1))?;
    let name = printable_start(new.get(name)?, SHOWN);
    Some(Explanation::likely(format!("of equal size, and holds a temporary name: {name}")))
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::archives::ar::tests::archive;
    use crate::formats::elf::tests::elf;

    fn file(name: &str, id: &[u8]) -> Vec<u8> {
        elf(&[(".text", b"code"), (".rodata", format!("\0{name}\0").as_bytes()), (".note.gnu.build-id", id)])
    }

    fn explained(old: &[u8], new: &[u8]) -> Vec<String> {
        Pair::default().both("lib/a.so", old, new).explained()
    }

    #[test]
    fn names_of_equal_length_are_told_for_certain() {
        let explained = explained(&file("/tmp/tmpab12/x.c", b"0123"), &file("/tmp/tmpzz99/x.c", b"4567"));
        assert_eq!(explained, ["lib/a.so: compiler-temp-name (certain)"]);
    }

    #[test]
    fn a_path_that_differs_elsewhere_than_in_its_temporary_part_is_likely() {
        let explained = explained(&file("/tmp/tmpab12/x.so", b"0123"), &file("/tmp/tmpab12/y.so", b"4567"));
        assert_eq!(explained, ["lib/a.so: compiler-temp-name (likely)"]);
    }

    #[test]
    fn names_in_an_archives_members_are_told_for_certain() {
        let old = archive(&[("a.o/", 1, b"\0tmpxft_0001\0")]);
        let new = archive(&[("a.o/", 2, b"\0tmpxft_0002\0")]);
        assert_eq!(explained(&old, &new), ["lib/a.so: compiler-temp-name (certain)"]);
    }

    #[test]
    fn other_text_and_other_code_are_not_explained() {
        assert_eq!(explained(&file("hello", b"0123"), &file("world", b"0123")), ["lib/a.so: "]);
        let other = |code: &[u8], name: &[u8]| elf(&[(".text", code), (".rodata", name)]);
        let explained = explained(&other(b"\0\x01", b"/tmp/a"), &other(b"\0\x02", b"/tmp/b"));
        assert_eq!(explained, ["lib/a.so: "]);
    }

    #[test]
    fn debug_information_of_another_length_is_likely() {
        let file = |debug: &[u8]| elf(&[(".text", b"code"), (".debug_str", debug)]);
        assert_eq!(explained(&file(b"/a/b"), &file(b"/a/bcd")), ["lib/a.so: compiler-temp-name (likely)"]);
    }

    #[test]
    fn against_a_lock_a_temporary_name_is_likely() {
        let pair = Pair::default().both(
            "lib/a.so",
            &file("/tmp/tmpab12/x.c", b"0123"),
            &file("/tmp/tmpzz99/x.c", b"0123"),
        );
        assert_eq!(pair.explained_against_lock(), ["lib/a.so: compiler-temp-name (likely)"]);
    }

    #[test]
    fn words_behind_the_beginning_of_a_temporary_name_are_not_drawn() {
        let explained = |old: &str, new: &str| explained(&file(old, b"0123"), &file(new, b"4567")).remove(0);
        for (old, new) in [
            ("/tmp/tmp_good/plugin.o", "/tmp/tmp_evil/plugin.o"),
            ("/tmp/tmpab12/good.o", "/tmp/tmpzz99/evil.o"),
            ("/tmp/tmpab12cd34/x.good.o", "/tmp/tmpzz99yy88/x.evil.o"),
            ("_GLOBAL__N_good_12", "_GLOBAL__N_evil_12"),
        ] {
            assert_eq!(explained(old, new), "lib/a.so: compiler-temp-name (likely)", "{old}");
        }
        for (old, new) in [
            ("/tmp/tmpabcdefgh/x.o", "/tmp/tmpq_e_tyui/x.o"),
            ("/tmp/ccAbCdEf.o", "/tmp/ccZyXwVu.o"),
            ("_GLOBAL__N__00000af2_12_k_cu", "_GLOBAL__N__00001b07_12_k_cu"),
            ("tmpxft_00000af2_00000000-6_k", "tmpxft_00001b07_00000000-6_k"),
        ] {
            assert_eq!(explained(old, new), "lib/a.so: compiler-temp-name (certain)", "{old}");
        }
    }
}
