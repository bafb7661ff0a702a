//! An instruction by itself: how many arguments it has, which flags, and values that nothing fills in.

use super::{flags, mount, values};
use crate::base::text::Span;
use crate::dockerfile::model::{Instruction, InstructionArguments, Keyword, Problem, ProblemKind};

/// What BuildKit's reading of an instruction refuses.
pub(super) fn refusal(instruction: &Instruction) -> Option<Problem> {
    let (span, message) = arguments(instruction).or_else(|| flags_of(instruction))?;
    Some(Problem { span, message, kind: ProblemKind::Refused })
}

fn arguments(instruction: &Instruction) -> Option<(Span, String)> {
    let name = instruction.keyword_word.text.to_ascii_uppercase();
    let here = instruction.keyword_word.span;
    let words = instruction.arguments.words();
    let is_none = matches!(instruction.arguments, InstructionArguments::None) || has_nothing(instruction);
    let message = match instruction.keyword {
        Keyword::Unknown => format!("unknown instruction {:?}", instruction.keyword_word.text),
        Keyword::Add | Keyword::Copy if words.len() < 2 => format!("{name} takes a source and a destination"),
        Keyword::Add | Keyword::Copy => {
            let last = words.last()?;
            let is_heredoc = instruction.heredocs.iter().any(|heredoc| heredoc.word == last.span);
            return is_heredoc.then(|| (last.span, format!("the destination of {name} is a heredoc")));
        }
        Keyword::From | Keyword::Run | Keyword::Cmd | Keyword::Entrypoint => return None,
        _ if is_none => format!("{name} has no argument"),
        Keyword::Shell => match instruction.arguments {
            InstructionArguments::Exec(_) => return None,
            _ => "SHELL takes a JSON array".to_owned(),
        },
        Keyword::Env | Keyword::Label => {
            let blank = instruction.arguments.pairs().iter().find(|pair| pair.key.text.is_empty())?;
            return Some((blank.value.span, format!("{name} has a name that is blank")));
        }
        Keyword::Arg => {
            let blank = words.iter().find(|word| word.text.starts_with('='))?;
            return Some((blank.span, "ARG has a name that is blank".to_owned()));
        }
        Keyword::Volume if words.iter().any(|word| word.text.trim().is_empty()) => {
            "VOLUME has a path that is blank".to_owned()
        }
        Keyword::Onbuild => return trigger(instruction),
        Keyword::Healthcheck => return health(instruction).map(|message| (here, message)),
        _ => return None,
    };
    Some((here, message))
}

/// `VOLUME []`, `SHELL []`.
fn has_nothing(instruction: &Instruction) -> bool {
    matches!(&instruction.arguments, InstructionArguments::Exec(words) if words.is_empty())
}

fn trigger(instruction: &Instruction) -> Option<(Span, String)> {
    let InstructionArguments::Trigger(inner) = &instruction.arguments else { return None };
    let name = inner.keyword_word.text.to_ascii_uppercase();
    matches!(name.as_str(), "ONBUILD" | "MAINTAINER" | "FROM")
        .then(|| (inner.keyword_word.span, format!("{name} can't stand in ONBUILD")))
}

fn health(instruction: &Instruction) -> Option<String> {
    let InstructionArguments::Health(kind, command) = &instruction.arguments else { return None };
    let is_empty = match &**command {
        InstructionArguments::None => true,
        InstructionArguments::Exec(words) => words.is_empty(),
        _ => false,
    };
    match kind.text.to_ascii_uppercase().as_str() {
        "NONE" => (!is_empty).then(|| "HEALTHCHECK NONE takes nothing else".to_owned()),
        "CMD" if is_empty => Some("HEALTHCHECK CMD has no command".to_owned()),
        "CMD" => None,
        other => Some(format!("HEALTHCHECK takes CMD or NONE, not {other:?}")),
    }
}

fn flags_of(instruction: &Instruction) -> Option<(Span, String)> {
    let is_off = matches!(&instruction.arguments, InstructionArguments::Health(kind, _) if kind.text.eq_ignore_ascii_case("none"));
    if is_off {
        return None;
    }
    if let Some((flag, message)) = flags::wrong(instruction) {
        return Some((flag.word.span, message));
    }
    instruction.flags.iter().find_map(|flag| {
        let value = flag.value.as_ref()?.text.as_str();
        let message = match (instruction.keyword, flag.name.as_str()) {
            (Keyword::Run, "network") if !matches!(value, "default" | "none" | "host") => {
                format!("--network is default, none or host, not {value:?}")
            }
            (Keyword::Run, "security") if !matches!(value, "sandbox" | "insecure") => {
                format!("--security is sandbox or insecure, not {value:?}")
            }
            (Keyword::Run, "mount") => mount::unread(value)?,
            (Keyword::Healthcheck, "retries") if value.is_empty() => return None,
            (Keyword::Healthcheck, "retries") => match value.parse::<i32>() {
                Ok(0..) => return None,
                _ => format!("--retries is a number, not {value:?}"),
            },
            (Keyword::Healthcheck, name) if !value.is_empty() => values::duration(name, value)?,
            _ => return None,
        };
        Some((flag.word.span, message))
    })
}
