//! A script that was read: its commands, what they assign, and where they stand.
//!
//! What it refuses to do: it reads nothing itself; it answers what follows from what was read.

use std::collections::BTreeMap;

use crate::base::text::Span;

use super::context::{ContextKind, ScriptContext};
use super::parse::windows;
use super::word::Word;

/// A script, and the scripts inside it.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// Its commands, in order; those of a script inside a command follow it.
    pub commands: Vec<Command>,
    /// What is assigned to variables, in order.
    pub assignments: Vec<Assignment>,
    /// The contexts of commands and assignments; the first is the whole script.
    pub contexts: Vec<ScriptContext>,
    /// Whether the grammar found what is no shell.
    pub has_errors: bool,
    /// Whether a part was left out, since it was too large or nested too deep.
    pub incomplete: bool,
    /// Assignments by the names of their variables.
    pub(crate) by_name: BTreeMap<String, Vec<usize>>,
    /// Position and command of each member of a pipeline of several, by its number.
    pub(crate) connected: BTreeMap<usize, Vec<(usize, usize)>>,
    /// Where assignments start, in order, and the last end of those up to there.
    pub(crate) assigned: Vec<(usize, usize)>,
}

/// A simple command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The program without its folder, and without the version of `python3.11` and `pip3`. None where the word's value
    /// is not known, or there is no word.
    pub name: Option<String>,
    /// Whether the name is a guess: it comes from a variable that is set in a branch that may not have run, or by a
    /// loop over several values.
    pub name_is_guess: bool,
    /// The words, the program's first, without wrappers.
    pub words: Vec<Word>,
    /// The programs that run it, the outermost first; `python -m` is one.
    pub wrappers: Vec<Wrapper>,
    /// Variables set for it alone, by `X=1` before it or by `env X=1`.
    pub assignments: Vec<(String, Word)>,
    /// Its redirects, in order.
    pub redirects: Vec<Redirect>,
    /// Its pipeline; other commands with this number are connected with it.
    pub pipeline: usize,
    /// Its position in the pipeline, from 0.
    pub position: usize,
    /// From its first assignment, wrapper or word to its last word or redirect, heredoc bodies apart.
    pub span: Span,
    /// Where it stands: an index into [`Script::contexts`].
    pub context: usize,
    /// How many of [`Script::assignments`] stand before it.
    pub assignments_before: usize,
}

/// A program that runs another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapper {
    /// The program, as [`Command::name`].
    pub name: String,
    /// Its words, up to the wrapped command.
    pub words: Vec<Word>,
}

/// A redirect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// All of it, heredoc bodies apart.
    pub span: Span,
    /// The descriptor before the operator.
    pub descriptor: Option<u32>,
    /// `>`, `>>`, `<`, `&>`, `<<`, `<<<` and so on.
    pub operator: String,
    /// What it leads to or comes from.
    pub target: Target,
}

/// What a redirect leads to or comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A file, or a descriptor after `>&`.
    File(Word),
    /// The word after `<<<`.
    HereString(Word),
    /// The body of a heredoc.
    Heredoc(Word),
    /// Nothing: `>&-`.
    Closed,
}

/// A change of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Name, operator and value.
    pub span: Span,
    /// The variable.
    pub name: String,
    /// What it becomes.
    pub value: Assigned,
    /// Whether `export` did it.
    pub exported: bool,
    /// Where it stands: an index into [`Script::contexts`].
    pub context: usize,
}

/// What a variable becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assigned {
    /// The value of a word.
    Word(Word),
    /// Its own value and a word's: `X+=1`.
    Appended(Word),
    /// One of these after the other: the words of `for`.
    OneOf(Vec<Word>),
    /// Nothing: `unset`.
    Unset,
    /// What can't be told: an array, input of `read`, a loop over `"$@"`.
    Unknown,
}

