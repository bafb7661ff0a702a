//! The flags that each instruction has.

use crate::dockerfile::model::{Flag, Instruction, Keyword};

/// How a flag is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FlagForm {
    /// Alone, or with `true` or `false`.
    Switch,
    /// Once, with a value.
    Value,
    /// As often as one likes, each time with a value.
    Values,
}

use FlagForm::{Switch, Value, Values};

/// What is wrong with the flags of an instruction: the flag, and the message.
pub(super) fn wrong(instruction: &Instruction) -> Option<(&Flag, String)> {
    let known = known(instruction.keyword)?;
    instruction.flags.iter().enumerate().find_map(|(at, flag)| {
        let name = &flag.name;
        let Some((_, form)) = known.iter().find(|(known, _)| known == name) else {
            return Some((flag, format!("unknown flag --{name}")));
        };
        let mut before = instruction.flags.iter().take(at);
        if *form != Values && before.any(|other| other.name == *name) {
            return Some((flag, format!("--{name} is given twice")));
        }
        let value = flag.value.as_ref().map(|value| value.text.as_str());
        let message = match (form, value) {
            (Value | Values, None) => format!("--{name} has no value"),
            (Switch, Some("")) => format!("--{name} has no value"),
            (Switch, Some(value)) if !["true", "false"].contains(&value.to_ascii_lowercase().as_str()) => {
                format!("--{name} is true or false, not {value:?}")
            }
            _ => return None,
        };
        Some((flag, message))
    })
}

/// The flags of an instruction; none where BuildKit reads none, whatever stands there.
fn known(keyword: Keyword) -> Option<&'static [(&'static str, FlagForm)]> {
    Some(match keyword {
        Keyword::Add => &[
            ("chown", Value),
            ("chmod", Value),
            ("link", Switch),
            ("keep-git-dir", Switch),
            ("checksum", Value),
            ("unpack", Switch),
            ("exclude", Values),
        ],
        Keyword::Copy => &[
            ("chown", Value),
            ("from", Value),
            ("chmod", Value),
            ("link", Switch),
            ("exclude", Values),
            ("parents", Switch),
        ],
        Keyword::From => &[("platform", Value)],
        Keyword::Run => &[("mount", Values), ("network", Value), ("security", Value), ("device", Values)],
        Keyword::Healthcheck => &[
            ("interval", Value),
            ("timeout", Value),
            ("start-period", Value),
            ("start-interval", Value),
            ("retries", Value),
        ],
        Keyword::Arg | Keyword::Stopsignal | Keyword::Unknown => return None,
        _ => &[],
    })
}
