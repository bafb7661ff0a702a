//! As whom a command of a RUN runs, and in which root.
//!
//! What it refuses to do: what a sudoers file allows is not looked up.

use crate::lint::subject::shell_code::Call;
use crate::shell::{Command, ContextKind, Wrapper};

/// As whom a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Runner {
    /// As the RUN's user.
    Own,
    /// As root, by this program.
    Raised(&'static str),
    /// As somebody else, or as whom can't be told.
    Other,
    /// In another root.
    Elsewhere,
}

/// As whom a command runs: by its own wrappers, and by those of the shells whose text it stands in.
pub(super) fn runner(call: &Call<'_>) -> Runner {
    let script = &call.script.shell;
    let owners = script.contexts_of(call.command).filter(|context| {
        use ContextKind::{Eval, Exec, ShellInput, ShellText};
        matches!(context.kind, ShellText | ShellInput | Eval | Exec)
    });
    let owners = owners.filter_map(|context| script.commands.get(context.owner?));
    let owners = owners.map(|owner| of_wrappers(owner).max(of_program(owner)));
    owners.fold(of_wrappers(call.command), Runner::max)
}

fn of_program(command: &Command) -> Runner {
    match command.name.as_deref() {
        Some("su" | "runuser" | "sg" | "newgrp" | "gosu" | "su-exec" | "setpriv") => Runner::Other,
        Some("chroot" | "arch-chroot" | "unshare" | "nsenter" | "ssh" | "docker" | "podman") => {
            Runner::Elsewhere
        }
        _ => Runner::Own,
    }
}

fn of_wrappers(command: &Command) -> Runner {
    command.wrappers.iter().map(of_wrapper).max().unwrap_or(Runner::Own)
}

fn of_wrapper(wrapper: &Wrapper) -> Runner {
    let words = || wrapper.words.iter().map(|word| word.text.as_str());
    let raised = match wrapper.name.as_str() {
        "sudo" => "sudo",
        "doas" => "doas",
        "gosu" | "su-exec" | "s6-setuidgid" | "runuser" | "setpriv" | "fakeroot" => return Runner::Other,
        "chroot" | "unshare" => return Runner::Elsewhere,
        _ => return Runner::Own,
    };
    if words().any(|word| word.starts_with("--chroot") || word == "-R") {
        return Runner::Elsewhere;
    }
    let user = words().zip(words().skip(1)).find_map(|(option, value)| match option {
        "-u" | "--user" => Some(value),
        _ => option.strip_prefix("--user=").or_else(|| option.strip_prefix("-u")),
    });
    match user {
        None | Some("root" | "0" | "#0" | "") => Runner::Raised(raised),
        Some(_) => Runner::Other,
    }
}
