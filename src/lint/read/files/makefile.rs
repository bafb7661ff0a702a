//! Makefiles: the recipes' shell lines.
//!
//! A recipe line begins with a tab; lines joined by a backslash are one for the shell. `$$` is a dollar for the shell;
//! `$(shell X)` runs X when make reads the file, which comes to the same for who looks at X; `$(NAME)` is make's variable: what the
//! file gives it, where that is one text, and else the shell's variable of that name.
//!
//! What it refuses to do: it evaluates none of make's functions and conditions; a variable that is given several texts is open.

use std::collections::BTreeMap;

use crate::base::limits;
use crate::base::logical::Logical;
use crate::base::text::Span;
use crate::lint::read::docker;
use crate::lint::read::file_kind::{FileKind, FileName, file_kind};
use crate::lint::read::files::script::starts_containers;
use crate::lint::subject::reading::FileReading;
use crate::lint::subject::shell_code::SourceScript;
use crate::lint::subject::source::SourceText;

pub(crate) struct Makefile;

impl FileKind for Makefile {
    file_kind!("makefile", "`Makefile`, `*.mk`, where they build or run containers");

    fn has_name(&self, path: &FileName) -> bool {
        matches!(path.name.as_str(), "makefile" | "gnumakefile") || path.extension == "mk"
    }

    fn has_text(&self, _: &str) -> bool {
        false
    }

    fn is_wanted(&self, text: &str) -> bool {
        starts_containers(text)
    }

    fn read(&self, source: &SourceText) -> FileReading {
        docker::of_scripts(scripts(&source.text), &source.text)
    }
}

/// Variables inside variables; real ones stop at three.
const DEPTH: usize = 8;

/// Bytes that the variables of one line come to.
const LINE_BYTES: usize = 64 << 10;

/// The shell lines of all recipes, and of `NAME = $(shell …)` lines.
fn scripts(text: &str) -> Vec<SourceScript> {
    let mut scripts = Vec::new();
    let variables = Variables::of(text);
    let mut offset = 0;
    while let Some(rest) = text.get(offset..).filter(|rest| !rest.is_empty()) {
        let length = joined_length(rest);
        let span = Span::new(offset, offset + length);
        let line = span.text(text);
        if line.starts_with('\t') || line.contains("$(shell ") {
            let prefix = line.len() - line.trim_start_matches(['\t', ' ', '@', '-', '+']).len();
            let logical = for_the_shell(text, Span::new(offset + prefix, offset + length), &variables);
            scripts.push(SourceScript::on_host(logical, span));
        }
        offset += length;
    }
    scripts
}

/// Bytes up to the end of a line that no backslash joins to the next.
fn joined_length(text: &str) -> usize {
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        length += line.len();
        if !line.trim_end_matches(['\n', '\r']).ends_with('\\') {
            break;
        }
    }
    length
}

/// What a file's lines give its variables; none for one that is given several texts, or is added to.
struct Variables<'t> {
    given: BTreeMap<&'t str, Option<&'t str>>,
    /// Bytes of values that may still be worked out, and so at most what the lines grow by.
    left: std::cell::Cell<usize>,
}

impl<'t> Variables<'t> {
    fn of(text: &'t str) -> Self {
        let mut given: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        for line in text.lines().filter(|line| !line.starts_with('\t')) {
            let Some((name, sign, value)) = assignment(line) else { continue };
            let value = Some(value).filter(|value| sign != '+' && !value.ends_with('\\'));
            given
                .entry(name)
                .and_modify(|known| *known = known.filter(|known| Some(*known) == value))
                .or_insert(value);
        }
        Self { given, left: std::cell::Cell::new(limits::SHELL_TEXT_BYTES) }
    }

    /// A variable's text as the shell gets it, as far as it is known.
    fn value(&self, name: &str, depth: usize) -> Option<String> {
        let value = self.given.get(name).copied().flatten()?;
        let depth = depth.checked_sub(1)?;
        self.left.set(self.left.get().checked_sub(value.len() + 1)?);
        let mut all = String::new();
        let mut rest = value;
        while let Some((before, behind)) = rest.split_once('$') {
            all.push_str(before);
            if let Some(behind) = behind.strip_prefix('$') {
                all.push('$');
                rest = behind;
            } else if let Some(behind) = behind.strip_prefix("(shell ") {
                all.push_str("$(");
                rest = behind;
            } else if let Some((name, length)) = variable(behind) {
                match self.value(name, depth) {
                    Some(value) => all.push_str(&value),
                    None => all.push_str(&for_shell(name)),
                }
                rest = behind.get(length..).unwrap_or_default();
            } else {
                // One of make's functions.
                return None;
            }
            if all.len() > LINE_BYTES {
                return None;
            }
        }
        all.push_str(rest);
        Some(all)
    }
}

