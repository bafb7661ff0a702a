//! Where a command stands: in a branch, a loop, a subshell, a script inside the script.
//!
//! Vocabulary: contexts form a tree, with the whole script at its root. A context *dominates* what is in or below it:
//! where that runs, the context was entered. A *subshell* keeps its variables for itself.
//!
//! What it refuses to do: no condition is evaluated.

/// A place that commands stand in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptContext {
    /// The context around it; none for the whole script.
    pub parent: Option<usize>,
    /// What it is.
    pub kind: ContextKind,
    /// The command that brought it: whose word is the substitution, which is the shell that runs the script.
    pub owner: Option<usize>,
    /// Its pipeline and its position there, for compound commands in one.
    pub pipeline: Option<(usize, usize)>,
}

/// What a context is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContextKind {
    /// The whole script.
    Script,
    /// After `&&`.
    And,
    /// After `||`.
    Or,
    /// Between `if` and `then`.
    Condition,
    /// Behind `then` or `else`, in an item of `case`.
    Branch,
    /// The body of `for`, `while` and `until`, with the latter's condition.
    Loop,
    /// The body of a function.
    Function,
    /// `(…)`.
    Subshell,
    /// A compound command in a pipeline.
    Piped,
    /// `$(…)`, backticks, `<(…)`.
    Substitution,
    /// The text of `sh -c`, `su -c` and their like.
    ShellText,
    /// What a shell reads from a heredoc or here-string.
    ShellInput,
    /// The words of `eval`, and the text of `trap`.
    Eval,
    /// The command of `find -exec`.
    Exec,
}

impl ContextKind {
    /// Whether variables set inside are gone outside.
    pub fn is_subshell(self) -> bool {
        matches!(
            self,
            Self::Subshell
                | Self::Piped
                | Self::Substitution
                | Self::ShellText
                | Self::ShellInput
                | Self::Exec
        )
    }

    /// Whether what is inside may not run, though what stands around it does; `a && b` counts as run.
    pub fn is_conditional(self) -> bool {
        matches!(self, Self::Or | Self::Branch | Self::Loop | Self::Function)
    }
}
