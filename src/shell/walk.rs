//! From the syntax tree to raw commands: where their words, redirects and assignments stand, and in which context.
//!
//! Vocabulary: *raw* is what has places in the text that was parsed, but no words read yet. A *trailing* command is the
//! simple command that a statement ends with: the grammar hangs redirects on the whole statement that belong to it.
//!
//! What it refuses to do: nothing nested deeper than [`limits::SHELL_DEPTH`] is entered.

use std::ops::Range;

use tree_sitter::{Tree, TreeCursor};

use super::context::{Context, ContextKind};
use super::grammar::{Kind, kind};
use crate::base::limits;

/// A simple command.
#[derive(Debug, Default)]
pub(super) struct RawCommand {
    pub(super) range: Range<usize>,
    pub(super) words: Vec<Range<usize>>,
    pub(super) redirects: Vec<RawRedirect>,
    pub(super) assignments: Vec<RawAssignment>,
    pub(super) context: usize,
    pub(super) pipeline: (usize, usize),
}

/// A redirect.
#[derive(Debug)]
pub(super) struct RawRedirect {
    pub(super) range: Range<usize>,
    /// From the descriptor to the end of the operator.
    pub(super) operator: Range<usize>,
    pub(super) target: RawTarget,
}

/// What a redirect leads to.
#[derive(Debug)]
pub(super) enum RawTarget {
    File(Range<usize>),
    HereString(Range<usize>),
    Heredoc { start: Range<usize>, body: Range<usize> },
    Closed,
}

/// `X=1`, `X+=1`, `export X=1`, `unset X`, `for X in …`.
#[derive(Debug)]
pub(super) struct RawAssignment {
    pub(super) range: Range<usize>,
    pub(super) name: Range<usize>,
    pub(super) value: RawValue,
    pub(super) exported: bool,
    pub(super) context: usize,
}

/// What is assigned.
#[derive(Debug)]
pub(super) enum RawValue {
    Word { value: Range<usize>, append: bool },
    OneOf(Vec<Range<usize>>),
    Unset,
    Unknown,
}

/// What a script does, in order.
#[derive(Debug)]
pub(super) enum RawItem {
    Command(RawCommand),
    Assignment(RawAssignment),
}

