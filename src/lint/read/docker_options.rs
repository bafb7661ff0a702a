//! The options of `docker run` and `docker build`: which take a word, and how a word of one is taken apart.
//!
//! What it refuses to do: it reads no command; `docker` does.

use crate::base::text::Span;
use crate::lint::subject::resolved::ResolvedText;

/// Options of `run` and `create` that take the next word.
pub(super) const RUN_VALUES: &[&str] = &[
    "-a",
    "-c",
    "-e",
    "-h",
    "-l",
    "-m",
    "-p",
    "-u",
    "-v",
    "-w",
    "--add-host",
    "--annotation",
    "--attach",
    "--cap-add",
    "--cap-drop",
    "--cgroupns",
    "--cidfile",
    "--cpus",
    "--cpuset-cpus",
    "--cpuset-mems",
    "--cpu-shares",
    "--device",
    "--device-cgroup-rule",
    "--dns",
    "--entrypoint",
    "--env",
    "--env-file",
    "--expose",
    "--gpus",
    "--group-add",
    "--health-cmd",
    "--hostname",
    "--ip",
    "--ipc",
    "--isolation",
    "--label",
    "--link",
    "--log-driver",
    "--log-opt",
    "--mac-address",
    "--memory",
    "--memory-swap",
    "--mount",
    "--name",
    "--net",
    "--network",
    "--network-alias",
    "--pid",
    "--pids-limit",
    "--platform",
    "--publish",
    "--pull",
    "--restart",
    "--runtime",
    "--security-opt",
    "--shm-size",
    "--stop-signal",
    "--stop-timeout",
    "--sysctl",
    "--tmpfs",
    "--ulimit",
    "--user",
    "--userns",
    "--uts",
    "--volume",
    "--volume-driver",
    "--volumes-from",
    "--workdir",
];

/// Options of `build` that take the next word.
pub(super) const BUILD_VALUES: &[&str] = &[
    "-f",
    "-t",
    "-o",
    "-m",
    "--add-host",
    "--allow",
    "--annotation",
    "--attest",
    "--build-arg",
    "--build-context",
    "--builder",
    "--cache-from",
    "--cache-to",
    "--file",
    "--format",
    "--iidfile",
    "--isolation",
    "--label",
    "--layers",
    "--load",
    "--memory",
    "--metadata-file",
    "--network",
    "--output",
    "--platform",
    "--progress",
    "--provenance",
    "--sbom",
    "--secret",
    "--shm-size",
    "--ssh",
    "--tag",
    "--target",
    "--timestamp",
    "--ulimit",
];

/// An option's name and value: `--name=value`, `--name value`, `-nvalue` or `-n value`, the last of a bundle too.
pub(super) fn option<'v>(
    word: &ResolvedText,
    with_value: &[&str],
    words: &mut impl Iterator<Item = &'v ResolvedText>,
) -> (String, Option<ResolvedText>) {
    let text = word.text.as_str();
    if text.starts_with("--") {
        return match text.split_once('=') {
            Some((name, _)) => (name.to_owned(), Some(part(word, name.len() + 1))),
            None if with_value.contains(&text) => (text.to_owned(), words.next().cloned()),
            None => (text.to_owned(), None),
        };
    }
    // In a bundle such as -itv, only the last letter takes a value.
    for (at, letter) in text.char_indices().skip(1) {
        let name = format!("-{letter}");
        if with_value.contains(&name.as_str()) {
            let after = at + letter.len_utf8();
            let attached = text.get(after..).filter(|rest| !rest.is_empty());
            return match attached {
                Some(rest) => {
                    let start = after + (rest.len() - rest.trim_start_matches('=').len());
                    (name, Some(part(word, start)))
                }
                None => (name, words.next().cloned()),
            };
        }
    }
    (text.to_owned(), None)
}

/// What stands behind the first `start` bytes of a word.
pub(crate) fn part(word: &ResolvedText, start: usize) -> ResolvedText {
    let span = match word.verbatim {
        true => Span::new(word.span.start + start, word.span.end),
        false => word.span,
    };
    ResolvedText { span, text: word.text.get(start..).unwrap_or_default().to_owned(), ..*word }
}
