//! What Go writes of a build into an executable (debug/buildinfo, runtime/debug.BuildInfo).
//!
//! A header of 32 bytes, `\xff Go buildinf:`, the size of a pointer, flags; since Go 1.18 two strings behind it, each after its
//! length; before, two pointers to strings' headers. The first string is Go's version, the second a text of lines, between marks
//! of 16 bytes: `path`, `mod`, `dep`, `=>` for what the module before is replaced by, `build` for a setting.

use crate::base::path::printable;
use crate::formats::bytes::find;
use crate::formats::elf::{self, Section};

const MAGIC: &[u8] = b"\xff Go buildinf:";

/// Bytes of the header.
const HEADER: usize = 32;

/// The header begins at a multiple of these.
const ALIGN: usize = 16;

/// Bytes of the marks around the text.
const MARK: usize = 16;

/// Bytes of the text; that of the largest programs has some 100,000.
const TEXT: usize = 4 << 20;

/// Places that look like a header and are none, as far as they are looked at.
const FALSE_STARTS: usize = 64;

/// What was written of a build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct GoBuild {
    /// Go's version: `go1.22.1`.
    pub(crate) version: String,
    /// The package of the program; empty where nothing tells.
    pub(crate) path: String,
    /// The module that it is in.
    pub(crate) main: Option<GoModule>,
    /// The modules that were built in, in the order of their paths.
    pub(crate) modules: Vec<GoModule>,
    /// Settings of the build, in Go's order: `GOARCH`, `vcs.revision`.
    pub(crate) settings: Vec<(String, String)>,
}

/// A module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct GoModule {
    pub(crate) path: String,
    /// `v1.2.3`; `(devel)` for one that was built where it was written.
    pub(crate) version: String,
    /// `h1:…`; empty where there is none.
    pub(crate) sum: String,
    /// What was built in its place.
    pub(crate) replace: Option<Box<GoModule>>,
}

/// What is written in an ELF file; `None` where nothing is.
pub(crate) fn read(bytes: &[u8]) -> Option<GoBuild> {
    let sections = elf::sections(bytes).unwrap_or_default();
    let own = sections.iter().find(|section| section.name == b".go.buildinfo");
    let starts = own.map(|section| section.range.start).into_iter().chain(starts(bytes));
    let mut strings = starts.filter_map(|start| strings(bytes.get(start..)?, bytes, &sections));
    let (version, text) = strings.next()?;
    let mut build = GoBuild { version: printable(version), ..GoBuild::default() };
    unmarked(text).split(|byte| *byte == b'\n').for_each(|line| build.line(line));
    Some(build)
}

/// Where a header may begin.
fn starts(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let mut from = 0;
    let next = move || {
        let start = from + find(bytes.get(from..)?, MAGIC)?;
        from = start + MAGIC.len();
        Some(start)
    };
    std::iter::from_fn(next).filter(|start| start.is_multiple_of(ALIGN)).take(FALSE_STARTS)
}

/// Go's version and the text, of a header.
fn strings<'a>(header: &'a [u8], bytes: &'a [u8], sections: &[Section<'_>]) -> Option<(&'a [u8], &'a [u8])> {
    let rest = header.strip_prefix(MAGIC)?;
    let (size, flags) = (*rest.first()?, *rest.get(1)?);
    // The mark alone stands in whatever looks for it.
    if !matches!(size, 4 | 8) || flags & !3 != 0 {
        return None;
    }
    let strings = if flags & 2 != 0 {
        let (version, rest) = inline(header.get(HEADER..)?)?;
        (version, inline(rest).map_or(&b""[..], |(text, _)| text))
    } else {
        let words = Words { size: usize::from(size), is_big: flags & 1 != 0 };
        let string = |at: usize| {
            let head = loaded(words.read(header.get(at..)?)?, bytes, sections)?;
            let length = usize::try_from(words.read(head.get(words.size..)?)?).ok()?;
            loaded(words.read(head)?, bytes, sections)?.get(..length).filter(|text| text.len() <= TEXT)
        };
        (string(16)?, string(16 + words.size).unwrap_or_default())
    };
    Some(strings).filter(|(version, _)| is_version(version))
}