/// The value of a variable outside the script.
pub type Outside<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Script {
    /// Reads a text of PowerShell or cmd for the simple commands in it; places are those of the text.
    pub fn parse_windows(text: &str) -> Self {
        Self::parse(&windows::as_posix(text))
    }

    /// The contexts around a command, from its own to the whole script.
    pub fn contexts_of(&self, command: &Command) -> impl Iterator<Item = &ScriptContext> {
        std::iter::successors(self.contexts.get(command.context), |context| {
            self.contexts.get(context.parent?)
        })
    }

    /// The commands that read what this one writes: behind it in its pipeline, and behind what it stands in.
    pub fn downstream(&self, command: &Command) -> Vec<&Command> {
        let mut places = vec![(command.pipeline, command.position)];
        for context in self.contexts_of(command) {
            places.extend(context.pipeline);
            match context.kind {
                ContextKind::Substitution => break,
                _ => {
                    let owner = context.owner.and_then(|owner| self.commands.get(owner));
                    places.extend(owner.map(|owner| (owner.pipeline, owner.position)));
                }
            }
        }
        let mut behind: Vec<usize> = Vec::new();
        for (id, position) in places {
            let members = self.connected.get(&id).map(Vec::as_slice).unwrap_or_default();
            behind.extend(members.iter().filter(|member| member.0 > position).map(|member| member.1));
        }
        behind.sort_unstable();
        behind.dedup();
        behind.into_iter().filter_map(|index| self.commands.get(index)).collect()
    }

    /// The commands whose words hold the output of this one, `$(…)` or `<(…)`, the innermost first.
    pub fn consumers(&self, command: &Command) -> Vec<&Command> {
        self.contexts_of(command)
            .filter(|context| context.kind == ContextKind::Substitution)
            .filter_map(|context| self.commands.get(context.owner?))
            .collect()
    }

    /// Whether a command stands in the value of an assignment: `A=$(command)`.
    pub fn is_assigned(&self, command: &Command) -> bool {
        let up_to = self.assigned.partition_point(|(start, _)| *start <= command.span.start);
        let last = up_to.checked_sub(1).and_then(|at| self.assigned.get(at));
        last.is_some_and(|(_, end)| command.span.end <= *end)
    }

    /// Whether a command may not run though the script does: it is in a branch, a loop, a function or behind `||`.
    pub fn is_conditional(&self, command: &Command) -> bool {
        self.contexts_of(command).any(|context| context.kind.is_conditional())
    }
}

impl Script {
    pub(crate) fn assign(&mut self, assignment: Assignment) {
        self.by_name.entry(assignment.name.clone()).or_default().push(self.assignments.len());
        self.assignments.push(assignment);
    }

    /// Notes the members of each pipeline, once all commands are there.
    pub(crate) fn connect(&mut self) {
        let mut connected: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
        let later = self.commands.iter().map(|command| (command.pipeline, command.position));
        let later = later.chain(self.contexts.iter().filter_map(|context| context.pipeline));
        for (id, _) in later.filter(|(_, position)| *position > 0) {
            connected.entry(id).or_default();
        }
        for (index, command) in self.commands.iter().enumerate() {
            let own = std::iter::once((command.pipeline, command.position));
            for (id, position) in own.chain(self.contexts_of(command).filter_map(|context| context.pipeline))
            {
                if let Some(members) = connected.get_mut(&id) {
                    members.push((position, index));
                }
            }
        }
        self.connected = connected;
        let mut assigned: Vec<(usize, usize)> =
            self.assignments.iter().map(|assignment| (assignment.span.start, assignment.span.end)).collect();
        assigned.sort_unstable();
        let mut last = 0;
        for (_, end) in &mut assigned {
            last = last.max(*end);
            *end = last;
        }
        self.assigned = assigned;
    }
}

impl Command {
    /// Whether the program is called `name`.
    pub fn is(&self, name: &str) -> bool {
        self.name.as_deref() == Some(name)
    }

    /// The words behind the program.
    pub fn arguments(&self) -> &[Word] {
        self.words.get(1..).unwrap_or_default()
    }
}
