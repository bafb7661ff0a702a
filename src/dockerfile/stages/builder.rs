//! Works out stages from instructions, top to bottom, binding ARG and ENV on the way.
//!
//! What it refuses to do: it never stops; what BuildKit would refuse becomes a problem, and a value that can't be worked
//! out or would be too large is not bound.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{BuildInputs, Stage, StageBase, Stages, triggers_below};
use super::scope::{Binding, BindingKind, Scope, View};
use crate::base::text::{SourceWord, Span};
use crate::dockerfile::model::{Dockerfile, Instruction, Keyword, Problem, ProblemKind};
use crate::dockerfile::words::{Expanded, ExpansionError, Words};

/// Stages on top of each other; more are taken for images from outside, so that no lookup takes long.
const CHAIN_DEPTH: usize = 256;

/// Bytes of all bindings together: past it, nothing more is bound.
const SCOPE_BYTES: usize = 64 << 20;

/// What a binding takes besides its text, about.
const BINDING_BYTES: usize = 128;

/// The stages of a Dockerfile.
pub(super) fn build_stages<'a>(dockerfile: &'a Dockerfile, inputs: &BuildInputs) -> Stages<'a> {
    let stages = Stages { dockerfile, global: Scope::default(), stages: Vec::new(), problems: Vec::new() };
    let words = Words::new(dockerfile.escape);
    let mut builder = Builder { stages, inputs, names: BTreeMap::new(), bytes: 0, words };
    builder.platforms("TARGET", inputs.target_platform.as_deref());
    builder.platforms("BUILD", inputs.build_platform.as_deref());
    if let Some(stage) = &inputs.target_stage {
        builder.platform_argument("TARGETSTAGE", stage);
    }
    for instruction in dockerfile.instructions() {
        builder.instruction(instruction);
    }
    builder.stages
}

struct Builder<'a, 'i> {
    stages: Stages<'a>,
    inputs: &'i BuildInputs,
    names: BTreeMap<String, usize>,
    bytes: usize,
    words: Words,
}

