//! Lists of what conda is asked for (`environment.yml`): who installs from one has conda choose versions anew in each build.
//!
//! What it refuses to do: the list is not read. It is no lock, whatever versions stand in it.

use super::asked::LockCall;
use crate::shell::OptionStyle;

/// The list that a command of conda's installs from; none where it does not.
pub(super) fn list_of(call: &LockCall<'_>) -> Option<String> {
    if !["conda", "mamba", "micromamba"].contains(&call.program) {
        return None;
    }
    let arguments = call.arguments(&STYLE);
    let words: Vec<&str> = arguments.operands.iter().map(|word| word.text.as_str()).collect();
    let is_env = match words.as_slice() {
        ["env", "create" | "update", ..] => true,
        ["create" | "install" | "update", ..] => false,
        _ => return None,
    };
    let files = arguments.all(&["-f", "--file"]).filter_map(|option| option.value.as_ref());
    let mut files = files.map(|file| file.text().to_owned()).peekable();
    let is_none = files.peek().is_none();
    let is_list = |file: &String| [".yml", ".yaml"].iter().any(|end| file.ends_with(end));
    files.find(is_list).or_else(|| (is_env && is_none).then(|| "environment.yml".to_owned()))
}

/// What conda's commands take a value for.
const STYLE: OptionStyle = OptionStyle {
    values: &[
        "-c",
        "-f",
        "-n",
        "-p",
        "-r",
        "--channel",
        "--file",
        "--name",
        "--prefix",
        "--root-prefix",
        "--solver",
    ],
    single_dash: false,
    stop_at_operand: false,
};
