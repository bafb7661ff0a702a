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

use std::collections::{BTreeMap, BTreeSet};

use super::declared::Declared;
use super::recorded::{Hints, ListedBy, Reading, Recorded};
use crate::image::Image;
use crate::image::config::History;

/// One step of the history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryStep {
    /// The instruction as a Dockerfile would write it, on one line; the builder's own words where it is none.
    pub instruction: String,
    /// Its build arguments, in the builder's order.
    pub args: Vec<(String, String)>,
    /// Names that may be arguments of it, where the text can be read in more than one way.
    pub unclear: BTreeSet<String>,
    /// Arguments and command as they stand there, where it has arguments.
    pub(super) recorded: Option<Recorded>,
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
    let mut scope = Scope::with(&image.config.config.shell);
    let mut steps = Vec::new();
    for (entry, by) in history.iter().zip(listed_by(history)) {
        let written = entry.created_by.as_deref().unwrap_or_default();
        let parsed = parse(written, by, &scope);
        scope.follow(&parsed.instruction, written);
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
        steps.push(HistoryStep { layer, comment: entry.comment.clone(), ..parsed });
    }
    steps
}

/// The build arguments of `steps`, by name, each as the last step has it that does. An ENV of the same name takes an
/// argument's place, and BuildKit then writes the variable's value: it counts only where nothing else is known.
pub fn arguments(steps: &[HistoryStep]) -> BTreeMap<&str, &str> {
    let (mut arguments, mut hidden) = (BTreeMap::new(), BTreeSet::new());
    for step in steps {
        if let Some(pairs) = step.instruction.strip_prefix("ENV ") {
            hidden.extend(pairs.split(' ').filter_map(|word| Some(word.split_once('=')?.0)));
        }
        for (name, value) in &step.args {
            match hidden.contains(name.as_str()) {
                true => drop(arguments.entry(name.as_str()).or_insert(value.as_str())),
                false => drop(arguments.insert(name.as_str(), value.as_str())),
            }
        }
    }
    arguments
}

/// Who wrote each step. buildah's steps end in one that says what they were built from, and look like the classic
/// builder's.
fn listed_by(history: &[History]) -> Vec<ListedBy> {
    let mut is_buildah = false;
    let by = |entry: &History| {
        let comment = entry.comment.as_deref().unwrap_or_default();
        let text = entry.created_by.as_deref().unwrap_or_default();
        let is_buildkit = is_buildkit(text);
        is_buildah = comment.starts_with("FROM ") || is_buildah && comment.is_empty() && !is_buildkit;
        match is_buildah {
            true => ListedBy::Buildah,
            false if is_buildkit => ListedBy::BuildKit,
            false => ListedBy::Classic,
        }
    };
    let mut listed: Vec<ListedBy> = history.iter().rev().map(by).collect();
    listed.reverse();
    listed
}

/// Whether a step is a RUN of BuildKit's; the others have no arguments.
fn is_buildkit(text: &str) -> bool {
    text.trim_end().ends_with("# buildkit") || text.starts_with("RUN |")
}

/// What the history has declared so far: arguments, with the value where it says one, and shells.
#[derive(Default)]
struct Scope {
    declared: Declared,
    values: BTreeMap<String, String>,
    shells: Vec<String>,
}

impl Scope {
    /// Of an image that runs commands by `shell`.
    fn with(shell: &[String]) -> Self {
        let shells = DEFAULT_SHELLS.into_iter().map(str::to_owned).chain([shell.join(" ")]);
        let mut shells: Vec<String> = shells.filter(|shell| !shell.is_empty()).collect();
        by_length(&mut shells);
        Self { shells, ..Self::default() }
    }

    fn hints(&self) -> Hints<'_> {
        Hints { declared: &self.declared, likely: &self.values, shells: &self.shells, command: None }
    }

    /// Takes in what `instruction`, which is `written` in the history, declares for the steps after it.
    fn follow(&mut self, instruction: &str, written: &str) {
        let Some((keyword, rest)) = instruction.split_once(' ') else { return };
        match keyword {
            "ARG" => {
                for (at, word) in rest.split(' ').enumerate() {
                    let name = word.split('=').next().unwrap_or_default();
                    // Behind the first it may be a value's part, and declares nothing anew.
                    if is_name(name) && (at == 0 || !self.declared.contains(name)) {
                        self.declared.add(name);
                    }
                }
                // The value as it is, with all its spaces.
                let declared = written.split_once("ARG ").and_then(|(_, rest)| rest.trim().split_once('='));
                if let Some((name, value)) = declared.filter(|(name, _)| is_name(name)) {
                    self.values.insert(name.to_owned(), value.to_owned());
                }
            }
            // As Go writes a list, or as JSON.
            "SHELL" => {
                let words = from_json(rest);
                let words = words.unwrap_or_else(|| rest.trim_matches(['[', ']']).to_owned());
                if !words.is_empty() && !self.shells.contains(&words) && self.shells.len() < SHELLS {
                    self.shells.push(words);
                    by_length(&mut self.shells);
                }
            }
            _ => {}
        }
    }
}