impl<'a> Builder<'a, '_> {
    fn platforms(&mut self, prefix: &str, platform: Option<&str>) {
        let Some(platform) = platform else { return };
        let mut parts = platform.splitn(3, '/');
        self.platform_argument(&format!("{prefix}PLATFORM"), platform);
        for name in ["OS", "ARCH", "VARIANT"] {
            self.platform_argument(&format!("{prefix}{name}"), parts.next().unwrap_or_default());
        }
    }

    fn platform_argument(&mut self, name: &str, value: &str) {
        let (value, kind) = match self.inputs.args.get(name) {
            Some(value) => (value.clone(), BindingKind::BuildArgument),
            None => (value.to_owned(), BindingKind::Platform),
        };
        let binding = Binding { kind, value, unset: BTreeSet::new(), written: None, declared: None, from: 0 };
        self.stages.global.bind(name, binding);
    }

    fn instruction(&mut self, instruction: &'a Instruction) {
        if instruction.keyword == Keyword::From {
            return self.start(instruction);
        }
        let Some(mut stage) = self.stages.stages.pop() else {
            match instruction.keyword {
                Keyword::Arg => self.global_args(instruction),
                _ => self.problem(instruction.keyword_word.span, "stands before the first FROM".into()),
            }
            return;
        };
        stage.instructions.push(instruction);
        if instruction.keyword == Keyword::Shell {
            stage.shells.push(stage.instructions.len() - 1);
        }
        let after = stage.instructions.len();
        self.bind(&mut stage, instruction, after);
        self.stages.stages.push(stage);
    }

    fn start(&mut self, from: &'a Instruction) {
        let words = from.arguments.words();
        let nothing = SourceWord { text: String::new(), span: from.span };
        let (image, name) = match words {
            [image] => (image.clone(), None),
            [image, r#as, name] if r#as.text.eq_ignore_ascii_case("as") => {
                (image.clone(), Some(name.clone()))
            }
            _ => {
                self.problem(from.keyword_word.span, "FROM takes an image, and AS and a name".into());
                (words.first().cloned().unwrap_or(nothing), None)
            }
        };
        let expanded = self.expand_global(&image);
        let platform = from.flag("platform").and_then(|flag| flag.value.clone());
        let platform = platform.map(|word| (word.clone(), self.expand_global(&word)));
        let (base, depth) = self.base(&expanded, image.span);
        let index = self.stages.stages.len();
        let (instructions, scope, shells) = Default::default();
        let mut stage =
            Stage { index, name, from, image, expanded, platform, base, instructions, scope, depth, shells };
        if self.bytes < SCOPE_BYTES {
            for trigger in triggers_below(&self.stages.stages, base) {
                self.bind(&mut stage, trigger, 0);
            }
        }
        self.remember(&stage);
        self.stages.stages.push(stage);
    }

    fn remember(&mut self, stage: &Stage<'a>) {
        let Some(name) = &stage.name else { return };
        let lower = name.text.to_lowercase();
        let valid = lower.starts_with(|c: char| c.is_ascii_lowercase())
            && lower.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_' | '.'));
        if !valid {
            self.problem(name.span, format!("{:?} can't be the name of a stage", name.text));
        }
        self.names.insert(lower, stage.index);
    }

    fn base(&mut self, expanded: &Expanded, span: Span) -> (StageBase, usize) {
        let below =
            self.names.get(&expanded.text.to_lowercase()).and_then(|index| self.stages.stages.get(*index));
        match below {
            Some(stage) if stage.depth < CHAIN_DEPTH => (StageBase::Stage(stage.index), stage.depth + 1),
            Some(_) => {
                let message = format!("more than {CHAIN_DEPTH} stages on top of each other");
                self.stages.problems.push(Problem { span, message, kind: ProblemKind::Warning });
                (StageBase::Image, 0)
            }
            None if expanded.text == "scratch" => (StageBase::Scratch, 0),
            None => (StageBase::Image, 0),
        }
    }

    fn expand_global(&mut self, word: &SourceWord) -> Expanded {
        let expanded = self.words.expand(&word.text, &self.stages.global);
        expanded.unwrap_or_else(|error| {
            self.unexpanded(word.span, &error);
            Expanded::default()
        })
    }

    fn problem(&mut self, span: Span, message: String) {
        self.stages.problems.push(Problem { span, message, kind: ProblemKind::Refused });
    }

    /// A value that can't be worked out: one that is missing may still be given to the build.
    fn unexpanded(&mut self, span: Span, error: &ExpansionError) {
        let kind = if error.is_syntax() { ProblemKind::Refused } else { ProblemKind::Warning };
        self.stages.problems.push(Problem { span, message: error.to_string(), kind });
    }

    fn global_args(&mut self, instruction: &'a Instruction) {
        for word in instruction.arguments.words() {
            let argument = Argument::of(word);
            let expansion = match (self.inputs.args.get(&argument.name), &argument.default) {
                (Some(value), _) => Ok((BindingKind::BuildArgument, known(value))),
                (None, Some(default)) => {
                    let expanded = self.words.expand(&default.text, &self.stages.global);
                    expanded.map(|expansion| (BindingKind::Default, expansion))
                }
                (None, None) => continue,
            };
            let written = argument.default;
            if let Some(binding) = self.binding(expansion, written, instruction.span, 0, word.span) {
                self.stages.global.bind(&argument.name, binding);
            }
        }
    }

    /// Takes in what an instruction binds, in effect from instruction number `from` on.
    fn bind(&mut self, stage: &mut Stage<'a>, instruction: &'a Instruction, from: usize) {
        match instruction.keyword {
            _ if self.bytes > SCOPE_BYTES => {}
            Keyword::Arg => self.stage_args(stage, instruction, from),
            Keyword::Env => self.env(stage, instruction, from),
            _ => {}
        }
    }

    fn stage_args(&mut self, stage: &mut Stage<'a>, instruction: &'a Instruction, from: usize) {
        for word in instruction.arguments.words() {
            let argument = Argument::of(word);
            let name = &argument.name;
            let given = self.inputs.args.get(name);
            let expansion = match (given, &argument.default, self.stages.global.last(name)) {
                (Some(value), ..) => Ok((BindingKind::BuildArgument, known(value))),
                (None, Some(default), _) => {
                    let expanded = self.words.expand(&default.text, &self.seen(stage, from));
                    expanded.map(|expansion| (BindingKind::Default, expansion))
                }
                (None, None, Some(global)) => {
                    let unset = global.unset.clone();
                    Ok((BindingKind::Global, Expanded { unset, ..known(&global.value) }))
                }
                (None, None, None) => continue,
            };
            let written = argument.default;
            if let Some(binding) = self.binding(expansion, written, instruction.span, from, word.span) {
                stage.scope.bind(&argument.name, binding);
            }
        }
    }

    /// All pairs of one ENV see what was bound before it, not each other.
    fn env(&mut self, stage: &mut Stage<'a>, instruction: &'a Instruction, from: usize) {
        let mut bindings = Vec::new();
        for pair in instruction.arguments.pairs() {
            let view = self.seen(stage, from.saturating_sub(1));
            let name = self.words.expand(&pair.key.text, &view).map(|expansion| expansion.text);
            let value = self.words.expand(&pair.value.text, &view);
            let value = value.map(|expansion| (BindingKind::Env, expansion));
            let written = Some(pair.value.clone());
            if let Some(binding) = self.binding(value, written, instruction.span, from, pair.value.span) {
                bindings.push((name.unwrap_or_else(|_| pair.key.text.clone()), binding));
            }
        }
        bindings.into_iter().for_each(|(name, binding)| stage.scope.bind(&name, binding));
    }

    fn seen<'s>(&'s self, stage: &'s Stage<'a>, index: usize) -> View<'s, 'a> {
        View { below: &self.stages.stages, own: &stage.scope, index, base: stage.base }
    }

    fn binding(
        &mut self,
        value: Result<(BindingKind, Expanded), ExpansionError>,
        written: Option<SourceWord>,
        declared: Span,
        from: usize,
        span: Span,
    ) -> Option<Binding> {
        let (kind, Expanded { text: value, unset, .. }) =
            value.map_err(|error| self.unexpanded(span, &error)).ok()?;
        self.bytes += BINDING_BYTES + value.len() + unset.iter().map(String::len).sum::<usize>();
        if self.bytes > SCOPE_BYTES {
            return None;
        }
        let written = written.filter(|_| matches!(kind, BindingKind::Default | BindingKind::Env));
        Some(Binding { kind, value, unset, written, declared: Some(declared), from })
    }
}

fn known(value: &str) -> Expanded {
    Expanded { text: value.to_owned(), ..Expanded::default() }
}

/// A word of ARG: `name` or `name=default`.
struct Argument {
    name: String,
    default: Option<SourceWord>,
}

impl Argument {
    fn of(word: &SourceWord) -> Self {
        let Some((name, default)) = word.text.split_once('=') else {
            return Self { name: word.text.clone(), default: None };
        };
        // Right but where the word spans continuation lines: there the span starts with the name.
        let start = if word.span.len() == word.text.len() {
            word.span.start + name.len() + 1
        } else {
            word.span.start
        };
        let default = SourceWord { text: default.to_owned(), span: Span::new(start, word.span.end) };
        Self { name: name.to_owned(), default: Some(default) }
    }
}
