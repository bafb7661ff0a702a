//! `wget-hsts`: wget notes when it last spoke to a server that asks for HTTPS.

use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::mends::{Extent, Mends, Removal};
use crate::causes::engine::shape::{self, Seen};

/// See docs/causes/wget-hsts.md.
pub(crate) struct WgetHsts;

const HEADER: &[u8] = b"# HSTS 1.0 Known Hosts";

/// The field of a line that holds the time of the visit, from 0.
const TIME: usize = 3;

impl Cause for WgetHsts {
    declare!(
        "wget-hsts",
        "wget notes when it spoke to a server",
        Profile::of(Reach::Path, "wget --no-hsts, or rm -f ~/.wget-hsts in the same RUN")
            .proved_by("same hosts, other times")
            .mended_by(&[
                Mends::Rule("layer-residue", Extent::RunEnd),
                Mends::Remove(&[Removal::Delete("~/.wget-hsts")])
            ])
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        if file.path.file_name() != b".wget-hsts" {
            return None;
        }
        match shape::seen(file)? {
            Seen::Both(old, new) => {
                let (old, new) = (hosts(old)?, hosts(new)?);
                Some(match old == new {
                    true => Explanation::certain("the same hosts; the times of the visits differ"),
                    false => Explanation::likely("other hosts were visited"),
                })
            }
            seen => shape::by_magic(seen, HEADER, "wget's list of hosts"),
        }
    }
}

/// The list without its times, sorted: host, port, whether its subdomains count, and for how long.
fn hosts(list: &[u8]) -> Option<Vec<Vec<&[u8]>>> {
    list.starts_with(HEADER).then_some(())?;
    let lines = list.split(|byte| *byte == b'\n');
    let mut hosts: Vec<Vec<&[u8]>> = Vec::new();
    for line in lines {
        let mut fields: Vec<&[u8]> = line.split(|byte| byte.is_ascii_whitespace()).collect();
        if fields.get(TIME).is_some_and(|time| time.iter().all(u8::is_ascii_digit)) {
            fields.remove(TIME);
        }
        hosts.push(fields);
    }
    hosts.sort_unstable();
    Some(hosts)
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;

    const PATH: &str = "root/.wget-hsts";

    fn list(host: &str, time: u64) -> Vec<u8> {
        format!("# HSTS 1.0 Known Hosts database for GNU Wget.\n# <hostname>\t<port>\n{host}\t0\t1\t{time}\t63072000\n")
            .into_bytes()
    }

    #[test]
    fn times_that_alone_differ_are_told_for_certain() {
        let pair = Pair::default().both(PATH, &list("example.org", 1), &list("example.org", 2));
        assert_eq!(pair.explained(), [format!("{PATH}: wget-hsts (certain)")]);
        assert_eq!(pair.explained_against_lock(), [format!("{PATH}: wget-hsts (likely)")]);
        let added = Pair::default().added(PATH, &list("example.org", 1));
        assert_eq!(added.explained(), [format!("{PATH}: wget-hsts (likely)")]);
    }

    #[test]
    fn other_bytes_are_not_explained() {
        let pair = Pair::default().both(PATH, &list("example.org", 1), b"text");
        assert_eq!(pair.explained(), [format!("{PATH}: ")]);
    }
}