/// Go's versions are words: "go1.22", "devel go1.23-abc", "devel +abc Mon Jan 2".
fn is_version(text: &[u8]) -> bool {
    let begins = text.starts_with(b"go") || text.starts_with(b"devel ");
    begins && text.len() < 256 && text.iter().all(|byte| matches!(byte, b' '..=b'~'))
}

/// A string after its length, which is in sevens of bits, and what stands behind it.
fn inline(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0_usize;
    for (at, byte) in bytes.iter().enumerate().take(4) {
        length |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return bytes.get(at + 1..)?.split_at_checked(length).filter(|_| length <= TEXT);
        }
    }
    None
}

/// How numbers stand in memory.
#[derive(Clone, Copy)]
struct Words {
    size: usize,
    is_big: bool,
}

impl Words {
    fn read(self, bytes: &[u8]) -> Option<u64> {
        let bytes = bytes.get(..self.size).filter(|_| matches!(self.size, 4 | 8))?;
        let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if self.is_big { bytes.iter().fold(0, add) } else { bytes.iter().rev().fold(0, add) })
    }
}

/// The bytes from an address on.
fn loaded<'a>(address: u64, bytes: &'a [u8], sections: &[Section<'_>]) -> Option<&'a [u8]> {
    sections.iter().filter(|section| section.is_loaded).find_map(|section| {
        let at = usize::try_from(address.checked_sub(section.address)?).ok()?;
        bytes.get(section.range.clone())?.get(at..).filter(|rest| !rest.is_empty())
    })
}

/// The text without the marks around it; without them there is none.
fn unmarked(text: &[u8]) -> &[u8] {
    let end = text.len().checked_sub(MARK);
    let inside = end.and_then(|end| text.get(MARK..end)).unwrap_or_default();
    if inside.ends_with(b"\n") { inside } else { &[] }
}

impl GoBuild {
    fn line(&mut self, line: &[u8]) {
        let mut fields = line.split(|byte| *byte == b'\t').map(|field| field.trim_ascii_end());
        match fields.next().unwrap_or_default() {
            b"path" => self.path = printable(fields.next().unwrap_or_default()),
            b"mod" => self.main = Some(GoModule::of(fields)),
            b"dep" => self.modules.push(GoModule::of(fields)),
            b"=>" => {
                let replaced = self.modules.last_mut().or(self.main.as_mut());
                if let Some(replaced) = replaced {
                    replaced.replace = Some(Box::new(GoModule::of(fields)));
                }
            }
            b"build" => self.settings.extend(setting(fields.next().unwrap_or_default())),
            _ => {}
        }
    }
}

/// A setting's name and value, each in quotes where it holds what stands between others.
fn setting(field: &[u8]) -> Option<(String, String)> {
    let end = match field.strip_prefix(b"\"") {
        Some(rest) => memchr::memchr(b'"', rest)? + 2,
        None => memchr::memchr(b'=', field)?,
    };
    let (key, value) = field.split_at_checked(end)?;
    Some((unquoted(key), unquoted(value.strip_prefix(b"=")?)))
}

/// Go's quotes are JSON's but for bytes that are no text; with such ones it stays as it is written.
fn unquoted(text: &[u8]) -> String {
    let quoted = text.starts_with(b"\"").then(|| serde_json::from_slice::<String>(text).ok()).flatten();
    quoted.map_or_else(|| printable(text), |text| printable(text.as_bytes()))
}

impl GoModule {
    fn of<'f>(mut fields: impl Iterator<Item = &'f [u8]>) -> Self {
        let mut next = || printable(fields.next().unwrap_or_default());
        Self { path: next(), version: next(), sum: next(), replace: None }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::formats::elf::tests::elf;

    /// A header with its two strings behind it.
    pub(crate) fn section(version: &str, lines: &str) -> Vec<u8> {
        let text = [&[1; MARK][..], lines.as_bytes(), &[2; MARK]].concat();
        let length = |count: usize| [(count & 0x7f) as u8 | 0x80, (count >> 7) as u8];
        let head = [MAGIC, &[8, 2], &[0; 16]].concat();
        [head, length(version.len()).into(), version.into(), length(text.len()).into(), text].concat()
    }

    const LINES: &str = "path\tex.org/a\nmod\tex.org/a\t(devel)\t\ndep\tex.org/b\tv1\th1:x\n=>\t./b\t(devel)\t\n\
        dep\tex.org/c\tv2\th1:y\nbuild\tGOOS=linux\nbuild\tvcs.revision=abc\nbuild\t-ldflags=\"-X a=b c\"\n";

    #[test]
    fn modules_what_replaces_them_and_settings_are_read() {
        let build = read(&elf(&[(".go.buildinfo", &section("go1.22", LINES))])).unwrap();
        assert_eq!((build.version.as_str(), build.path.as_str()), ("go1.22", "ex.org/a"));
        assert_eq!(build.main.unwrap().version, "(devel)");
        assert_eq!(build.modules.len(), 2);
        assert_eq!(build.modules[0].replace.as_ref().unwrap().path, "./b");
        assert_eq!((build.modules[1].sum.as_str(), build.modules[1].replace.is_none()), ("h1:y", true));
        assert_eq!(
            build.settings,
            [("GOOS", "linux"), ("vcs.revision", "abc"), ("-ldflags", "-X a=b c")]
                .map(|(a, b)| (a.into(), b.into()))
        );
    }

    #[test]
    fn without_sections_it_is_found_where_it_is_aligned() {
        let mut bytes = b"\x7fELF".to_vec();
        bytes.resize(33, 0);
        bytes.extend(section("go9.9", ""));
        assert_eq!(read(&bytes), None, "it is not aligned");
        bytes.resize(bytes.len().next_multiple_of(ALIGN), 0);
        bytes.extend(section("go1.20", ""));
        assert_eq!(read(&bytes).unwrap().version, "go1.20");
    }

    #[test]
    fn strings_behind_pointers_are_read_as_older_versions_write_them() {
        for (size, is_big) in [(8, false), (4, false), (8, true)] {
            let number = |value: u64| match (size, is_big) {
                (8, false) => value.to_le_bytes().to_vec(),
                (8, true) => value.to_be_bytes().to_vec(),
                _ => (value as u32).to_le_bytes().to_vec(),
            };
            let text = [&[1; MARK][..], b"path\tp\n", &[2; MARK]].concat();
            // Code is loaded from 0 in these files: a string's header, a header, then both strings.
            let (version_at, text_at) = (4 * size as u64, 4 * size as u64 + 6);
            let heads = [number(version_at), number(6), number(text_at), number(text.len() as u64)].concat();
            let code = [heads, b"go1.17".to_vec(), text].concat();
            let flags = u8::from(is_big);
            let header =
                [MAGIC, &[size as u8, flags], &number(0), &number(2 * size as u64), &[0; 16]].concat();
            let build = read(&elf(&[(".text", &code), (".go.buildinfo", &header)])).unwrap();
            assert_eq!((build.version.as_str(), build.path.as_str()), ("go1.17", "p"), "{size} {is_big}");
        }
    }

    #[test]
    fn a_program_that_looks_for_the_mark_is_none_of_gos() {
        let text = b"and the words that a linker put behind it, since they are in one string of many that programs have";
        let behind = |flags: u8| [MAGIC, &[b'a', flags], &text[..], &[b'a'; 400]].concat();
        for flags in 0..=255 {
            assert_eq!(read(&elf(&[(".rodata", &behind(flags))])), None, "{flags}");
        }
        let mut almost = section("gopher", "path\tx\n");
        almost[14] = 9;
        assert_eq!(read(&elf(&[(".rodata", &almost)])), None);
        assert_eq!(read(&elf(&[(".go.buildinfo", &section("1.22", ""))])), None);
        assert!(read(&elf(&[(".go.buildinfo", &section("devel +a1b2 Mon Jan 2", ""))])).is_some());
    }

    #[test]
    fn cuts_and_flipped_bits_are_survived() {
        let file = elf(&[(".go.buildinfo", &section("go1.22", LINES))]);
        for at in 0..file.len() {
            let _ = read(&file[..at]);
            for bit in 0..8 {
                let mut broken = file.clone();
                broken[at] ^= 1 << bit;
                let _ = read(&broken);
            }
        }
        let many = [b"\x7fELF            ".to_vec(), [MAGIC, b"\0\0"].concat().repeat(100_000)].concat();
        assert_eq!(read(&many), None);
    }
}
