//! Stages as BuildKit puts them in order, and the instructions of those that the last one needs.

use std::collections::BTreeSet;

use super::{instruction, mount, reference, values};
use crate::base::text::Span;
use crate::dockerfile::model::{Instruction, Keyword, Problem, ProblemKind};
use crate::dockerfile::stages::{Stage, StageBase, Stages};
use crate::dockerfile::words::{Expanded, ExpansionError, NoVariables, Words};

/// What is refused once all instructions were read.
pub(super) fn refusals(stages: &Stages<'_>) -> Vec<Problem> {
    let mut problems: Vec<(Span, String)> = Vec::new();
    problems.extend(stages.stages.iter().filter_map(base));
    let sources: Vec<Vec<Source<'_>>> = stages.stages.iter().map(|stage| sources(stages, stage)).collect();
    problems.extend(
        sources.iter().flatten().filter_map(|source| source.wrong.clone().map(|why| (source.span, why))),
    );
    problems.extend(circle(&sources));
    problems.extend(epoch(stages));
    if problems.is_empty() {
        let needed = needed(stages, &sources);
        for (stage, sources) in stages.stages.iter().zip(&sources) {
            if needed.contains(&stage.index) {
                problems.extend(late(stage, sources));
                problems.extend(triggers(stages, stage));
                problems.extend(dispatched(stages, stage));
            }
        }
        problems.extend(images(stages, &sources, &needed));
    }
    let problem = |(span, message)| Problem { span, message, kind: ProblemKind::Refused };
    problems.into_iter().map(problem).collect()
}

/// Where an instruction takes files from.
struct Source<'a> {
    /// The value of `--from`.
    span: Span,
    name: &'a str,
    /// The stage, where it is one.
    stage: Option<usize>,
    /// Why it can't be.
    wrong: Option<String>,
}

/// What is wrong with a stage's FROM.
fn base(stage: &Stage<'_>) -> Option<(Span, String)> {
    if let Some((word, platform)) = &stage.platform
        && platform.unset.is_empty()
        && !values::is_platform(&platform.text)
    {
        return Some((word.span, format!("{:?} is no platform", platform.text)));
    }
    let is_blank = stage.expanded.text.is_empty() && stage.expanded.unset.is_empty();
    let is_written = is_blank && !stage.image.text.contains('$');
    is_written.then(|| (stage.image.span, "FROM names no image".to_owned()))
}

/// A SOURCE_DATE_EPOCH before the first FROM that is neither seconds nor a name that stands for some.
fn epoch(stages: &Stages<'_>) -> Option<(Span, String)> {
    let binding = stages.global.last("SOURCE_DATE_EPOCH").filter(|binding| binding.unset.is_empty())?;
    let value = binding.value.as_str();
    let is_right = value.is_empty()
        || value == "context"
        || value.parse::<i64>().is_ok()
        || stages.find(value).is_some();
    (!is_right).then_some(())?;
    Some((binding.declared?, format!("SOURCE_DATE_EPOCH is a number of seconds, not {value:?}")))
}

/// What ONBUILD of the stage right below makes run, where that is refused.
fn triggers(stages: &Stages<'_>, stage: &Stage<'_>) -> Option<(Span, String)> {
    let StageBase::Stage(below) = stage.base else { return None };
    let triggers =
        stages.stages.get(below)?.instructions.iter().filter(|below| below.keyword == Keyword::Onbuild);
    let problem = { triggers }.find_map(|trigger| instruction::refusal(trigger.effective()))?;
    Some((problem.span, problem.message))
}

fn sources<'a>(stages: &Stages<'a>, stage: &Stage<'a>) -> Vec<Source<'a>> {
    stage.instructions.iter().flat_map(|instruction| of_instruction(stages, instruction)).collect()
}

