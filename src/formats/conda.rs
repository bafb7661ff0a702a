//! What conda calls archives and the places that they come from.
//!
//! Vocabulary (conda, "Channels"): a *channel* is a place with a folder for each platform, a *subdir* (`linux-64`, `noarch`), of
//! archives. A record writes it in several ways: a name, a URL, with or without the subdir. An archive's URL is channel, subdir
//! and file name, and that is name, version and build, the last two without a dash.

/// The platforms that subdirs are called by (rattler's and conda's lists).
const SUBDIRS: [&str; 20] = [
    "emscripten-wasm32",
    "freebsd-64",
    "linux-32",
    "linux-64",
    "linux-aarch64",
    "linux-armv6l",
    "linux-armv7l",
    "linux-ppc64",
    "linux-ppc64le",
    "linux-riscv32",
    "linux-riscv64",
    "linux-s390x",
    "noarch",
    "osx-64",
    "osx-arm64",
    "wasi-wasm32",
    "win-32",
    "win-64",
    "win-arm64",
    "zos-z",
];

/// A channel as it is written, without the subdir at its end: that of a package, or of any platform.
pub(crate) fn without_subdir<'c>(channel: &'c str, subdir: Option<&str>) -> &'c str {
    let channel = channel.trim_end_matches('/');
    match channel.rsplit_once('/') {
        Some((above, last)) if Some(last) == subdir || SUBDIRS.contains(&last) => above.trim_end_matches('/'),
        _ => channel,
    }
}

/// The channel that an archive's URL stands in; `None` where that is not the URL of a channel's archive.
pub(crate) fn channel_of(url: &str) -> Option<&str> {
    let (channel, subdir) = url.rsplit_once('/')?.0.rsplit_once('/')?;
    Some(channel.trim_end_matches('/')).filter(|channel| SUBDIRS.contains(&subdir) && !channel.is_empty())
}

/// The subdir that an archive's URL stands in; `None` where that is none that is known.
pub(crate) fn subdir_of(url: &str) -> Option<&str> {
    url.rsplit('/').nth(1).filter(|subdir| SUBDIRS.contains(subdir))
}

/// The name, version and build that an archive's URL or file name tells.
pub(crate) fn archive_of(url: &str) -> Option<[&str; 3]> {
    let file = url.rsplit('/').next()?;
    let stem = file.strip_suffix(".conda").or_else(|| file.strip_suffix(".tar.bz2"))?;
    let (rest, build) = stem.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    let parts = [name, version, build];
    parts.iter().all(|part| !part.is_empty()).then_some(parts)
}

/// The subdir of what runs on a Linux of this architecture, by its name in an image.
pub(crate) fn linux_subdir(architecture: &str) -> Option<&'static str> {
    Some(match architecture {
        "amd64" => "linux-64",
        "arm64" => "linux-aarch64",
        "386" => "linux-32",
        "ppc64le" => "linux-ppc64le",
        "s390x" => "linux-s390x",
        "riscv64" => "linux-riscv64",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_called_the_same_with_and_without_its_platform() {
        for (written, subdir, channel) in [
            ("conda-forge", None, "conda-forge"),
            ("https://example.org/conda-forge/linux-64", None, "https://example.org/conda-forge"),
            ("https://example.org/conda-forge/noarch/", Some("linux-64"), "https://example.org/conda-forge"),
            ("https://example.org/conda-forge/odd-9", Some("odd-9"), "https://example.org/conda-forge"),
            ("https://example.org/lab/label/cuda-12.1.0", None, "https://example.org/lab/label/cuda-12.1.0"),
            ("<unknown>", Some("noarch"), "<unknown>"),
            ("noarch", None, "noarch"),
            ("", None, ""),
        ] {
            assert_eq!(without_subdir(written, subdir), channel);
        }
        let url = "https://example.org/t/TOKEN/lab/linux-64/a-1-0.conda";
        assert_eq!(channel_of(url), Some("https://example.org/t/TOKEN/lab"));
        for odd in ["file:///tmp/a-1-0.conda", "a-1-0.conda", "/noarch/a.conda", "", "noarch/a.conda"] {
            assert_eq!(channel_of(odd), None, "{odd}");
        }
    }

    #[test]
    fn an_archive_is_taken_apart_from_its_end() {
        let url = "https://example.org/lab/linux-64/ld_impl_linux-64-2.36.1-hea4e1c9_2.tar.bz2";
        assert_eq!(archive_of(url), Some(["ld_impl_linux-64", "2.36.1", "hea4e1c9_2"]));
        assert_eq!(archive_of("a-1!2-0.conda"), Some(["a", "1!2", "0"]));
        for odd in ["a-1.conda", "a-1-0.zip", "--.conda", "", "a-1-.conda"] {
            assert_eq!(archive_of(odd), None, "{odd}");
        }
    }
}
