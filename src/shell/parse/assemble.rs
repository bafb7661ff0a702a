//! Puts a script together: words are read, wrappers peeled, scripts inside commands parsed in turn.
//!
//! What it refuses to do: scripts nested deeper than [`limits::SHELL_NESTED`], and more bytes of them than
//! [`limits::SHELL_NESTED_RATIO`] allows, are left out.

use std::cell::Cell;
use std::ops::Range;

use super::{grammar, repair};
use crate::base::limits;
use crate::base::text::Span;
use crate::shell::context::{ContextKind, ScriptContext};
use crate::shell::parse::nested::{self, Inner};
use crate::shell::parse::pieces::pieces;
use crate::shell::parse::redirect::redirect;
use crate::shell::parse::walk::{RawAssignment, RawCommand, RawItem, RawValue, Walk};
use crate::shell::parse::wrapper;
use crate::shell::values;
use crate::shell::values::Place;
use crate::shell::word::Word;
use crate::shell::word::json::json_word;
use crate::shell::word::map::Map;
use crate::shell::word::reader::{Source, read_word};
use crate::shell::{Assigned, Assignment, Command, Outside, Script};

impl Script {
    /// Reads a script.
    pub fn parse(text: &str) -> Self {
        Self::parse_in(text, &|_| None)
    }

    /// Reads a script in an environment, which counts where a program's name is in a variable.
    pub fn parse_in(text: &str, outside: Outside<'_>) -> Self {
        parse(text, outside)
    }

    /// Takes the words of one command, as the JSON form of an instruction has them: no shell reads them, unless the
    /// command is a shell. Each word comes with its place in `source`, escapes of JSON included; spans point there.
    pub fn from_exec(source: &str, words: &[(&str, Span)]) -> Self {
        exec(source, words)
    }
}

/// Reads a script.
fn parse(text: &str, outside: Outside<'_>) -> Script {
    let mut assembler = Assembler::new(text.len(), outside);
    assembler.text(text, &Map::Straight(0), &[], 0, 0);
    assembler.script.connect();
    assembler.script
}

/// Takes the words of one command, and what is inside.
fn exec(source: &str, words: &[(&str, Span)]) -> Script {
    let total = words.iter().map(|(text, _)| text.len()).sum();
    let mut assembler = Assembler::new(total, &|_| None);
    let words: Vec<Word> = words.iter().map(|(text, span)| json_word(source, text, *span)).collect();
    assembler.words(words, 0, 0);
    assembler.script.connect();
    assembler.script
}

struct Assembler<'a> {
    outside: Outside<'a>,
    script: Script,
    pipelines: usize,
    /// Bytes of script that may still be parsed.
    left: usize,
    /// Assignments that may still be looked at for the names of programs.
    lookups: Cell<usize>,
}

impl<'a> Assembler<'a> {
    fn new(length: usize, outside: Outside<'a>) -> Self {
        let whole = ScriptContext { parent: None, kind: ContextKind::Script, owner: None, pipeline: None };
        let script = Script { contexts: vec![whole], ..Script::default() };
        let left = (length + 256).saturating_mul(limits::SHELL_NESTED_RATIO);
        let lookups = Cell::new(values::LOOKUPS << 4);
        Self { outside, script, pipelines: 0, left, lookups }
    }

    /// Parses a text whose commands stand in `context`.
    fn text(&mut self, text: &str, map: &Map, skip: &[Range<usize>], context: usize, nested: usize) {
        if text.len() > limits::SHELL_TEXT_BYTES.min(self.left) || nested > limits::SHELL_NESTED {
            self.script.incomplete = true;
            return;
        }
        self.left -= text.len();
        match repair::heredocs_last(text, map) {
            Some((moved, map)) => self.in_pieces(&moved, &map, skip, context, nested),
            None => self.in_pieces(text, map, skip, context, nested),
        }
    }

    fn in_pieces(&mut self, text: &str, map: &Map, skip: &[Range<usize>], context: usize, nested: usize) {
        let pieces = pieces(text);
        if pieces.len() == 1 {
            return self.whole(text, map, skip, context, nested);
        }
        self.script.has_errors = true;
        for piece in pieces {
            let mut part_map = Map::empty();
            part_map.push_copied(0, map, piece.clone());
            let inside = skip.iter().filter(|skip| piece.start <= skip.start && skip.end <= piece.end);
            let skip: Vec<_> = inside.map(|skip| skip.start - piece.start..skip.end - piece.start).collect();
            let part = text.get(piece).unwrap_or_default();
            self.whole(part, &part_map.tidy(), &skip, context, nested);
        }
    }

