//! `archive-times`: an archive inside the layer holds the same members, with other times or in another order.

use crate::causes::clocks::archives::{self, MemberCounts, Unlike};
use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends};

/// See docs/causes/archive-times.md.
pub(crate) struct ArchiveTimes;

impl Cause for ArchiveTimes {
    declare!(
        "archive-times",
        "archives hold the times of their members",
        Profile::of(
            Reach::Format,
            "export SOURCE_DATE_EPOCH; tar --sort=name --mtime=@0, gzip -n, zip -X after touch -d @0, ar D"
        )
        .proved_by("members equal; times or order differ")
        .mended_by(&[Mends::Rule("missing-source-date-epoch", Extent::Stage)])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if !file.content_differs() {
            return None;
        }
        match (file.both(), file.new_bytes()) {
            (Some((old, new)), _) => Some(explained(archives::compare(old, new)?)),
            (None, Some(new)) => gzip_time(file, new),
            (None, None) => None,
        }
    }
}

fn explained(unlike: Unlike) -> Explanation {
    match unlike {
        Unlike::Gzip => {
            Explanation::certain("unpacked they are equal; the gzip header, level or library differs")
        }
        Unlike::Members(counts) => members(&counts, ""),
        Unlike::GzipAnd(counts) => members(&counts, " inside gzip"),
    }
}

fn members(counts: &MemberCounts, inside: &str) -> Explanation {
    let count = counts.members;
    let mut what = Vec::new();
    let mut tell = |members: usize, text: &str| {
        if members > 0 {
            what.push(format!("{members} have {text}"));
        }
    };
    tell(counts.times, "other times");
    tell(counts.attributes, "other modes or owners");
    tell(counts.packing, "other packing");
    if counts.is_reordered {
        what.push("their order differs".to_owned());
    }
    let noun = if count == 1 { "member is" } else { "members are" };
    let what = if what.is_empty() { "headers differ".to_owned() } else { what.join(", ") };
    let evidence = format!("{count} {noun} equal{inside}; {what}");
    if counts.has_gaps || counts.attributes > 0 {
        Explanation::likely(evidence)
    } else {
        Explanation::certain(evidence)
    }
}

/// Puts the locked file's own time, and none, into the gzip header (RFC 1952, section 2.3).
fn gzip_time(file: &FileCase<'_>, new: &[u8]) -> Option<Explanation> {
    if !new.starts_with(b"\x1f\x8b\x08") {
        return None;
    }
    let own = file.old?.entry.mtime.seconds;
    let near = (-2..=2).filter_map(|seconds| u32::try_from(own.checked_add(seconds)?).ok());
    let time = near.chain([0]).find(|time| {
        let mut old = new.to_vec();
        let put = old.get_mut(4..8).map(|field| field.copy_from_slice(&time.to_le_bytes()));
        put.is_some() && file.was(&old)
    })?;
    Some(Explanation::certain(format!("with the time {time} in its gzip header it is the locked file")))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, GzBuilder};

    use crate::causes::testing::Pair;
    use crate::formats::archives::ar::tests::archive;
    use crate::formats::archives::zip::tests::stored;
    use crate::formats::tar::entry::tests::file;

    fn explained(path: &str, old: &[u8], new: &[u8]) -> String {
        Pair::default().both(path, old, new).explained().join("; ")
    }

    fn gzip(time: u32, level: u32, bytes: &[u8]) -> Vec<u8> {
        let mut packer = GzBuilder::new().mtime(time).write(Vec::new(), Compression::new(level));
        packer.write_all(bytes).unwrap();
        packer.finish().unwrap()
    }

    /// A ustar of empty files from `time`.
    fn tar(names: &[&str], time: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        for name in names {
            let mut header = vec![0_u8; 512];
            header[..name.len()].copy_from_slice(name.as_bytes());
            header[100..108].copy_from_slice(b"0000644\0");
            header[124..136].copy_from_slice(b"00000000000\0");
            header[136..148].copy_from_slice(format!("{time:011o}\0").as_bytes());
            header[148..156].fill(b' ');
            header[156] = b'0';
            header[257..265].copy_from_slice(b"ustar\x0000");
            let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
            header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            bytes.extend_from_slice(&header);
        }
        bytes.extend_from_slice(&[0; 1024]);
        bytes
    }

    #[test]
    fn times_of_members_are_told_for_certain() {
        let zip = |time| stored(&[("a", b"one", time), ("b", b"two", time)]);
        assert_eq!(explained("a.whl", &zip(1), &zip(2)), "a.whl: archive-times (certain)");
        let ar = |time| archive(&[("a.o/", time, b"one")]);
        assert_eq!(explained("a.a", &ar(1), &ar(2)), "a.a: archive-times (certain)");
        assert_eq!(explained("a.tar", &tar(&["a"], 1), &tar(&["a"], 2)), "a.tar: archive-times (certain)");
        let packed = |time| gzip(0, 6, &tar(&["a"], time));
        assert_eq!(explained("a.tar.gz", &packed(1), &packed(2)), "a.tar.gz: archive-times (certain)");
    }

    #[test]
    fn the_order_of_members_is_told_for_certain() {
        assert_eq!(
            explained(
                "a.jar",
                &stored(&[("a", b"one", 1), ("b", b"two", 1)]),
                &stored(&[("b", b"two", 1), ("a", b"one", 1)])
            ),
            "a.jar: archive-times (certain)"
        );
    }

    #[test]
    fn a_gzip_header_or_level_is_told_for_certain() {
        let text = b"text ".repeat(100);
        assert_eq!(
            explained("a.gz", &gzip(1, 6, &text), &gzip(2, 1, &text)),
            "a.gz: archive-times (certain)"
        );
    }

    #[test]
    fn against_a_lock_the_locked_files_time_proves_a_gzip_header() {
        let mut old = file("a.gz", &gzip(100, 6, b"text"));
        old.mtime.seconds = 101;
        let new = gzip(200, 6, b"text");
        let pair = Pair::default().entries(old, b"", file("a.gz", &new), &new);
        assert_eq!(pair.explained_against_lock(), ["a.gz: archive-times (certain)"]);
    }

    #[test]
    fn other_content_is_not_explained() {
        let zip = |content: &[u8]| stored(&[("a", content, 1)]);
        assert_eq!(explained("a.zip", &zip(b"one"), &zip(b"two")), "a.zip: ");
        assert_eq!(explained("a.gz", &gzip(1, 6, b"one"), &gzip(1, 6, b"two")), "a.gz: ");
        assert_eq!(explained("a.tar", &tar(&["a"], 1), &tar(&["b"], 1)), "a.tar: ");
    }
}
