//! Reads the image's history: which instruction made which layer, and with which build arguments.
//!
//! Builders write it differently, and all of it is text for people:
//!
//! ```text
//! RUN |1 A=1 /bin/sh -c pip install x # buildkit      BuildKit
//! /bin/sh -c #(nop) COPY file:ab12… in .              the classic builder, buildah
//! |1 A=1 /bin/sh -c pip install x                     the classic builder, buildah
//! RUN pip install x                                   kaniko
//! bazel build ...                                     others, kept as they are
//! ```
//!
//! Nothing is executed or expanded here, and a form that is not known stays as it was written.

use crate::image::Image;

/// One step of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryStep {
    /// The instruction as a Dockerfile would write it, on one line; the builder's own words where it is none.
    pub instruction: String,
    /// Its build arguments, in the builder's order.
    pub args: Vec<(String, String)>,
    /// Which layer it made, from 0; `None` where it made none.
    pub layer: Option<usize>,
    /// The builder's comment.
    pub comment: Option<String>,
}

const KEYWORDS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// The image's steps, oldest first, joined to its layers. Where the history does not have a step for each layer,
/// steps are joined from the newest layer down: what squashes or truncates a history does it at the base.
pub fn steps(image: &Image) -> Vec<HistoryStep> {
    let history = &image.config.history;
    let makers = history.iter().filter(|entry| !entry.empty_layer).count();
    let mut next = image.layers.len().checked_sub(makers);
    let mut skip = makers.saturating_sub(image.layers.len());
    let mut steps = Vec::new();
    for entry in history {
        let (instruction, args) = parse(entry.created_by.as_deref().unwrap_or_default());
        let mut layer = None;
        if !entry.empty_layer {
            match skip.checked_sub(1) {
                Some(fewer) => skip = fewer,
                None => {
                    layer = Some(next.unwrap_or(0));
                    next = Some(next.unwrap_or(0) + 1);
                }
            }
        }
        steps.push(HistoryStep { instruction, args, layer, comment: entry.comment.clone() });
    }
    steps
}

/// The instruction of each layer, where the history tells.
pub fn instructions(image: &Image) -> Vec<Option<String>> {
    let mut instructions = vec![None; image.layers.len()];
    for step in steps(image) {
        if let Some(slot) = step.layer.and_then(|layer| instructions.get_mut(layer))
            && !step.instruction.is_empty()
        {
            *slot = Some(step.instruction);
        }
    }
    instructions
}

fn parse(created_by: &str) -> (String, Vec<(String, String)>) {
    let text = created_by.trim();
    let (text, is_buildkit) = match text.strip_suffix("# buildkit") {
        Some(text) => (text.trim_end(), true),
        None => (text, false),
    };
    let keyword = text.split_whitespace().next().filter(|word| KEYWORDS.contains(word));
    let body = keyword.map_or(text, |keyword| text.get(keyword.len()..).unwrap_or_default().trim_start());
    let (args, body) = split_args(body);
    if let Some(nop) =
        body.find("#(nop)").filter(|at| body.get(..*at).is_some_and(|before| before.len() < 60))
    {
        return (one_line(body.get(nop + 6..).unwrap_or_default()), args);
    }
    let instruction = match keyword {
        Some("RUN") if is_buildkit || !args.is_empty() => {
            format!("RUN {}", without_shell(body).unwrap_or(body))
        }
        Some("RUN") => format!("RUN {}", body.strip_prefix("/bin/sh -c ").unwrap_or(body)),
        Some(_) => text.to_owned(),
        None => match without_shell(body) {
            Some(command) => format!("RUN {command}"),
            None => body.to_owned(),
        },
    };
    (one_line(&instruction), args)
}