/// `NAME = value` and its like: the name, the sign before the equals sign, and the value.
fn assignment(line: &str) -> Option<(&str, char, &str)> {
    let line = line.trim_start();
    let line = ["export ", "override "]
        .iter()
        .fold(line, |line, word| line.strip_prefix(word).map_or(line, str::trim_start));
    let length =
        line.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte)).count();
    let (name, rest) = line.split_at_checked(length).filter(|(name, _)| !name.is_empty())?;
    let (signs, value) = rest.trim_start().split_once('=')?;
    let is_sign = matches!(signs, "" | ":" | "::" | ":::" | "?" | "+" | "!");
    let value = value.split(" #").next().unwrap_or_default().trim();
    (is_sign && signs != "!").then(|| (name, signs.chars().next().unwrap_or(' '), value))
}

/// The line as the shell gets it, make's variables filled in, or as the shell's.
fn for_the_shell(text: &str, span: Span, variables: &Variables<'_>) -> Logical {
    let mut logical = Logical::starting_at(span.start);
    let line = span.text(text);
    let place = |from: usize, to: usize| Span::new(span.start + from, span.start + to);
    let mut at = 0;
    let mut copied = 0;
    let mut added = 0;
    while let Some(dollar) = line.get(at..).and_then(|rest| rest.find('$')).map(|behind| at + behind) {
        let after = line.get(dollar + 1..).unwrap_or_default();
        at = dollar + 1;
        if after.starts_with('$') {
            logical.push(text, place(copied, dollar));
            (copied, at) = (dollar + 1, dollar + 2);
        } else if after.starts_with("(shell ") {
            // `$(shell X)` is the shell's `$(X)`.
            logical.push(text, place(copied, dollar + 2));
            (copied, at) = (dollar + 2 + "shell ".len(), dollar + 2 + "shell ".len());
        } else if let Some((name, length)) = variable(after) {
            let end = dollar + 1 + length;
            logical.push(text, place(copied, dollar));
            match variables.value(name, DEPTH).filter(|value| added + value.len() <= LINE_BYTES) {
                Some(value) => {
                    added += value.len();
                    logical.push_for(&value, place(dollar, end));
                }
                None => logical.push_for(&for_shell(name), place(dollar, end)),
            }
            (copied, at) = (end, end);
        }
    }
    logical.push(text, place(copied, line.len()));
    logical
}

/// make's `$(NAME)` as the shell's `${NAME}`, whose names are of letters, digits and `_` alone.
fn for_shell(name: &str) -> String {
    let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("${{{name}}}")
}

/// For `(NAME)` or `{NAME}`, the name and how long it is with what is around it.
fn variable(text: &str) -> Option<(&str, usize)> {
    let close = match text.bytes().next()? {
        b'(' => ')',
        b'{' => '}',
        _ => return None,
    };
    let inside = text.get(1..)?;
    let length =
        inside.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte)).count();
    let (name, rest) = inside.split_at_checked(length)?;
    (length > 0 && rest.starts_with(close)).then_some((name, length + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(text: &str) -> Vec<String> {
        scripts(text)
            .iter()
            .map(|script| {
                script
                    .shell
                    .commands
                    .iter()
                    .map(|c| {
                        format!("{:?}", c.words.iter().map(|w| w.text.clone()).collect::<Vec<_>>().join(" "))
                    })
                    .collect::<String>()
            })
            .collect()
    }

    #[test]
    fn variables_of_the_file_are_filled_in_where_they_have_one_text() {
        let text = "IMG ?= redis:7 # c\nREG := ${HOST}/x\nMORE = a\nMORE += b\nTWO = 1\nTWO = 2\nr:\n\tdocker run $(IMG) ${REG} $(MORE) $(TWO) $(LOST)\n";
        assert_eq!(shell(text), ["\"docker run redis:7 ${HOST}/x ${MORE} ${TWO} ${LOST}\""]);
    }

    #[test]
    fn the_place_of_a_variable_without_a_value_is_all_of_it() {
        let text = "r:\n\tdocker run $(TWICE)\n\tdocker run a/b:$(TAG)-x\n\tdocker run ${MY-IMAGE.1}\n";
        let read = docker::of_scripts(scripts(text), text);
        let images = read.containers.iter().filter_map(|container| container.image.as_ref());
        let places: Vec<(&str, bool)> =
            images.map(|image| (image.span.text(text), image.is_known())).collect();
        assert_eq!(places, [("$(TWICE)", false), ("a/b:$(TAG)-x", false), ("${MY-IMAGE.1}", false)]);
    }

    #[test]
    fn variables_that_grow_or_lead_to_themselves_end() {
        let mut text = String::from("V0 = 0123456789\n");
        (1..60).for_each(|n| text.push_str(&format!("V{n} = $(V{m})$(V{m})\n", m = n - 1)));
        text.push_str("A = $(B)\nB = $(A)\nr:\n\tdocker run $(V59) $(A)\n");
        assert_eq!(scripts(&text).len(), 1);
        // What comes to nothing takes its time too, and so does what is too long for a line.
        for bottom in ["", "0123456789"] {
            let mut text = format!("V0 = {bottom}\n");
            let often = |m: usize| format!("$(V{m})").repeat(4000);
            (1..7).for_each(|n| text.push_str(&format!("V{n} = {}\n", often(n - 1))));
            assert_eq!(scripts(&format!("{text}r:\n\tdocker run $(V6)\n")).len(), 1);
        }
    }
}