    fn whole(&mut self, text: &str, map: &Map, skip: &[Range<usize>], context: usize, nested: usize) {
        let Some(tree) = tree(text) else {
            self.script.incomplete = true;
            return;
        };
        let first_context = self.script.contexts.len();
        let mut walk = Walk::new(text, skip, &mut self.script.contexts, &mut self.pipelines, context);
        walk.run(&tree);
        let Walk { items, substitutions, has_errors, too_deep, .. } = walk;
        drop(tree);
        self.script.has_errors |= has_errors;
        self.script.incomplete |= too_deep;
        let new_contexts = first_context..self.script.contexts.len();
        let source = Source { text, map, substitutions: &substitutions };
        let mut places = vec![None; items.len()];
        for (item, place) in items.into_iter().zip(&mut places) {
            match item {
                RawItem::Command(raw) => {
                    *place = Some(self.script.commands.len());
                    let command = self.command(source, raw);
                    self.finish(command, nested);
                }
                RawItem::Assignment(raw) => self.assignment(source, raw),
            }
        }
        // Until now the walk's contexts knew their owners by their places among its items.
        for context in self.script.contexts.get_mut(new_contexts).unwrap_or_default() {
            context.owner = context.owner.and_then(|raw| places.get(raw).copied().flatten());
        }
    }

    fn command(&self, source: Source<'_>, raw: RawCommand) -> Command {
        let words = raw.words.into_iter().map(|range| read_word(source, range)).collect();
        let assigned = raw.assignments.into_iter().filter_map(|assignment| match assignment.value {
            RawValue::Word { value, .. } => {
                Some((source.text.get(assignment.name)?.to_owned(), read_word(source, value)))
            }
            _ => None,
        });
        Command {
            name: None,
            name_is_guess: false,
            words,
            wrappers: Vec::new(),
            assignments: assigned.collect(),
            redirects: raw.redirects.into_iter().map(|raw| redirect(source, raw)).collect(),
            pipeline: raw.pipeline.0,
            position: raw.pipeline.1,
            span: source.map.span(raw.range),
            context: raw.context,
            assignments_before: self.script.assignments.len(),
        }
    }

    fn words(&mut self, words: Vec<Word>, context: usize, nested: usize) {
        self.pipelines += 1;
        let spans = words.iter().map(|word| word.span);
        let span = spans.reduce(|all, span| Span::new(all.start.min(span.start), all.end.max(span.end)));
        let command = Command {
            name: None,
            name_is_guess: false,
            words,
            wrappers: Vec::new(),
            assignments: Vec::new(),
            redirects: Vec::new(),
            pipeline: self.pipelines,
            position: 0,
            span: span.unwrap_or_default(),
            context,
            assignments_before: self.script.assignments.len(),
        };
        self.finish(command, nested);
    }

    /// Peels a command, adds it, and reads what is inside.
    fn finish(&mut self, mut command: Command, nested: usize) {
        let place = Place::of(&command, self.outside, &self.lookups);
        for guess in [false, true] {
            let place = Place { guess, ..place };
            let lookup = |name: &str| self.script.variable_at(place, name, 0);
            if wrapper::expand_program(&mut command.words, &lookup) {
                command.name_is_guess = guess;
                break;
            }
        }
        command.wrappers = wrapper::peel(&mut command.words, &mut command.assignments);
        command.name = command.words.first().and_then(wrapper::program);
        let inner = nested::inner(&command);
        let assignments = match inner.is_empty() {
            true => Vec::new(),
            false => command.assignments.clone(),
        };
        let around = command.context;
        let owner = self.script.commands.len();
        self.script.commands.push(command);
        for inner in inner {
            if nested >= limits::SHELL_NESTED {
                self.script.incomplete = true;
                break;
            }
            let kind = match &inner {
                Inner::Text { kind, .. } | Inner::Words { kind, .. } => *kind,
            };
            let context = self.script.contexts.len();
            self.script.contexts.push(ScriptContext {
                parent: Some(around),
                kind,
                owner: Some(owner),
                pipeline: None,
            });
            for (name, value) in &assignments {
                self.script.assign(Assignment {
                    span: value.span,
                    name: name.clone(),
                    value: Assigned::Word(value.clone()),
                    exported: true,
                    context,
                });
            }
            match inner {
                Inner::Text { text, map, skip, .. } => self.text(&text, &map, &skip, context, nested + 1),
                Inner::Words { words, .. } => self.words(words, context, nested + 1),
            }
        }
    }

    fn assignment(&mut self, source: Source<'_>, raw: RawAssignment) {
        let Some(name) = source.text.get(raw.name) else { return };
        let value = match raw.value {
            RawValue::Word { value, append: false } => Assigned::Word(read_word(source, value)),
            RawValue::Word { value, append: true } => Assigned::Appended(read_word(source, value)),
            RawValue::OneOf(words) => {
                Assigned::OneOf(words.into_iter().map(|range| read_word(source, range)).collect())
            }
            RawValue::Unset => Assigned::Unset,
            RawValue::Unknown => Assigned::Unknown,
        };
        self.script.assign(Assignment {
            span: source.map.span(raw.range),
            name: name.split('[').next().unwrap_or(name).to_owned(),
            value,
            exported: raw.exported,
            context: raw.context,
        });
    }
}

/// The syntax tree of a text, or of the same with what the grammar doesn't know repaired; places are those of the text.
fn tree(text: &str) -> Option<tree_sitter::Tree> {
    let tree = grammar::parse(text)?;
    if !tree.root_node().has_error() {
        return Some(tree);
    }
    let repaired = repair::separated(text).and_then(|text| grammar::parse(&text));
    Some(repaired.filter(|tree| !tree.root_node().has_error()).unwrap_or(tree))
}