fn of_instruction<'a>(stages: &Stages<'a>, instruction: &'a Instruction) -> Vec<Source<'a>> {
    let by_name = |name: &str| {
        let named =
            |stage: &&Stage<'_>| stage.name.as_ref().is_some_and(|word| word.text.eq_ignore_ascii_case(name));
        stages.stages.iter().rev().find(named).map(|stage| stage.index)
    };
    let flags = instruction.flags.iter().filter_map(|flag| Some((flag.name.as_str(), flag.value.as_ref()?)));
    let sources = flags.filter_map(|(flag, value)| match (instruction.keyword, flag) {
        (Keyword::Copy, "from") if !value.text.is_empty() => {
            let name = value.text.as_str();
            let words = Words::new(stages.dockerfile.escape);
            let same = words.expand(name, &NoVariables).is_ok_and(|expanded| expanded.text == name);
            let number: Option<i64> = name.parse().ok();
            // Images that are copied from count as stages, too: those who do have more numbers.
            let most = stages.stages.len() + stages.dockerfile.instructions().count();
            let stage = number.and_then(|number| usize::try_from(number).ok());
            let wrong = match (same, number) {
                (false, _) => Some("--from takes no variable: name a stage whose FROM has it".to_owned()),
                (true, Some(_)) if stage.is_none_or(|number| number >= most) => {
                    Some(format!("there is no stage {name}"))
                }
                _ => None,
            };
            let stage = stage.filter(|number| *number < stages.stages.len());
            let stage = if number.is_some() { stage } else { by_name(name) };
            Some(Source { span: value.span, name, stage, wrong })
        }
        (Keyword::Run, "mount") => {
            let fields = value.text.split(',').filter_map(|field| field.split_once('='));
            let (_, name) = { fields }.find(|(key, _)| key.eq_ignore_ascii_case("from"))?;
            Some(Source { span: value.span, name, stage: by_name(name), wrong: None })
        }
        _ => None,
    });
    sources.collect()
}

/// The first stage whose files need its own.
fn circle(sources: &[Vec<Source<'_>>]) -> Option<(Span, String)> {
    let mut done = BTreeSet::new();
    for start in 0..sources.len() {
        // The stages on the way, each with the next of its sources to look at.
        let mut path = vec![(start, 0)];
        while let Some((stage, next)) = path.last_mut() {
            let stage = *stage;
            let Some(source) =
                sources.get(stage).and_then(|sources| sources.get(*next)).filter(|_| !done.contains(&stage))
            else {
                done.insert(stage);
                path.pop();
                continue;
            };
            *next += 1;
            let Some(below) = source.stage else { continue };
            if path.iter().any(|(on, _)| *on == below) {
                return Some((source.span, format!("a circle: stage {} needs its own files", source.name)));
            }
            if !done.contains(&below) {
                path.push((below, 0));
            }
        }
    }
    None
}

/// The stages that the last one needs, itself included.
fn needed(stages: &Stages<'_>, sources: &[Vec<Source<'_>>]) -> BTreeSet<usize> {
    let mut needed = BTreeSet::new();
    let mut open: Vec<usize> = stages.stages.len().checked_sub(1).into_iter().collect();
    while let Some(index) = open.pop() {
        let Some(stage) = stages.stages.get(index).filter(|_| needed.insert(index)) else { continue };
        if let StageBase::Stage(below) = stage.base {
            open.push(below);
        }
        open.extend(sources.get(index).into_iter().flatten().filter_map(|source| source.stage));
    }
    needed
}

/// The first source that is a later stage.
fn late(stage: &Stage<'_>, sources: &[Source<'_>]) -> Option<(Span, String)> {
    let late = sources.iter().find(|source| source.stage.is_some_and(|from| from >= stage.index))?;
    Some((late.span, format!("stage {} must stand before this one", late.name)))
}

/// Names of images that no registry can have, those of stages that nobody needs included.
fn images(stages: &Stages<'_>, sources: &[Vec<Source<'_>>], needed: &BTreeSet<usize>) -> Vec<(Span, String)> {
    // Names of stages are kept in lowercase, and FROM looks its own up as it is written.
    let is_looked_up = |stage: &&Stage<'_>| match stage.base {
        StageBase::Image => true,
        StageBase::Stage(_) => stage.expanded.text.chars().any(char::is_uppercase),
        StageBase::Scratch => false,
    };
    let is_known = |stage: &&Stage<'_>| stage.expanded.unset.is_empty() && !stage.expanded.text.is_empty();
    let bases = stages.stages.iter().filter(is_looked_up).filter(is_known);
    let bases = bases.filter_map(|stage| Some((stage.image.span, reference::wrong(&stage.expanded.text)?)));
    let used = sources
        .iter()
        .enumerate()
        .filter(|(stage, _)| needed.contains(stage))
        .flat_map(|(_, sources)| sources);
    let used = used.filter(|source| {
        source.stage.is_none()
            && source.name != "scratch"
            && source.name.parse::<i64>().is_err()
            && !source.name.is_empty()
    });
    let used = used.filter_map(|source| Some((source.span, reference::wrong(source.name)?)));
    bases.chain(used).collect()
}

/// What is refused of the instructions of a stage that is built.
fn dispatched(stages: &Stages<'_>, stage: &Stage<'_>) -> Vec<(Span, String)> {
    let own = stage.instructions.iter().enumerate();
    own.filter_map(|(index, instruction)| {
        let reader = Reader { stages, stage: stage.index, index };
        reader.instruction(instruction)
    })
    .collect()
}

