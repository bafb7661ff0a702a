//! image-arg-no-default: FROM depends on an ARG that only the command line gives a value.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::base::text::SourceWord;
use crate::base::text::{Lines, Span};
use crate::dockerfile::{Instruction, Keyword, PLATFORM_ARGS};
use crate::finding::{Edit, Fix};
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::images::bases::{End, loose_bases};
use crate::lint::subject::Subject;
use crate::lint::subject::image_use::ImageUse;

pub(crate) struct ImageArgNoDefault;

impl Rule for ImageArgNoDefault {
    profile! {
        id: "image-arg-no-default",
        summary: "FROM uses an ARG that has no default",
        severity: Warning,
        confidence: High,
        set: Inputs,
        remedy: UnsafeLock,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        // By place: an ARG that several FROM lines use is one fault, and so is a FROM that uses several.
        let mut open: BTreeMap<Span, Draft> = BTreeMap::new();
        let lines = LazyCell::new(|| Lines::of(subject.text()));
        for base in loose_bases(subject) {
            let end = match &base.end {
                End::Open(name) => Some(name.as_str()),
                _ => None,
            };
            let unknown = base.image.unknown.iter().map(String::as_str).chain(end);
            let names: BTreeSet<&str> = unknown.filter(|name| !PLATFORM_ARGS.contains(name)).collect();
            if let Some((span, draft)) = draft(subject, &lines, &names, base.image) {
                open.entry(span).or_insert(draft);
            }
        }
        findings.extend(open.into_values());
    }
}

fn draft(
    subject: &Subject<'_>,
    lines: &Lines,
    names: &BTreeSet<&str>,
    image: &ImageUse,
) -> Option<(Span, Draft)> {
    let undeclared = names.iter().find(|name| declared(subject, name).is_none());
    if let Some(name) = undeclared {
        let message =
            format!("{name} has no value here, so the build stops or takes another image than was meant");
        let help = format!("declare it before the first FROM, with a default: ARG {name}=…");
        return Some((image.span, Draft::at(image.span, message).help(help)));
    }
    let mut words: Vec<&SourceWord> = names.iter().filter_map(|name| declared(subject, name)).collect();
    words.sort_by_key(|word| word.span);
    let first = words.first()?;
    let line = lines.line(image.span.start);
    let listed: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let message = format!(
        "FROM on line {line} builds on whatever --build-arg says of {}, and on nothing without it",
        listed.join(", ")
    );
    let help = help(subject, &words, image);
    Some((first.span, Draft::at(first.span, message).help(help).fix(fix(subject, &words))))
}

fn help(subject: &Subject<'_>, words: &[&SourceWord], image: &ImageUse) -> String {
    let written = subject.at(image.span).trim_matches('"');
    match words {
        [word]
            if written.trim_start_matches("${").trim_start_matches('$').trim_end_matches('}')
                == word.text =>
        {
            format!("give it the default that was meant: ARG {}=name:tag@sha256:…", word.text)
        }
        [word] => format!("give it the default that was meant: ARG {}=…", word.text),
        _ => "give them the defaults that were meant, or the whole reference one: \
              ARG BASE=name:tag@sha256:…"
            .to_owned(),
    }
}

/// The ARG before the first FROM that declares `name` and gives it no default.
fn declared<'d>(subject: &'d Subject<'_>, name: &str) -> Option<&'d SourceWord> {
    let build = subject.build.as_ref()?;
    let is_before = |instruction: &&Instruction| instruction.keyword != Keyword::From;
    let before = build.dockerfile.instructions().take_while(is_before);
    let args = before.filter(|instruction| instruction.keyword == Keyword::Arg);
    args.flat_map(|arg| arg.arguments.words()).filter(|word| word.text == name).last()
}

/// The values that the frozen build had, as the defaults: of all of them or of none.
fn fix(subject: &Subject<'_>, words: &[&SourceWord]) -> Option<Fix> {
    let pins = subject.source.pins.as_deref()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._/:@-+".contains(c);
    let default = |word: &&SourceWord| {
        let value = pins.build_arg(&word.text)?;
        let fits = !value.is_empty() && value.chars().all(is_plain) && word.is_verbatim(subject.text());
        fits.then(|| Edit::insert(word.span.end, format!("={value}")))
    };
    let edits: Option<Vec<Edit>> = words.iter().map(default).collect();
    edits.map(Fix::not_safe)
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{BASE_LOCK, DIGEST, dockerfile, lock};

    const ID: &str = "image-arg-no-default";

    fn locked_arg(name: &str, value: &str) -> crate::lockfile::Lockfile {
        let arg = format!("\n[[build.arg]]\nname = {name:?}\nvalue = {value:?}\nsource = \"command-line\"\n");
        lock(&format!("{BASE_LOCK}{arg}"))
    }

    #[test]
    fn the_arg_is_flagged_once_and_names_the_from() {
        let case = dockerfile(ID, "ARG BASE\nFROM $BASE AS a\nFROM ${BASE}\n");
        assert_eq!(
            case.lines(),
            [
                "1: BASE: FROM on line 2 builds on whatever --build-arg says of BASE, and on nothing without it"
            ]
        );
        assert_eq!(dockerfile(ID, "ARG V\nFROM python:${V}-slim\n").flagged(), ["V"]);
        assert_eq!(dockerfile(ID, "ARG V\nFROM ${V:?which}\n").flagged(), ["V"]);
    }

    #[test]
    fn a_from_that_depends_on_several_is_one_finding() {
        let lines = dockerfile(ID, "ARG TAG\nARG NAME\nFROM $NAME:$TAG\nFROM x:$TAG\n").lines();
        assert_eq!(
            lines,
            [
                "1: TAG: FROM on line 3 builds on whatever --build-arg says of TAG, NAME, and on nothing without it"
            ]
        );
    }

    #[test]
    fn an_arg_that_stands_too_late_is_flagged_where_it_is_used() {
        let lines = dockerfile(ID, "FROM a:1\nARG BASE=b:2\nFROM $BASE\n").lines();
        assert_eq!(
            lines,
            ["3: $BASE: BASE has no value here, so the build stops or takes another image than was meant"]
        );
    }

    #[test]
    fn defaults_stand_ins_platforms_and_digests_leave_nothing_open() {
        let text = format!(
            "ARG A=x:1\nARG B\nARG R\nFROM $A\nFROM ${{B:-x:1}}\nFROM $R/x@{DIGEST}\nFROM x-$TARGETARCH:1\n"
        );
        assert_eq!(dockerfile(ID, &text).lines(), [""; 0]);
    }

    #[test]
    fn the_frozen_builds_value_becomes_the_default_when_asked() {
        let text = "ARG  BASE \nFROM $BASE\n";
        let case = dockerfile(ID, text).locked(locked_arg("BASE", "python:3.12"));
        assert_eq!(case.fixed(), text);
        assert_eq!(case.fixed_unsafely(), "ARG  BASE=python:3.12 \nFROM $BASE\n");
        let odd = dockerfile(ID, text).locked(locked_arg("BASE", "a b"));
        assert_eq!(odd.fixed_unsafely(), text);
    }
}
