//! Joins the image's history to the Dockerfile's lines.
//!
//! Both tell the same instructions in the same order, in different words: the history starts with the base's steps,
//! leaves some instructions out, and may write values in. So they are aligned as a whole, by the best-scoring pairing
//! that keeps the order; of equally good ones, the one nearest the history's end, since the base comes first.

use super::history::{HistoryStep, from_json, one_line, signature};
use crate::dockerfile::{Chain, Instruction, InstructionArguments, Keyword};

/// For each step of the history, its instruction's place in `chain`, where one was found.
pub fn align(history: &[HistoryStep], chain: &Chain<'_>) -> Vec<Option<usize>> {
    let steps: Vec<Telling> = history.iter().map(|step| Telling::of(&step.instruction)).collect();
    let instructions: Vec<Telling> =
        chain.steps.iter().map(|step| Telling::of(&source_text(step.instruction))).collect();
    let mut best = vec![vec![0_u32; instructions.len() + 1]; steps.len() + 1];
    let at = |best: &[Vec<u32>], i: usize, j: usize| {
        best.get(i).and_then(|row| row.get(j)).copied().unwrap_or_default()
    };
    for (i, step) in steps.iter().enumerate() {
        for (j, instruction) in instructions.iter().enumerate() {
            let paired = match step.likeness(instruction) {
                0 => 0,
                likeness => at(&best, i, j) + likeness,
            };
            let value = paired.max(at(&best, i, j + 1)).max(at(&best, i + 1, j));
            if let Some(slot) = best.get_mut(i + 1).and_then(|row| row.get_mut(j + 1)) {
                *slot = value;
            }
        }
    }
    let mut aligned = vec![None; steps.len()];
    let (mut i, mut j) = (steps.len(), instructions.len());
    while i > 0 && j > 0 {
        let (Some(step), Some(instruction)) = (steps.get(i - 1), instructions.get(j - 1)) else { break };
        let likeness = step.likeness(instruction);
        if likeness > 0 && at(&best, i, j) == at(&best, i - 1, j - 1) + likeness {
            (i, j) = (i - 1, j - 1);
            if let Some(slot) = aligned.get_mut(i) {
                *slot = Some(j);
            }
        } else if at(&best, i, j) == at(&best, i, j - 1) {
            j -= 1;
        } else {
            i -= 1;
        }
    }
    aligned
}

/// An instruction as the Dockerfile writes it, on one line, heredoc bodies behind it.
pub fn source_text(instruction: &Instruction) -> String {
    let mut text = instruction.logical.text().to_owned();
    for heredoc in &instruction.heredocs {
        text.push('\n');
        text.push_str(heredoc.content.text());
    }
    if let InstructionArguments::Trigger(inner) = &instruction.arguments {
        return format!("ONBUILD {}", source_text(inner));
    }
    text
}

/// Whether a step of the history is surely of another instruction than this one. Builders write a RUN as it stands, and of
/// COPY and ADD the names of what is copied, or a hash of it; what has a heredoc they write in ways of their own.
fn is_another(history: &str, instruction: &Instruction) -> bool {
    if !instruction.heredocs.is_empty() || history.contains("<<") {
        return false;
    }
    let written = source_text(instruction);
    match instruction.keyword {
        Keyword::Run => signature(history) != signature(&written),
        Keyword::Copy | Keyword::Add => {
            let (listed, written) = (copied(history), copied(&written));
            let is_hash =
                |word: &String| ["file:", "dir:", "multi:"].iter().any(|kind| word.starts_with(kind));
            let is_open = |word: &str| word.contains(['$', '*', '?', '[', '"']);
            let differ = |(a, b): (&String, &String)| !is_open(a) && !is_open(b) && a != b;
            let is_by_name = !listed.iter().any(is_hash) && !written.iter().any(|word| is_open(word));
            listed.iter().rev().zip(written.iter().rev()).any(|pair| !is_hash(pair.0) && differ(pair))
                || is_by_name && listed.len() != written.len()
        }
        _ => false,
    }
}

