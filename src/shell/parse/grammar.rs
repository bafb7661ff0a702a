//! The grammar of bash, and the parser of this thread.
//!
//! Vocabulary: a *kind* is what a node of the syntax tree is, as far as this module tells them apart; names of nodes are
//! those of tree-sitter-bash.
//!
//! What it refuses to do: it parses no more than a budget allows, counted in the parser's steps, so that a hostile text
//! ends on every machine at the same place.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::OnceLock;

use tree_sitter::{Language, Node, ParseOptions, Parser, Tree};

use crate::base::limits;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Command,
    CommandName,
    Redirected,
    Pipeline,
    List,
    And,
    Or,
    Negated,
    Assignment,
    Assignments,
    VariableName,
    Subscript,
    Declaration,
    Unset,
    For,
    While,
    DoGroup,
    If,
    Elif,
    Else,
    Then,
    Case,
    CaseItem,
    Function,
    Subshell,
    Compound,
    CommandSubstitution,
    ProcessSubstitution,
    FileRedirect,
    HeredocRedirect,
    HereString,
    HeredocStart,
    HeredocBody,
    HeredocEnd,
    Comment,
    Descriptor,
    /// A node that can be a word or a part of one.
    Literal,
    /// What the parser could not place.
    Error,
    Other,
}

fn kind_of_name(name: &str) -> Kind {
    match name {
        "command" => Kind::Command,
        "command_name" => Kind::CommandName,
        "redirected_statement" => Kind::Redirected,
        "pipeline" => Kind::Pipeline,
        "list" => Kind::List,
        "&&" => Kind::And,
        "||" => Kind::Or,
        "negated_command" => Kind::Negated,
        "variable_assignment" => Kind::Assignment,
        "variable_assignments" => Kind::Assignments,
        "variable_name" => Kind::VariableName,
        "subscript" => Kind::Subscript,
        "declaration_command" => Kind::Declaration,
        "unset_command" => Kind::Unset,
        "for_statement" => Kind::For,
        "while_statement" | "c_style_for_statement" => Kind::While,
        "do_group" => Kind::DoGroup,
        "if_statement" => Kind::If,
        "elif_clause" => Kind::Elif,
        "else_clause" => Kind::Else,
        "then" => Kind::Then,
        "case_statement" => Kind::Case,
        "case_item" => Kind::CaseItem,
        "function_definition" => Kind::Function,
        "subshell" => Kind::Subshell,
        "compound_statement" => Kind::Compound,
        "command_substitution" => Kind::CommandSubstitution,
        "process_substitution" => Kind::ProcessSubstitution,
        "file_redirect" => Kind::FileRedirect,
        "heredoc_redirect" => Kind::HeredocRedirect,
        "herestring_redirect" => Kind::HereString,
        "heredoc_start" => Kind::HeredocStart,
        "heredoc_body" => Kind::HeredocBody,
        "heredoc_end" => Kind::HeredocEnd,
        "comment" => Kind::Comment,
        "file_descriptor" => Kind::Descriptor,
        "word"
        | "string"
        | "string_content"
        | "raw_string"
        | "translated_string"
        | "ansi_c_string"
        | "number"
        | "expansion"
        | "simple_expansion"
        | "arithmetic_expansion"
        | "brace_expression"
        | "concatenation"
        | "extglob_pattern"
        | "regex" => Kind::Literal,
        "ERROR" => Kind::Error,
        _ => Kind::Other,
    }
}

/// What a node is.
pub(crate) fn kind(node: &Node<'_>) -> Kind {
    static KINDS: OnceLock<Vec<Kind>> = OnceLock::new();
    let kinds = KINDS.get_or_init(|| {
        let language = Language::new(tree_sitter_bash::LANGUAGE);
        let names = (0..language.node_kind_count()).map(|id| {
            u16::try_from(id).ok().and_then(|id| language.node_kind_for_id(id)).unwrap_or_default()
        });
        names.map(kind_of_name).collect()
    });
    if node.is_error() {
        return Kind::Error;
    }
    kinds.get(usize::from(node.kind_id())).copied().unwrap_or(Kind::Other)
}

thread_local! {
    static PARSER: RefCell<Option<Parser>> = const { RefCell::new(None) };
}

/// The syntax tree of a text; nothing where it would take too long.
pub(crate) fn parse(text: &str) -> Option<Tree> {
    PARSER.with_borrow_mut(|slot| {
        if slot.is_none() {
            let mut parser = Parser::new();
            parser.set_language(&Language::new(tree_sitter_bash::LANGUAGE)).ok()?;
            *slot = Some(parser);
        }
        let parser = slot.as_mut()?;
        let mut left = limits::SHELL_PARSE_STEPS;
        let mut progress = |_: &tree_sitter::ParseState| {
            left = left.saturating_sub(1);
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = ParseOptions::new().progress_callback(&mut progress);
        // No shell text holds a NUL, which the grammar's scanner takes for the end wherever it stands.
        let text = match text.contains('\0') {
            true => Cow::Owned(text.replace('\0', "\x01")),
            false => Cow::Borrowed(text),
        };
        let bytes = text.as_bytes();
        let tree =
            parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options));
        if tree.is_none() {
            parser.reset();
        }
        tree
    })
}