/// Takes `|N NAME=value …` off. Values are not quoted, so one ends where the next name or the shell begins.
fn split_args(body: &str) -> (Vec<(String, String)>, &str) {
    let Some((count, mut rest)) = body.strip_prefix('|').and_then(|body| body.split_once(' ')) else {
        return (Vec::new(), body);
    };
    let Ok(count) = count.parse::<usize>() else { return (Vec::new(), body) };
    let mut args = Vec::new();
    for number in 1..=count {
        let Some((name, after)) = rest.split_once('=').filter(|(name, _)| is_name(name)) else { break };
        let end = if number < count { next_name(after) } else { shell(after).or_else(|| after.find(' ')) };
        let end = end.unwrap_or(after.len());
        args.push((name.to_owned(), after.get(..end).unwrap_or_default().to_owned()));
        rest = after.get(end..).unwrap_or_default().trim_start();
    }
    (args, rest)
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Where the space before the next `NAME=` is.
fn next_name(text: &str) -> Option<usize> {
    let spaces = text.match_indices(' ').map(|(at, _)| at);
    spaces.into_iter().find(|at| {
        let word = text.get(at + 1..).unwrap_or_default();
        word.split_once('=').is_some_and(|(name, _)| is_name(name))
    })
}

/// Where the space before a shell and its `-c` is, or 0 where the text begins with one.
fn shell(text: &str) -> Option<usize> {
    let starts = std::iter::once(0).chain(text.match_indices(" /").map(|(at, _)| at));
    starts.into_iter().find(|at| without_shell(text.get(*at..).unwrap_or_default().trim_start()).is_some())
}

/// The command behind `/bin/sh -c`, `/bin/bash -o pipefail -c` and the like; `None` where there is no such shell.
fn without_shell(text: &str) -> Option<&str> {
    let shell = text.split(' ').next()?;
    if !(shell.starts_with('/') && shell.ends_with("sh")) {
        return None;
    }
    let mut at = shell.len();
    for word in text.get(at..)?.split(' ').skip(1).take(6) {
        at += 1 + word.len();
        let is_option = word.starts_with('-') || word == "pipefail";
        match word.ends_with('c') && word.starts_with('-') && !word.starts_with("--") {
            true => return text.get(at..).map(str::trim_start),
            false if is_option => {}
            false => return None,
        }
    }
    None
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What two tellings of one instruction share: its keyword and text, for COPY and ADD the target alone, since most
/// builders put a hash in the sources' place.
pub fn signature(instruction: &str) -> String {
    let text = one_line(instruction);
    let Some((keyword, rest)) = text.split_once(' ') else { return text.to_uppercase() };
    let keyword = keyword.to_uppercase();
    let rest = from_json(rest).unwrap_or_else(|| rest.to_owned());
    let mut words = rest.split(' ').filter(|word| !word.starts_with("--"));
    match keyword.as_str() {
        "COPY" | "ADD" => format!("{keyword} > {}", words.next_back().unwrap_or_default()),
        "RUN" => format!("RUN {}", words_of_run(&rest)),
        _ => format!("{keyword} {rest}"),
    }
}

/// A RUN's command without the flags that builders keep out of history (`--mount`, `--network`, `--security`).
fn words_of_run(rest: &str) -> String {
    let is_flag = |word: &&str| word.starts_with("--");
    rest.split(' ').skip_while(is_flag).collect::<Vec<_>>().join(" ")
}

fn from_json(text: &str) -> Option<String> {
    let words: Vec<String> = serde_json::from_str(text).ok()?;
    Some(words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(created_by: &str) -> String {
        let (instruction, args) = parse(created_by);
        let args: Vec<String> = args.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{instruction} [{}]", args.join("; "))
    }

    #[test]
    fn each_builders_way_reads_as_the_instruction() {
        assert_eq!(parsed("RUN |1 A=1 /bin/sh -c pip install x # buildkit"), "RUN pip install x [A=1]");
        assert_eq!(parsed("RUN /bin/bash -o pipefail -c make # buildkit"), "RUN make []");
        assert_eq!(parsed("/bin/sh -c #(nop)  CMD [\"bash\"]"), "CMD [\"bash\"] []");
        assert_eq!(parsed("/bin/sh -c #(nop) COPY file:ab12 in . "), "COPY file:ab12 in . []");
        assert_eq!(parsed("|2 A=1 B=2 /bin/sh -c make"), "RUN make [A=1; B=2]");
        assert_eq!(parsed("/bin/sh -c apt-get update"), "RUN apt-get update []");
        assert_eq!(parsed("RUN pip install x"), "RUN pip install x []");
        assert_eq!(parsed("COPY . /app # buildkit"), "COPY . /app []");
        assert_eq!(parsed("bazel build ..."), "bazel build ... []");
        assert_eq!(parsed(""), " []");
    }

    #[test]
    fn only_the_builders_own_shell_is_taken_off() {
        assert_eq!(
            parsed("|1 A=1 /bin/sh -c /bin/bash -c \"pip install -r requirements.txt\""),
            "RUN /bin/bash -c \"pip install -r requirements.txt\" [A=1]"
        );
        assert_eq!(parsed("RUN /bin/bash -c \"x\""), "RUN /bin/bash -c \"x\" []");
    }

    #[test]
    fn argument_values_may_hold_spaces() {
        assert_eq!(parsed("|2 FLAGS=-O2 -g NAME=a b /bin/sh -c make"), "RUN make [FLAGS=-O2 -g; NAME=a b]");
        assert_eq!(parsed("|1 EMPTY= /bin/sh -c make"), "RUN make [EMPTY=]");
    }

    #[test]
    fn tellings_of_one_instruction_share_a_signature() {
        assert_eq!(signature("COPY requirements.txt ."), signature("COPY file:ab12 in ."));
        assert_eq!(signature("run  --mount=type=cache,target=/x pip\tinstall"), signature("RUN pip install"));
        assert_eq!(signature("RUN [\"pip\", \"install\"]"), signature("RUN pip install"));
        assert_ne!(signature("COPY a /x"), signature("COPY a /y"));
    }
}
