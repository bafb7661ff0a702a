//! The folders that commands run in: what `cd`, `pushd` and `popd` make of the folder where a script begins.
//!
//! Vocabulary: a *change* is a command that changes the folder. It reaches a command behind it in the same shell, as an
//! assignment does; of one that may not have run, it is taken that it has.
//!
//! What it refuses to do: it looks at no file system: links, `CDPATH` and folders that are not there are not known, and
//! `..` is left in the path.

use std::cell::Cell;

use super::model::{Command, Outside, Script};
use super::values::Reach;

/// Changes that are looked at for all commands of one script; real scripts have some ten.
const LOOKS: usize = 1 << 16;

/// Where the commands of a script run.
#[derive(Debug)]
pub struct Folders<'s> {
    script: &'s Script,
    /// The changes, by their places among the commands.
    changes: Vec<usize>,
    left: Cell<usize>,
}

/// What the changes so far have made.
#[derive(Default)]
struct Shell {
    /// None where it can't be told.
    here: Option<String>,
    previous: Option<String>,
    stack: Vec<Option<String>>,
}

impl Script {
    /// Where its commands run.
    pub fn folders(&self) -> Folders<'_> {
        let is_change = |command: &Command| {
            let by_shell =
                command.wrappers.iter().all(|wrapper| matches!(&*wrapper.name, "command" | "builtin"));
            // The members of a pipeline run in shells of their own.
            let is_connected = self.connected.contains_key(&command.pipeline);
            by_shell && !is_connected && matches!(command.name.as_deref(), Some("cd" | "pushd" | "popd"))
        };
        let changes = self.commands.iter().enumerate().filter(|(_, command)| is_change(command));
        Folders { script: self, changes: changes.map(|(index, _)| index).collect(), left: Cell::new(LOOKS) }
    }
}

impl Folders<'_> {
    /// The folder in which [`Script::commands`]'s command number `index` runs, as the script writes it: empty for the one
    /// where the script begins, from there where it doesn't begin with a slash. None where it can't be told.
    pub fn of(&self, index: usize, outside: Outside<'_>) -> Option<String> {
        let command = self.script.commands.get(index)?;
        let mut shell = Shell { here: Some(String::new()), ..Shell::default() };
        for change in self.changes.iter().take_while(|change| **change < index) {
            self.left.set(self.left.get().checked_sub(1)?);
            let Some(change) = self.script.commands.get(*change) else { continue };
            if self.script.reach(change.context, command.context) != Reach::Never {
                self.apply(change, &mut shell, outside);
            }
        }
        shell.here
    }

    fn apply(&self, change: &Command, shell: &mut Shell, outside: Outside<'_>) {
        let words = self.script.expanded(change, outside);
        let is_option = |text: &str| text.len() > 1 && text.starts_with('-');
        let operand = words.iter().skip(1).find(|word| !is_option(&word.text));
        let target = operand.map(|word| word.is_literal().then_some(word.text.as_str()));
        match (change.name.as_deref(), target) {
            (Some("popd"), _) => {
                let top = shell.stack.pop().flatten();
                shell.enter(top);
            }
            (Some("pushd"), target) => {
                shell.stack.push(shell.here.clone());
                // Without an operand, or with `+1`, the stack is turned.
                let folder = target.flatten().filter(|text| !text.starts_with('+'));
                shell.enter(folder.and_then(|folder| shell.at(folder)));
            }
            (_, None) => shell.enter(self.script.variable(change, "HOME", outside)),
            (_, Some(Some("-"))) => {
                let previous = shell.previous.clone();
                shell.enter(previous);
            }
            (_, Some(target)) => shell.enter(target.and_then(|folder| shell.at(folder))),
        }
    }
}

impl Shell {
    /// `folder` seen from here.
    fn at(&self, folder: &str) -> Option<String> {
        match (folder.starts_with('/'), self.here.as_deref()) {
            (true, _) | (false, Some("")) => Some(folder.to_owned()),
            (false, Some(here)) => Some(format!("{here}/{folder}")),
            (false, None) => None,
        }
    }

    fn enter(&mut self, folder: Option<String>) {
        self.previous = std::mem::replace(&mut self.here, folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where `x` runs.
    fn folder(text: &str) -> Option<String> {
        let script = Script::parse(text);
        let at = script.commands.iter().position(|command| command.is("x")).unwrap();
        script.folders().of(at, &|name| (name == "HOME").then(|| "/root".to_owned()))
    }

    #[test]
    fn a_change_holds_for_what_follows_in_its_shell() {
        for (text, expected) in [
            ("x", ""),
            ("cd a && x", "a"),
            ("cd a; cd b\nx", "a/b"),
            ("cd a && cd /b && x", "/b"),
            ("cd -P -- 'a b' && x", "a b"),
            ("D=/opt/y; cd $D/z && x", "/opt/y/z"),
            ("(cd /a && true) && x", ""),
            ("(cd /a && x)", "/a"),
            ("cd /a && (cd b && y) && x", "/a"),
            ("$(cd /a); x", ""),
            ("cd /a | y; x", ""),
            ("bash -c 'cd /a && x'", "/a"),
            ("bash -c 'cd /a'; x", ""),
            ("if y; then cd /a; fi; x", "/a"),
            ("cd /a || exit 1; x", "/a"),
            ("{ cd /a; x; }", "/a"),
            ("x; cd /a", ""),
            ("echo cd /a; x", ""),
            ("sudo cd /a; x", ""),
        ] {
            assert_eq!(folder(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn folders_are_gone_back_to() {
        for (text, expected) in [
            ("cd /a; cd b; cd -; x", "/a"),
            ("pushd /a; pushd b; popd; x", "/a"),
            ("cd /a; pushd /b; popd; x", "/a"),
            ("cd /a; cd; x", "/root"),
            ("cd /a && cd .. && x", "/a/.."),
        ] {
            assert_eq!(folder(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_no_text_says_is_not_guessed() {
        for text in ["cd $(mktemp -d) && x", "cd $UNSET && x", "cd ~/a && x", "cd $UNSET; cd a; x", "popd; x"]
        {
            assert_eq!(folder(text), None, "{text}");
        }
        assert_eq!(folder("cd $UNSET && cd /a && x").as_deref(), Some("/a"));
    }

    #[test]
    fn a_script_of_nothing_but_changes_ends() {
        let text = "cd a; x; ".repeat(20_000);
        let script = Script::parse(&text);
        let folders = script.folders();
        let known = (0..script.commands.len()).filter(|at| folders.of(*at, &|_| None).is_some()).count();
        assert!(known < script.commands.len());
    }
}
