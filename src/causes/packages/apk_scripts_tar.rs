//! `apk-scripts-tar`: apk keeps its packages' scripts in a tar whose entries have the time of the install.

use std::io::Read as _;

use crate::base::digest::Sha256;
use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends};
use crate::causes::engine::shape::{self, Seen};
use crate::formats::tar::TarReader;
use crate::formats::tar::entry::{Entry, Mtime};

/// See docs/causes/apk-scripts-tar.md.
pub(crate) struct ApkScriptsTar;

/// Bytes of the unpacked tar; real ones are some hundred KiB.
const UNPACKED: u64 = 64 << 20;

impl Cause for ApkScriptsTar {
    declare!(
        "apk-scripts-tar",
        "apk's scripts have the time of the install",
        Profile::of(Reach::Path, "set ARG SOURCE_DATE_EPOCH before the RUN of apk add")
            .proved_by("same members, other times")
            .mended_by(&[Mends::Rule("missing-source-date-epoch", Extent::Stage)])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !(file.ends_with("lib/apk/db/scripts.tar") || file.ends_with("lib/apk/db/scripts.tar.gz")) {
            return None;
        }
        match shape::seen(file)? {
            Seen::Both(old, new) => {
                let (old, new) = (members(old)?, members(new)?);
                (old == new)
                    .then(|| Explanation::certain(format!("the same {} scripts of another time", old.len())))
            }
            Seen::New(bytes) => members(bytes).map(|_| Explanation::likely("the scripts of apk's packages")),
            Seen::Alone(_) | Seen::Unread => None,
        }
    }
}

/// The entries of the tar without their times, in its order.
fn members(bytes: &[u8]) -> Option<Vec<Entry>> {
    let unpacked = if bytes.starts_with(&[0x1f, 0x8b]) { unpack(bytes)? } else { Vec::new() };
    let plain = if unpacked.is_empty() { bytes } else { &unpacked };
    let mut tar = TarReader::new(plain);
    let mut members = Vec::new();
    while let Some(entry) = tar.next_entry().ok()? {
        let mut content = Vec::new();
        if tar.holes() > 0 {
            return None;
        }
        tar.read_content(&mut |piece| {
            content.extend_from_slice(piece);
            Ok(())
        })
        .ok()?;
        members.push(Entry { mtime: Mtime::default(), content: Some(Sha256::of(&content)), ..entry });
    }
    // Behind the end stands padding, or something that no one reads.
    let end = usize::try_from(tar.offset()).ok()?;
    let is_padded = plain.get(end..)?.iter().all(|byte| *byte == 0);
    (!members.is_empty() && is_padded).then_some(members)
}

fn unpack(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut unpacked = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).take(UNPACKED + 1).read_to_end(&mut unpacked).ok()?;
    (unpacked.len() as u64 <= UNPACKED).then_some(unpacked)
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::testing::{Header, USTAR, field};

    const PATH: &str = "lib/apk/db/scripts.tar";

    fn tar(scripts: &[(&str, u64)]) -> Vec<u8> {
        let mut tar = Vec::new();
        for (script, time) in scripts {
            let header = Header::new(USTAR, b'0', b"busybox-1.post-install")
                .octal(field::SIZE, script.len() as u64)
                .octal(field::MTIME, *time);
            tar.extend(header.block());
            tar.extend(script.as_bytes());
            tar.resize(tar.len().next_multiple_of(512), 0);
        }
        tar.extend([0; 1024]);
        tar
    }

    #[test]
    fn the_same_scripts_of_another_time_are_told_for_certain() {
        let pair = Pair::default().both(PATH, &tar(&[("#!x", 5)]), &tar(&[("#!x", 9)]));
        assert_eq!(pair.explained(), [format!("{PATH}: apk-scripts-tar (certain), archive-times (certain)")]);
        assert_eq!(pair.explained_against_lock(), [format!("{PATH}: apk-scripts-tar (likely)")]);
    }

    #[test]
    fn another_script_and_a_broken_tar_are_not_explained() {
        let old = tar(&[("#!x", 5)]);
        assert_eq!(Pair::default().both(PATH, &old, &tar(&[("#!y", 9)])).explained(), [format!("{PATH}: ")]);
        assert_eq!(Pair::default().both(PATH, &old, &old[..100]).explained(), [format!("{PATH}: ")]);
    }
}