/// An instruction with the variables that it sees.
struct Reader<'a, 's> {
    stages: &'a Stages<'s>,
    stage: usize,
    index: usize,
}

impl Reader<'_, '_> {
    fn expand(&self, text: &str) -> Result<Expanded, ExpansionError> {
        self.stages.expand(self.stage, self.index, text)
    }

    /// The value of a word, where all of it is known.
    fn known(&self, text: &str) -> Option<String> {
        let expanded = self.expand(text).ok().filter(|expanded| expanded.unset.is_empty())?;
        Some(expanded.text)
    }

    fn instruction(&self, instruction: &Instruction) -> Option<(Span, String)> {
        let words = instruction.arguments.words();
        let text = instruction.arguments.text().map(|text| (text.text().to_owned(), text.span()));
        let written: Vec<(String, Span)> = match instruction.keyword {
            Keyword::Add | Keyword::Copy | Keyword::Volume | Keyword::Expose => {
                let is_heredoc = |span: Span| instruction.heredocs.iter().any(|heredoc| heredoc.word == span);
                let words = words.iter().filter(|word| !is_heredoc(word.span));
                words.map(|word| (word.text.clone(), word.span)).collect()
            }
            Keyword::Workdir | Keyword::User | Keyword::Stopsignal => text.into_iter().collect(),
            _ => Vec::new(),
        };
        for (text, span) in &written {
            if let Err(error) = self.expand(text)
                && error.is_syntax()
            {
                return Some((*span, error.to_string()));
            }
        }
        let values = written.iter().filter_map(|(text, span)| Some((self.known(text)?, *span)));
        let values: Vec<(String, Span)> = values.collect();
        match instruction.keyword {
            Keyword::Expose => values.iter().find_map(|(value, span)| {
                let wrong = value.split_whitespace().find(|port| !values::is_port(port))?;
                Some((*span, format!("{wrong:?} is no port")))
            }),
            Keyword::Stopsignal => values.iter().find_map(|(value, span)| {
                (!values::is_signal(value)).then(|| (*span, format!("{value:?} is no signal")))
            }),
            Keyword::Copy | Keyword::Add => self.copy(instruction, &values),
            Keyword::Run => instruction.flags_named("mount").find_map(|flag| {
                let value = flag.value.as_ref()?;
                Some((value.span, mount::wrong(&value.text, &|text| self.known(text))?))
            }),
            _ => None,
        }
    }

    fn copy(&self, instruction: &Instruction, values: &[(String, Span)]) -> Option<(Span, String)> {
        let flag = |name: &str| {
            let value = instruction.flag(name)?.value.as_ref()?;
            Some((self.known(&value.text)?, value.span)).filter(|(text, _)| !text.is_empty())
        };
        if let Some((mode, span)) = flag("chmod").filter(|(mode, _)| !values::is_mode(mode)) {
            return Some((span, format!("--chmod is octal, or such as u+x, not {mode:?}")));
        }
        let links = instruction.flag("link").is_some_and(|flag| {
            flag.value.as_ref().is_none_or(|value| value.text.eq_ignore_ascii_case("true"))
        });
        if let Some((owner, span)) = flag("chown").filter(|(owner, _)| links && values::names_owner(owner)) {
            return Some((span, format!("--link looks up no names: --chown={owner} must be numbers")));
        }
        // The last word is where it goes, known or not.
        let last = instruction.arguments.words().last()?.span;
        let sources = || values.iter().filter(|(_, span)| *span != last);
        if instruction.keyword == Keyword::Copy {
            let remote = sources().find(|(source, _)| is_remote(source))?;
            return Some((remote.1, "COPY takes nothing from a URL; ADD does".to_owned()));
        }
        let (sum, span) = flag("checksum")?;
        let count = instruction.arguments.words().len() - 1 - instruction.heredocs.len();
        if count != 1 {
            return Some((span, "--checksum is for one source".to_owned()));
        }
        let (source, _) = sources().next()?;
        let is_file = source.starts_with("http://") || source.starts_with("https://");
        if !is_remote(source) && !source.ends_with(".git") && !source.contains(".git#") {
            return Some((span, "--checksum is for a URL or a repository".to_owned()));
        }
        let is_git = source.split(['#', '?']).next().is_some_and(|url| url.ends_with(".git"));
        (is_file && !is_git && !reference::is_digest(&sum)).then(|| (span, format!("{sum:?} is no digest")))
    }
}

/// Whether ADD fetches a source: a URL, or a repository that only git reads.
fn is_remote(source: &str) -> bool {
    ["http://", "https://", "git://", "ssh://", "git@"].iter().any(|start| source.starts_with(start))
}
