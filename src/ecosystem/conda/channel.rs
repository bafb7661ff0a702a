//! What conda calls the places that packages come from.
//!
//! Vocabulary (conda, "Channels"): a *channel* is a place with a folder for each platform, a *subdir* (`linux-64`, `noarch`), of
//! archives. A record writes it in several ways: a name, a URL, with or without the subdir. An archive's URL is channel, subdir
//! and file name.

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
pub(super) fn without_subdir<'c>(channel: &'c str, subdir: Option<&str>) -> &'c str {
    let channel = channel.trim_end_matches('/');
    match channel.rsplit_once('/') {
        Some((above, last)) if Some(last) == subdir || SUBDIRS.contains(&last) => above.trim_end_matches('/'),
        _ => channel,
    }
}

/// The channel that an archive's URL stands in; `None` where that is not the URL of a channel's archive.
pub(super) fn of_url(url: &str) -> Option<&str> {
    let (channel, subdir) = url.rsplit_once('/')?.0.rsplit_once('/')?;
    Some(channel.trim_end_matches('/')).filter(|channel| SUBDIRS.contains(&subdir) && !channel.is_empty())
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
            (
                "https://example.org/nvidia/label/cuda-12.1.0",
                None,
                "https://example.org/nvidia/label/cuda-12.1.0",
            ),
            ("<unknown>", Some("noarch"), "<unknown>"),
            ("noarch", None, "noarch"),
            ("", None, ""),
        ] {
            assert_eq!(without_subdir(written, subdir), channel);
        }
        let url = "https://example.org/t/TOKEN/lab/linux-64/a-1-0.conda";
        assert_eq!(of_url(url), Some("https://example.org/t/TOKEN/lab"));
        for odd in ["file:///tmp/a-1-0.conda", "a-1-0.conda", "/noarch/a.conda", "", "noarch/a.conda"] {
            assert_eq!(of_url(odd), None, "{odd}");
        }
    }
}