/// What a COPY or ADD names, sources before the target, as far as builders write it alike.
fn copied(text: &str) -> Vec<String> {
    let words = one_line(text).split_once(' ').map_or(String::new(), |(_, rest)| rest.to_owned());
    let words = from_json(&words).unwrap_or(words);
    let plain = |word: &str| word.trim_start_matches("./").trim_end_matches('/').to_owned();
    words.split(' ').filter(|word| !word.starts_with("--") && *word != "in").map(plain).collect()
}

/// Of the pairs of [`align`], those whose instruction is the history's as it stands.
pub fn unchanged(
    history: &[HistoryStep],
    aligned: &[Option<usize>],
    chain: &Chain<'_>,
) -> Vec<Option<usize>> {
    let is_it = |step: &HistoryStep, at: usize| {
        let instruction = chain.steps.get(at).map(|step| step.instruction);
        instruction.is_some_and(|instruction| !is_another(&step.instruction, instruction))
    };
    history.iter().zip(aligned).map(|(step, at)| at.filter(|at| is_it(step, *at))).collect()
}

/// The first step that is the Dockerfile's, where that is sure: the first instruction that makes a layer is there, and is
/// [`unchanged`].
pub fn own_from(aligned: &[Option<usize>], unchanged: &[Option<usize>], chain: &Chain<'_>) -> Option<usize> {
    let at = aligned.iter().position(Option::is_some)?;
    let first = (*unchanged.get(at)?)?;
    let is_later = chain.steps.iter().take(first).any(|step| step.instruction.keyword.makes_a_layer());
    (!is_later).then_some(at)
}

/// Whether two tellings are of instructions so alike that one may be an edit of the other.
pub fn are_alike(a: &str, b: &str) -> bool {
    Telling::of(a).likeness(&Telling::of(b)) >= 3
}

/// One telling of an instruction.
struct Telling {
    keyword: String,
    signature: String,
    words: Vec<String>,
}

impl Telling {
    fn of(instruction: &str) -> Self {
        let signature = signature(instruction);
        let keyword = signature.split(' ').next().unwrap_or_default().to_owned();
        let mut words: Vec<String> = signature.split(' ').skip(1).map(str::to_owned).collect();
        words.sort();
        words.dedup();
        Self { keyword, signature, words }
    }

    /// How alike two tellings are; 0 for not at all.
    fn likeness(&self, other: &Self) -> u32 {
        if self.keyword != other.keyword {
            return 0;
        }
        if self.signature == other.signature {
            return 16;
        }
        match self.keyword.as_str() {
            "COPY" | "ADD" => 2,
            "RUN" => self.shared_words(other),
            "ENV" | "ARG" | "LABEL" if !self.shares_a_name(other) => 0,
            "ENV" | "ARG" | "LABEL" => 12,
            _ => 1,
        }
    }

    /// Eighths of the words that both have; fewer than three do not make two commands one.
    fn shared_words(&self, other: &Self) -> u32 {
        let shared = self.words.iter().filter(|word| other.words.binary_search(word).is_ok()).count();
        let all = (self.words.len() + other.words.len() - shared).max(1);
        let eighths = u32::try_from(shared * 8 / all).unwrap_or_default();
        if eighths < 3 { 0 } else { eighths }
    }

