//! What made each layer, as far as that tells whose its files are.

/// What made a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Maker {
    /// A build that this one stands on.
    Base,
    /// An instruction that brings files: COPY, ADD, or what another builder calls its step.
    Bringing,
    /// A command, or nobody knows what: a squashed layer, one without history, or one of several instructions.
    Running,
}

/// What builders mount over while a command runs, and leave empty in its layer.
pub(super) const MOUNTED: &[&[u8]] =
    &[b".dockerenv", b"etc/hostname", b"etc/hosts", b"etc/mtab", b"etc/resolv.conf", b"run/.containerenv"];

/// Instructions that bring no files of their own: a layer that such a one is said to have made is that of several.
const SILENT: &[&str] = &[
    "RUN",
    "CMD",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "ARG",
    "FROM",
];

/// The makers of the layers that these instructions made, `base` of which are those of the base image.
pub(super) fn of<'a>(instructions: impl Iterator<Item = Option<&'a str>>, base: usize) -> Vec<Maker> {
    let maker = |(at, instruction): (usize, Option<&str>)| match instruction {
        _ if at < base => Maker::Base,
        Some(instruction) if brings(instruction) => Maker::Bringing,
        _ => Maker::Running,
    };
    instructions.enumerate().map(maker).collect()
}

fn brings(instruction: &str) -> bool {
    let mut words = instruction.split_whitespace();
    let keyword = words.next().unwrap_or_default().to_ascii_uppercase();
    match keyword.as_str() {
        "" => false,
        "ONBUILD" => words.next().is_some_and(brings),
        keyword => !SILENT.contains(&keyword),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_brings_files_is_told_from_what_runs() {
        for bringing in
            ["COPY . /app", "ADD x /", "copy a b", "ONBUILD COPY a b", "WORKDIR /x", "bazel build ..."]
        {
            assert!(brings(bringing), "{bringing}");
        }
        for running in ["RUN x", "run x", "ONBUILD RUN x", "CMD [\"a\"]", "ENV A=1", "", "ONBUILD"] {
            assert!(!brings(running), "{running}");
        }
    }
}
