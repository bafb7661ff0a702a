//! Text out of an image, short and harmless to print.

use crate::base::path::printable;
use crate::base::secrets::REDACTED;
use crate::base::text::cut;

/// `text` with what could act on a terminal escaped, cut where it is long.
pub(crate) fn shown(text: impl AsRef<[u8]>) -> String {
    const LONGEST: usize = 200;
    cut(&printable(text.as_ref()), LONGEST)
}

/// What stands behind a login (`USER:PASSWORD@HOST/NAME`, `TOKEN@HOST`) in what is no URL; none where the sign is a digest's.
pub(crate) fn behind_login(name: &str) -> Option<&str> {
    let (_, rest) = name.rsplit_once('@')?;
    let host = rest.split('/').next()?;
    let (bare, port) = host.rsplit_once(':').map_or((host, None), |(bare, port)| (bare, Some(port)));
    // Of all digests a few have no letters.
    let is_algorithm = matches!(bare, "sha256" | "sha384" | "sha512" | "md5");
    let is_port = !is_algorithm
        && port.is_some_and(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    let site = bare.rsplit_once('.').map(|(_, site)| site);
    let is_site = port.is_none()
        && site.is_some_and(|site| site.len() > 1 && site.bytes().all(|byte| byte.is_ascii_alphabetic()));
    (rest.contains('/') || is_port || is_site || host == "localhost").then_some(rest)
}

/// The name of an image as [`shown`], without a login before its host.
pub(crate) fn shown_name(name: &str) -> String {
    match behind_login(name) {
        Some(rest) => shown(format!("{REDACTED}@{rest}")),
        None => shown(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_before_a_host_is_not_said_back() {
        for (name, rest) in [
            ("tok1@registry.example.org", "registry.example.org"),
            ("tok1@registry.example.org/app:v1", "registry.example.org/app:v1"),
            ("me:p@ss@127.0.0.1:5000/app", "127.0.0.1:5000/app"),
            ("tok1@localhost", "localhost"),
            ("tok1@host:5000", "host:5000"),
            ("tok1@host/app", "host/app"),
        ] {
            assert_eq!(shown_name(name), format!("[redacted]@{rest}"));
        }
        for name in ["a@sha256:12", "python@3.11", "a@", "a@md5:d41d8cd9", "example.org/a:v1", "a@v1"] {
            assert_eq!(shown_name(name), name);
        }
    }

    #[test]
    fn a_hostile_name_is_shortened_and_escaped() {
        assert_eq!(shown("a\u{1b}[2Jb"), "a\\x1b[2Jb");
        assert_eq!(shown("x".repeat(10_000)).chars().count(), 201);
    }
}
