//! What cargo-auditable writes of a build into an executable: the section `.dep-v0`, JSON packed with zlib.

use std::io::Read as _;

use serde::Deserialize;

use crate::base::path::printable;
use crate::formats::elf;

/// Bytes of the JSON; that of the largest programs has some 200,000.
const JSON: u64 = 8 << 20;

/// A crate that was built in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RustCrate {
    pub(crate) name: String,
    pub(crate) version: String,
    /// Where it is from, as cargo calls it: the default registry by its host's name, `git`, `local`.
    pub(crate) source: String,
    /// Whether it ran while others were built, and is no part of the program.
    pub(crate) is_for_build: bool,
    /// Whether it is the program's own.
    pub(crate) is_root: bool,
}

/// Why what is written cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AuditFault {
    /// The table of the file's sections is damaged, so that none can be found.
    Sections,
    /// It does not unpack.
    Packing,
    /// It unpacks to more than is read.
    Size,
    /// It is not the JSON that it should be.
    Shape,
}

#[derive(Deserialize)]
struct Audit {
    packages: Vec<AuditedPackage>,
}

#[derive(Deserialize)]
struct AuditedPackage {
    name: String,
    version: String,
    source: String,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    root: bool,
}

/// The crates that are written in an ELF file; `None` where nothing is.
pub(crate) fn read(bytes: &[u8]) -> Option<Result<Vec<RustCrate>, AuditFault>> {
    let Some(sections) = elf::sections(bytes) else {
        return elf::has_table(bytes).then_some(Err(AuditFault::Sections));
    };
    let section = sections.into_iter().find(|section| section.name == b".dep-v0")?;
    Some(bytes.get(section.range).map_or(Err(AuditFault::Sections), crates))
}

fn crates(packed: &[u8]) -> Result<Vec<RustCrate>, AuditFault> {
    let mut json = Vec::new();
    let read = flate2::read::ZlibDecoder::new(packed).take(JSON + 1).read_to_end(&mut json);
    read.map_err(|_| AuditFault::Packing)?;
    if json.len() as u64 > JSON {
        return Err(AuditFault::Size);
    }
    let audit: Audit = serde_json::from_slice(&json).map_err(|_| AuditFault::Shape)?;
    let text = |text: String| printable(text.as_bytes());
    let package = |package: AuditedPackage| RustCrate {
        name: text(package.name),
        version: text(package.version),
        source: text(package.source),
        is_for_build: package.kind.as_deref() == Some("build"),
        is_root: package.root,
    };
    Ok(audit.packages.into_iter().map(package).collect())
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::formats::elf::tests::elf;

    /// A file with these bytes, packed.
    pub(crate) fn audited(json: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(json).unwrap();
        elf(&[(".text", b"code"), (".dep-v0", &encoder.finish().unwrap())])
    }

    const CRATES: &[u8] =
        br#"{"packages":[{"name":"a","version":"1.0.0","source":"local","root":true,"dependencies":[1]},
        {"name":"b","version":"2.0.0","source":"git","kind":"build"}],"format":1}"#;

    #[test]
    fn crates_are_read_and_those_of_the_build_told_apart() {
        let crates = read(&audited(CRATES)).unwrap().unwrap();
        let told: Vec<(&str, bool, bool)> =
            crates.iter().map(|one| (one.name.as_str(), one.is_root, one.is_for_build)).collect();
        assert_eq!(told, [("a", true, false), ("b", false, true)]);
        assert_eq!(read(&elf(&[(".text", b"code")])), None);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        assert_eq!(read(&elf(&[(".dep-v0", b"garbage")])), Some(Err(AuditFault::Packing)));
        assert_eq!(read(&audited(b"{}")), Some(Err(AuditFault::Shape)));
        assert_eq!(read(&audited(&vec![b' '; 9 << 20])), Some(Err(AuditFault::Size)));
        let whole = audited(CRATES);
        assert_eq!(read(&whole[..whole.len() - 70]), Some(Err(AuditFault::Sections)), "the table is cut off");
        let mut without = whole[..whole.len() - 70].to_vec();
        without[0x28..0x30].fill(0);
        without[0x3a..0x40].fill(0);
        assert_eq!(read(&without), None, "no table was ever there");
    }

    #[test]
    fn cuts_and_flipped_bits_are_survived() {
        let file = audited(CRATES);
        for at in 0..file.len() {
            let _ = read(&file[..at]);
            for bit in 0..8 {
                let mut broken = file.clone();
                broken[at] ^= 1 << bit;
                let _ = read(&broken);
            }
        }
    }
}