/// Shells that one history may name; more are not looked for.
const SHELLS: usize = 16;

/// The longest first: one may end in another.
pub(super) fn by_length(shells: &mut [String]) {
    shells.sort_by_key(|shell| std::cmp::Reverse(shell.len()));
}

/// What builders put before a command without SHELL.
pub(super) const DEFAULT_SHELLS: [&str; 2] = ["/bin/sh -c", "cmd /S /C"];

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

fn parse(created_by: &str, by: ListedBy, scope: &Scope) -> HistoryStep {
    let text = created_by.trim();
    let (text, is_buildkit) = match text.strip_suffix("# buildkit") {
        Some(text) => (text.trim_end(), true),
        None => (text, false),
    };
    let keyword = text.split_whitespace().next().filter(|word| KEYWORDS.contains(word));
    let body = keyword.map_or(text, |keyword| text.get(keyword.len()..).unwrap_or_default().trim_start());
    let recorded = Recorded::of(body, by).filter(|_| keyword.is_none_or(|keyword| keyword == "RUN"));
    let read = recorded.as_ref().map(|recorded| recorded.read(scope.hints()));
    if let Some((recorded, read)) = recorded.zip(read) {
        return HistoryStep { recorded: Some(recorded), ..HistoryStep::default() }.with(read);
    }
    let nop = body.find("#(nop)").filter(|at| body.get(..*at).is_some_and(|before| before.len() < 60));
    let instruction = match (nop, keyword) {
        (Some(nop), _) => body.get(nop + 6..).unwrap_or_default().to_owned(),
        (None, Some("RUN")) if is_buildkit => format!("RUN {}", without_shell(body).unwrap_or(body)),
        (None, Some("RUN")) => format!("RUN {}", body.strip_prefix("/bin/sh -c ").unwrap_or(body)),
        (None, Some(_)) => text.to_owned(),
        (None, None) => match without_shell(body) {
            Some(command) => format!("RUN {command}"),
            None => body.to_owned(),
        },
    };
    HistoryStep { instruction: one_line(&instruction), ..HistoryStep::default() }
}

impl HistoryStep {
    /// Reads the arguments again, with what more is known of the step.
    pub(super) fn read_again(&mut self, hints: Hints<'_>) {
        let Some(recorded) = self.recorded.take() else { return };
        let read = recorded.read(hints);
        *self = HistoryStep { recorded: Some(recorded), ..std::mem::take(self) }.with(read);
    }

    fn with(self, read: Reading) -> Self {
        let text = self.recorded.as_ref().map(|recorded| recorded.text.as_str()).unwrap_or_default();
        let command = text.get(read.command..).unwrap_or_default();
        let instruction = match command.strip_prefix("#(nop)") {
            Some(instruction) => one_line(instruction),
            None => one_line(&format!("RUN {command}")),
        };
        Self { instruction, args: read.args, unclear: read.unclear, ..self }
    }
}

/// Whether a step's text is a command as the classic builder writes it, behind a shell or arguments.
pub(super) fn is_classic(text: &str) -> bool {
    let is_shell =
        without_shell(text).is_some() || text.starts_with("cmd /S /C") || text.starts_with("powershell");
    is_shell || Recorded::of(text, ListedBy::Classic).is_some()
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
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

pub(super) fn one_line(text: &str) -> String {
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

pub(super) fn from_json(text: &str) -> Option<String> {
    let words: Vec<String> = serde_json::from_str(text).ok()?;
    Some(words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(created_by: &str) -> String {
        let step = parse(created_by, ListedBy::BuildKit, &Scope::with(&[]));
        let args: Vec<String> = step.args.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{} [{}]", step.instruction, args.join("; "))
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