    /// Whether both set a variable of one name. ARG lists in history may name several.
    fn shares_a_name(&self, other: &Self) -> bool {
        let names = |tokens: &Self| -> Vec<String> {
            tokens.words.iter().filter_map(|word| word.split('=').next()).map(str::to_owned).collect()
        };
        let others = names(other);
        names(self).iter().any(|name| others.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dockerfile::Dockerfile;
    use crate::dockerfile::{BuildInputs, Stages};

    const SEED: &str = "FROM base\nCOPY requirements.txt .\nARG USERNAME=vorph\nRUN groupadd \\\n  -o $USERNAME\nUSER $USERNAME\nEXPOSE 5000\n";

    fn lines(dockerfile: &str, history: &[&str]) -> Vec<Option<usize>> {
        let dockerfile = Dockerfile::parse(dockerfile);
        let stages = Stages::of(&dockerfile, &BuildInputs::default());
        let chain = stages.chain(stages.stages.len() - 1);
        let history: Vec<HistoryStep> = history
            .iter()
            .map(|instruction| HistoryStep {
                instruction: (*instruction).to_owned(),
                ..HistoryStep::default()
            })
            .collect();
        let line = |at: usize| chain.steps[at].instruction.lines.0;
        align(&history, &chain).into_iter().map(|at| at.map(line)).collect()
    }

    #[test]
    fn the_bases_steps_stay_without_a_line() {
        let history = [
            "ADD file:1 in /",
            "CMD [\"bash\"]",
            "COPY file:2 in .",
            "ARG USERNAME",
            "RUN groupadd -o $USERNAME",
            "USER vorph",
            "EXPOSE map[5000/tcp:{}]",
        ];
        assert_eq!(lines(SEED, &history), [None, None, Some(2), Some(3), Some(4), Some(6), Some(7)]);
    }

    #[test]
    fn instructions_that_a_builder_leaves_out_do_not_shift_the_others() {
        assert_eq!(lines(SEED, &["RUN groupadd -o $USERNAME"]), [Some(4)]);
    }

    #[test]
    fn repeated_instructions_pair_in_order_from_the_end() {
        let twice = "FROM base\nRUN make\nRUN make\n";
        assert_eq!(lines(twice, &["RUN make", "RUN make", "RUN make"]), [None, Some(2), Some(3)]);
    }

    #[test]
    fn what_another_dockerfile_says_is_told_from_what_builders_write_otherwise() {
        let is_another = |history: &str, dockerfile: &str| {
            let dockerfile = Dockerfile::parse(&format!("FROM base\n{dockerfile}\n"));
            let stages = Stages::of(&dockerfile, &BuildInputs::default());
            super::is_another(history, stages.chain(0).steps[0].instruction)
        };
        for (history, dockerfile) in [
            ("RUN pip install torch==2.1", "RUN pip install torch==2.1"),
            (
                "RUN apt-get update &&     make",
                "RUN --mount=type=cache,target=/c apt-get update \\\n  # why\n  && make",
            ),
            ("RUN pip install x", "RUN [\"pip\", \"install\", \"x\"]"),
            ("COPY weights.bin /opt/", "COPY --chown=1:1 ./weights.bin /opt"),
            ("COPY weights.bin /opt/w", "COPY weights.bin $HOME/w"),
            ("COPY file:12ab in /opt/w", "COPY weights.bin /opt/w"),
            ("COPY multi:12ab in /opt/", "COPY a b /opt/"),
            ("COPY dir:12ab in .", "COPY . ."),
            ("COPY /app/.venv /app/.venv", "COPY --from=build /app/.venv /app/.venv"),
            ("RUN cat <<EOF", "RUN cat <<EOF\nx\nEOF"),
        ] {
            assert!(!is_another(history, dockerfile), "{history}");
        }
        for (history, dockerfile) in [
            ("RUN pip install torch==2.1", "RUN pip install torch==2.2"),
            ("COPY weights.bin /opt/w", "COPY tokenizer.json /opt/w"),
            ("COPY weights.bin /opt/w", "COPY weights.bin /opt/v"),
            ("COPY file:12ab in /opt/w", "COPY weights.bin /opt/v"),
            ("COPY a b /opt/", "COPY a /opt/"),
        ] {
            assert!(is_another(history, dockerfile), "{history}");
        }
    }

    #[test]
    fn where_the_own_steps_begin_is_known_where_the_first_layers_instruction_is_there_as_it_stands() {
        let begins = |dockerfile: &str, history: &[&str]| {
            let dockerfile = Dockerfile::parse(dockerfile);
            let stages = Stages::of(&dockerfile, &BuildInputs::default());
            let chain = stages.chain(0);
            let history: Vec<HistoryStep> = history
                .iter()
                .map(|text| HistoryStep { instruction: (*text).to_owned(), ..HistoryStep::default() })
                .collect();
            let aligned = align(&history, &chain);
            own_from(&aligned, &unchanged(&history, &aligned, &chain), &chain)
        };
        let text = "FROM base\nENV A=1\nCOPY a /a\nRUN make all things\n";
        assert_eq!(
            begins(text, &["ADD file:1 in /", "ENV A=1", "COPY a /a", "RUN make all things"]),
            Some(1)
        );
        assert_eq!(begins(text, &["ADD file:1 in /", "COPY b /b", "RUN make all things"]), None);
        assert_eq!(begins(text, &["ADD file:1 in /", "RUN make all things"]), None);
    }
}