/// Walks the tree of one text.
pub(super) struct Walk<'a> {
    text: &'a str,
    /// Substitutions that another shell has dealt with.
    skip: &'a [Range<usize>],
    pub(super) items: Vec<RawItem>,
    pub(super) substitutions: Vec<Range<usize>>,
    pub(super) contexts: &'a mut Vec<Context>,
    pub(super) pipelines: &'a mut usize,
    pub(super) has_errors: bool,
    pub(super) too_deep: bool,
    context: usize,
    /// The place in a pipeline of the command that comes next.
    member: Option<(usize, usize)>,
    depth: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        text: &'a str,
        skip: &'a [Range<usize>],
        contexts: &'a mut Vec<Context>,
        pipelines: &'a mut usize,
        context: usize,
    ) -> Self {
        Self {
            text,
            skip,
            items: Vec::new(),
            substitutions: Vec::new(),
            contexts,
            pipelines,
            has_errors: false,
            too_deep: false,
            context,
            member: None,
            depth: 0,
        }
    }

    pub(super) fn run(&mut self, tree: &Tree) {
        self.has_errors = tree.root_node().has_error();
        self.children(&mut tree.walk());
        self.substitutions.sort_by_key(|range| range.start);
    }

    /// Visits the statements below a node.
    fn children(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        self.each(cursor, Self::statement)
    }

    /// Calls `visit` at each child; the last answer.
    fn each(
        &mut self,
        cursor: &mut TreeCursor<'_>,
        mut visit: impl FnMut(&mut Self, &mut TreeCursor<'_>) -> Option<usize>,
    ) -> Option<usize> {
        if self.depth >= limits::SHELL_DEPTH {
            self.too_deep = true;
            return None;
        }
        let mut last = None;
        if cursor.goto_first_child() {
            self.depth += 1;
            loop {
                if cursor.node().is_named() || kind(&cursor.node()) != Kind::Other {
                    last = visit(self, cursor);
                }
                if !cursor.goto_next_sibling() {
                    break;
                }
            }
            self.depth -= 1;
            cursor.goto_parent();
        }
        last
    }

    /// Visits in a context of its own.
    fn inside(&mut self, kind: ContextKind, visit: impl FnOnce(&mut Self) -> Option<usize>) -> Option<usize> {
        let outside = self.context;
        self.enter(kind);
        let last = visit(self);
        self.context = outside;
        last
    }

    fn enter(&mut self, kind: ContextKind) {
        let parent = Some(self.context);
        self.context = self.contexts.len();
        self.contexts.push(Context { parent, kind, owner: None, pipeline: None });
    }

    /// Visits one statement; its trailing command.
    fn statement(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        let node = cursor.node();
        match kind(&node) {
            Kind::Command => self.command(cursor),
            Kind::Redirected => self.redirected(cursor),
            Kind::Pipeline => self.pipeline(cursor),
            Kind::List => self.list(cursor),
            Kind::Negated => self.children(cursor),
            Kind::Assignment => self.assignment(cursor, false),
            Kind::Assignments => self.each(cursor, |walk, cursor| walk.assignment(cursor, false)),
            Kind::Declaration => self.declaration(cursor),
            Kind::Unset => self.unset(cursor),
            Kind::For => self.for_loop(cursor),
            Kind::While => {
                self.inside(ContextKind::Loop, |walk| walk.children(cursor));
                None
            }
            Kind::If => self.if_statement(cursor),
            Kind::Case => {
                self.children(cursor);
                None
            }
            Kind::CaseItem => self.inside(ContextKind::Branch, |walk| walk.children(cursor)).and(None),
            Kind::Function => self.inside(ContextKind::Function, |walk| walk.children(cursor)).and(None),
            Kind::Subshell => self.inside(ContextKind::Subshell, |walk| walk.children(cursor)).and(None),
            Kind::DoGroup | Kind::Compound => self.children(cursor).and(None),
            Kind::CommandSubstitution | Kind::ProcessSubstitution => self.substitution(cursor, None),
            Kind::Error => self.recovered(cursor),
            Kind::Comment | Kind::VariableName => None,
            _ if node.child_count() > 0 => self.children(cursor).and(None),
            _ => None,
        }
    }

    fn pipeline(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        let id = self.new_pipeline();
        let mut position = 0;
        self.each(cursor, |walk, cursor| walk.pipeline_member(cursor, id, &mut position))
    }

    fn new_pipeline(&mut self) -> usize {
        *self.pipelines += 1;
        *self.pipelines
    }

    /// One member of a pipeline: a command is marked, anything else gets a context that is.
    fn pipeline_member(
        &mut self,
        cursor: &mut TreeCursor<'_>,
        id: usize,
        position: &mut usize,
    ) -> Option<usize> {
        let member = (id, *position);
        match kind(&cursor.node()) {
            Kind::Comment => return None,
            // In error recovery pipelines are found inside pipelines.
            Kind::Pipeline => {
                return self.each(cursor, |walk, cursor| walk.pipeline_member(cursor, id, position));
            }
            _ => *position += 1,
        }
        if is_simple(cursor) {
            self.member = Some(member);
            return self.statement(cursor);
        }
        self.inside(ContextKind::Piped, |walk| {
            if let Some(context) = walk.contexts.last_mut() {
                context.pipeline = Some(member);
            }
            walk.statement(cursor)
        })
    }

    fn command_at(&mut self, index: usize) -> Option<&mut RawCommand> {
        match self.items.get_mut(index) {
            Some(RawItem::Command(command)) => Some(command),
            _ => None,
        }
    }

    /// `a && b || c`: what runs only after another did, or failed, is in a context below it.
    fn list(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        let outside = self.context;
        // The grammar nests to the left, once for each operator: go down first, then read upwards.
        let mut down = 0;
        while kind(&cursor.node()) == Kind::List && cursor.goto_first_child() {
            down += 1;
        }
        let assigns = |found: Kind| {
            matches!(found, Kind::Assignment | Kind::Assignments | Kind::Declaration | Kind::Unset)
        };
        let mut always_succeeds = assigns(kind(&cursor.node()));
        let mut last = self.statement(cursor);
        for _ in 0..down {
            let mut operator = Kind::And;
            while cursor.goto_next_sibling() {
                match kind(&cursor.node()) {
                    found @ (Kind::And | Kind::Or) => operator = found,
                    Kind::Comment => {}
                    _ if operator == Kind::Or => {
                        last = self.inside(ContextKind::Or, |walk| walk.statement(cursor));
                    }
                    _ => {
                        if !always_succeeds {
                            self.enter(ContextKind::And);
                        }
                        always_succeeds &= assigns(kind(&cursor.node()));
                        last = self.statement(cursor);
                    }
                }
            }
            cursor.goto_parent();
        }
        self.context = outside;
        last
    }

    /// Redirects behind a statement belong to its trailing command.
    fn redirected(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        let mut trailing = None;
        self.each(cursor, |walk, cursor| {
            match kind(&cursor.node()) {
                Kind::FileRedirect | Kind::HeredocRedirect | Kind::HereString => {
                    if trailing.is_none() && walk.items.is_empty() {
                        trailing = Some(walk.new_command(cursor.node().byte_range()));
                    }
                    walk.redirect(cursor, trailing);
                }
                _ => trailing = walk.statement(cursor).or(trailing),
            }
            trailing
        });
        trailing
    }

    fn if_statement(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        let outside = self.context;
        let mut in_condition = true;
        self.each(cursor, |walk, cursor| {
            match kind(&cursor.node()) {
                Kind::Then => {
                    in_condition = false;
                    walk.context = outside;
                    walk.enter(ContextKind::Branch);
                }
                Kind::Elif => {
                    walk.context = outside;
                    walk.inside(ContextKind::Branch, |walk| walk.if_statement(cursor));
                }
                Kind::Else => {
                    walk.context = outside;
                    walk.inside(ContextKind::Branch, |walk| walk.children(cursor));
                }
                _ if in_condition => {
                    walk.inside(ContextKind::Condition, |walk| walk.statement(cursor));
                }
                _ => {
                    walk.statement(cursor);
                }
            }
            None
        });
        self.context = outside;
        None
    }

    fn for_loop(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        let range = cursor.node().byte_range();
        let mut name = None;
        let mut values: Vec<Range<usize>> = Vec::new();
        let mut body = false;
        let outside = self.context;
        self.each(cursor, |walk, cursor| {
            let node = cursor.node();
            match kind(&node) {
                Kind::VariableName if name.is_none() => name = Some(node.byte_range()),
                Kind::DoGroup => {
                    walk.enter(ContextKind::Loop);
                    body = true;
                    if let Some(name) = name.clone() {
                        let value = match values.is_empty() {
                            true => RawValue::Unknown,
                            false => RawValue::OneOf(std::mem::take(&mut values)),
                        };
                        let (range, context) = (range.clone(), walk.context);
                        let assignment = RawAssignment { range, name, value, exported: false, context };
                        walk.items.push(RawItem::Assignment(assignment));
                    }
                    walk.children(cursor);
                    walk.context = outside;
                }
                Kind::Comment => {}
                _ if !body => {
                    walk.word(cursor, &mut values);
                }
                _ => {}
            }
            None
        })
    }

    fn new_command(&mut self, range: Range<usize>) -> usize {
        let pipeline = self.member.take().unwrap_or_else(|| (self.new_pipeline(), 0));
        let command = RawCommand { range, context: self.context, pipeline, ..RawCommand::default() };
        self.items.push(RawItem::Command(command));
        self.items.len() - 1
    }

    fn command(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        let index = self.new_command(cursor.node().byte_range());
        let mut words = Vec::new();
        let mut assignments = Vec::new();
        self.each(cursor, |walk, cursor| {
            match kind(&cursor.node()) {
                Kind::Assignment => assignments.extend(walk.raw_assignment(cursor, false)),
                Kind::FileRedirect | Kind::HereString | Kind::HeredocRedirect => {
                    walk.redirect_with(cursor, Some(index), &mut words);
                }
                Kind::Comment => {}
                _ => walk.word_of(cursor, &mut words, Some(index)),
            }
            None
        });
        if let Some(command) = self.command_at(index) {
            command.words.append(&mut words);
            command.assignments = assignments;
        }
        Some(index)
    }

    /// Adds the word at the cursor, joined with the one before where nothing stands between.
    fn word(&mut self, cursor: &mut TreeCursor<'_>, words: &mut Vec<Range<usize>>) {
        self.word_of(cursor, words, None);
    }

    fn word_of(&mut self, cursor: &mut TreeCursor<'_>, words: &mut Vec<Range<usize>>, owner: Option<usize>) {
        let range = cursor.node().byte_range();
        self.substitutions_below(cursor, owner);
        let text = self.text;
        match words.last_mut() {
            Some(last) if joins(text.get(last.end..range.start)) => last.end = range.end.max(last.end),
            _ => words.push(range),
        }
    }

    /// Visits the substitutions at or below a node that is no statement.
    fn substitutions_below(&mut self, cursor: &mut TreeCursor<'_>, owner: Option<usize>) {
        let node = cursor.node();
        match kind(&node) {
            Kind::CommandSubstitution | Kind::ProcessSubstitution => {
                self.substitution(cursor, owner);
            }
            _ if node.child_count() == 0 => {}
            _ => {
                self.each(cursor, |walk, cursor| {
                    walk.substitutions_below(cursor, owner);
                    None
                });
            }
        }
    }

    fn substitution(&mut self, cursor: &mut TreeCursor<'_>, owner: Option<usize>) -> Option<usize> {
        let range = cursor.node().byte_range();
        self.substitutions.push(range.clone());
        if self.skip.iter().any(|skip| skip.start <= range.start && range.end <= skip.end) {
            return None;
        }
        let outside = self.context;
        self.enter(ContextKind::Substitution);
        if let Some(context) = self.contexts.last_mut() {
            context.owner = owner;
        }
        self.children(cursor);
        self.context = outside;
        None
    }

    fn assignment(&mut self, cursor: &mut TreeCursor<'_>, exported: bool) -> Option<usize> {
        if let Some(assignment) = self.raw_assignment(cursor, exported) {
            self.items.push(RawItem::Assignment(assignment));
        }
        None
    }

    fn raw_assignment(&mut self, cursor: &mut TreeCursor<'_>, exported: bool) -> Option<RawAssignment> {
        let range = cursor.node().byte_range();
        if kind(&cursor.node()) != Kind::Assignment {
            return None;
        }
        self.substitutions_below(cursor, None);
        let text = self.text.get(range.clone())?;
        let equals = text.find('=')?;
        let append = text.get(..equals).is_some_and(|name| name.ends_with('+'));
        let name = range.start..range.start + equals - usize::from(append);
        let value = range.start + equals + 1..range.end;
        let is_array = self.text.get(value.clone()).is_some_and(|value| value.starts_with('('));
        let is_element = self.text.get(name.clone()).is_some_and(|name| name.contains('['));
        let value = if is_array || is_element { RawValue::Unknown } else { RawValue::Word { value, append } };
        Some(RawAssignment { range, name, value, exported, context: self.context })
    }

    /// `export`, `declare`, `local` and the like.
    fn declaration(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        let text = self.text.get(cursor.node().byte_range()).unwrap_or_default();
        let exported = text.starts_with("export");
        self.each(cursor, |walk, cursor| match kind(&cursor.node()) {
            Kind::Assignment => walk.assignment(cursor, exported),
            _ => {
                walk.substitutions_below(cursor, None);
                None
            }
        })
    }

    fn unset(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        self.each(cursor, |walk, cursor| {
            if matches!(kind(&cursor.node()), Kind::VariableName | Kind::Literal) {
                let range = cursor.node().byte_range();
                let (name, context) = (range.clone(), walk.context);
                let value = RawValue::Unset;
                let assignment = RawAssignment { range, name, value, exported: false, context };
                walk.items.push(RawItem::Assignment(assignment));
            }
            None
        })
    }

    /// A redirect behind a statement; words behind its file are the command's.
    fn redirect(&mut self, cursor: &mut TreeCursor<'_>, command: Option<usize>) {
        let mut words = Vec::new();
        self.redirect_with(cursor, command, &mut words);
        if let Some(command) = command.and_then(|index| self.command_at(index)) {
            command.words.append(&mut words);
            command.words.sort_by_key(|range| range.start);
        }
    }

    fn redirect_with(
        &mut self,
        cursor: &mut TreeCursor<'_>,
        command: Option<usize>,
        words: &mut Vec<Range<usize>>,
    ) {
        let node = cursor.node();
        let range = node.byte_range();
        let redirect = match kind(&node) {
            Kind::HeredocRedirect => self.heredoc(cursor, command, words),
            here => self.file_redirect(cursor, command, words, here == Kind::HereString),
        };
        if let Some(command) = command.and_then(|index| self.command_at(index)) {
            command.range.start = command.range.start.min(range.start);
            if !matches!(redirect.target, RawTarget::Heredoc { .. }) {
                command.range.end = command.range.end.max(range.end);
            }
            command.redirects.push(redirect);
        }
    }

    fn file_redirect(
        &mut self,
        cursor: &mut TreeCursor<'_>,
        owner: Option<usize>,
        words: &mut Vec<Range<usize>>,
        is_string: bool,
    ) -> RawRedirect {
        let range = cursor.node().byte_range();
        let mut operator = range.start..range.start;
        let mut targets: Vec<Range<usize>> = Vec::new();
        if cursor.goto_first_child() {
            loop {
                let node = cursor.node();
                match kind(&node) {
                    Kind::Comment => {}
                    Kind::Descriptor => operator.end = node.end_byte(),
                    _ if targets.is_empty()
                        && !node.is_named()
                        && is_operator(self.text, &node.byte_range()) =>
                    {
                        operator.end = node.end_byte();
                    }
                    _ => self.word_of(cursor, &mut targets, owner),
                }
                if !cursor.goto_next_sibling() {
                    break;
                }
            }
            cursor.goto_parent();
        }
        let mut targets = targets.into_iter();
        let target = match targets.next() {
            None => RawTarget::Closed,
            Some(target) if is_string => RawTarget::HereString(target),
            Some(target) => RawTarget::File(target),
        };
        words.extend(targets);
        RawRedirect { range, operator, target }
    }

    /// A heredoc; the rest of its line stands below its node: words, redirects, a pipeline, `&& …`.
    fn heredoc(
        &mut self,
        cursor: &mut TreeCursor<'_>,
        command: Option<usize>,
        words: &mut Vec<Range<usize>>,
    ) -> RawRedirect {
        let range = cursor.node().byte_range();
        let mut operator = range.start..range.start;
        let (mut start, mut body) = (0..0, range.end..range.end);
        let mut rest = ContextKind::And;
        self.each(cursor, |walk, cursor| {
            let node = cursor.node();
            match kind(&node) {
                Kind::Descriptor => {}
                Kind::HeredocStart => {
                    operator.end = node.start_byte();
                    start = node.byte_range();
                }
                Kind::HeredocBody => {
                    body = node.byte_range();
                    if !walk.is_shell(command) {
                        walk.substitutions_below(cursor, command);
                    }
                }
                Kind::HeredocEnd => body.end = node.start_byte(),
                Kind::FileRedirect | Kind::HereString | Kind::HeredocRedirect => {
                    walk.redirect_with(cursor, command, words);
                }
                Kind::Pipeline => walk.rest_of_pipeline(cursor, command),
                Kind::Or => rest = ContextKind::Or,
                Kind::And | Kind::Comment => {}
                Kind::Literal => walk.word_of(cursor, words, command),
                _ => {
                    walk.inside(rest, |walk| walk.statement(cursor));
                }
            }
            None
        });
        RawRedirect { range, operator, target: RawTarget::Heredoc { start, body } }
    }

    /// Whether a command is a shell, which reads the substitutions of its heredoc again.
    fn is_shell(&mut self, command: Option<usize>) -> bool {
        let text = self.text;
        let Some(command) = command.and_then(|index| self.command_at(index)) else { return false };
        let is_shell =
            |word: &Range<usize>| text.get(word.clone()).is_some_and(super::nested::is_shell_program);
        command.words.iter().any(is_shell)
    }

    /// `| sh` behind a heredoc's word: it goes on with the pipeline of the command that reads the heredoc.
    fn rest_of_pipeline(&mut self, cursor: &mut TreeCursor<'_>, command: Option<usize>) {
        let (id, first) = match command.and_then(|index| self.command_at(index)) {
            Some(command) => command.pipeline,
            None => (self.new_pipeline(), 0),
        };
        let mut position = first + 1;
        self.each(cursor, |walk, cursor| walk.pipeline_member(cursor, id, &mut position));
    }

    /// What the parser could not place: statements are read, and words on their own taken for commands.
    fn recovered(&mut self, cursor: &mut TreeCursor<'_>) -> Option<usize> {
        let mut loose: Option<usize> = None;
        self.each(cursor, |walk, cursor| {
            let node = cursor.node();
            match kind(&node) {
                Kind::Literal | Kind::CommandName | Kind::CommandSubstitution => {
                    let index = match loose {
                        Some(index) => index,
                        None => walk.new_command(node.byte_range()),
                    };
                    loose = Some(index);
                    let mut words = walk
                        .command_at(index)
                        .map(|command| std::mem::take(&mut command.words))
                        .unwrap_or_default();
                    walk.word_of(cursor, &mut words, Some(index));
                    if let Some(command) = walk.command_at(index) {
                        command.words = words;
                        command.range.end = command.range.end.max(node.end_byte());
                    }
                }
                Kind::FileRedirect | Kind::HereString | Kind::HeredocRedirect => walk.redirect(cursor, loose),
                Kind::Comment => {}
                _ => {
                    loose = None;
                    walk.statement(cursor);
                }
            }
            loose
        })
    }
}

/// Whether a statement is a simple command, with redirects or `!` or without.
fn is_simple(cursor: &mut TreeCursor<'_>) -> bool {
    match kind(&cursor.node()) {
        Kind::Command => true,
        Kind::Redirected | Kind::Negated if cursor.goto_first_child() => {
            let mut found = kind(&cursor.node());
            while matches!(found, Kind::Other | Kind::Comment) && cursor.goto_next_sibling() {
                found = kind(&cursor.node());
            }
            cursor.goto_parent();
            found == Kind::Command
        }
        _ => false,
    }
}

/// Whether what stands between two nodes does not end a word: nothing, or escapes.
fn joins(between: Option<&str>) -> bool {
    let Some(between) = between else { return false };
    let mut bytes = between.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' || bytes.next().is_none() {
            return false;
        }
    }
    true
}

fn is_operator(text: &str, range: &Range<usize>) -> bool {
    text.get(range.clone()).is_some_and(|text| text.starts_with(['<', '>', '&']))
}
