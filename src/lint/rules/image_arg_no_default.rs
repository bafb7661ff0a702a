//! image-arg-no-default: FROM depends on an ARG that only the command line gives a value.

use std::collections::BTreeMap;

use crate::base::text::{Lines, Span};
use crate::dockerfile::{Instruction, Keyword, PLATFORM_ARGS, Word};
use crate::finding::{Confidence, Edit, Fix, Severity};
use crate::lint::{About, End, Findings, Found, ImageUse, Remedy, Rule, Set, Subject, loose_bases};

static ABOUT: About = About {
    id: "image-arg-no-default",
    summary: "FROM uses an ARG that has no default",
    severity: Severity::Warning,
    confidence: Confidence::High,
    set: Set::Default,
    remedy: Remedy::UnsafeLock,
    doc: include_str!("../../../docs/rules/image-arg-no-default.md"),
};

/// See [`ABOUT`].
pub(super) struct ImageArgNoDefault;

impl Rule for ImageArgNoDefault {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        // By variable: an ARG that several FROM lines use is one fault.
        let mut open: BTreeMap<String, &ImageUse> = BTreeMap::new();
        for base in loose_bases(subject) {
            let ends = match &base.end {
                End::Open(name) => Some(name),
                _ => None,
            };
            for name in base.image.unknown.iter().chain(ends) {
                if !PLATFORM_ARGS.contains(&name.as_str()) {
                    open.entry(name.clone()).or_insert(base.image);
                }
            }
        }
        for (name, image) in open {
            findings.push(found(subject, &name, image));
        }
    }
}

fn found(subject: &Subject<'_>, name: &str, image: &ImageUse) -> Found {
    let declared = declared(subject, name);
    let Some(word) = declared else {
        let message = format!("{name} has no value here, so the build stops or takes another image than was meant");
        return Found::at(image.span, message)
            .help(format!("declare it before the first FROM: ARG {name}=name:tag@sha256:…"));
    };
    let line = Lines::of(subject.text()).line(image.span.start);
    let message = format!("FROM on line {line} builds on whatever --build-arg {name} says, and on nothing without it");
    Found::at(word.span, message).help(help(subject, name, image)).fix(fix(subject, name, word.span))
}

fn help(subject: &Subject<'_>, name: &str, image: &ImageUse) -> String {
    let written = subject.at(image.span).trim_matches('"');
    let is_whole = [format!("${name}"), format!("${{{name}}}")].contains(&written.to_owned());
    let value = if is_whole { "name:tag@sha256:…" } else { "…" };
    format!("give it the default that was meant: ARG {name}={value}")
}

/// The ARG before the first FROM that declares `name` and gives it no default.
fn declared<'d>(subject: &'d Subject<'_>, name: &str) -> Option<&'d Word> {
    let build = subject.build.as_ref()?;
    let is_before = |instruction: &&Instruction| instruction.keyword != Keyword::From;
    let before = build.dockerfile.instructions().take_while(is_before);
    let args = before.filter(|instruction| instruction.keyword == Keyword::Arg);
    args.flat_map(|arg| arg.arguments.words()).filter(|word| word.text == name).last()
}

/// The value that the frozen build had, as the default.
fn fix(subject: &Subject<'_>, name: &str, word: Span) -> Option<Fix> {
    let value = subject.source.pins.as_deref()?.build_arg(name)?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._/:@-+".contains(c);
    let fits = !value.is_empty() && value.chars().all(is_plain) && subject.at(word) == name;
    fits.then(|| Fix::not_safe([Edit::insert(word.end, format!("={value}"))]))
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
            case.told(),
            ["1: BASE: FROM on line 2 builds on whatever --build-arg BASE says, and on nothing without it"]
        );
        assert_eq!(dockerfile(ID, "ARG V\nFROM python:${V}-slim\n").flagged(), ["V"]);
        assert_eq!(dockerfile(ID, "ARG V\nFROM ${V:?which}\n").flagged(), ["V"]);
    }

    #[test]
    fn an_arg_that_stands_too_late_is_flagged_where_it_is_used() {
        let told = dockerfile(ID, "FROM a:1\nARG BASE=b:2\nFROM $BASE\n").told();
        assert_eq!(
            told,
            ["3: $BASE: BASE has no value here, so the build stops or takes another image than was meant"]
        );
    }

    #[test]
    fn defaults_stand_ins_platforms_and_digests_leave_nothing_open() {
        let text = format!(
            "ARG A=x:1\nARG B\nARG R\nFROM $A\nFROM ${{B:-x:1}}\nFROM $R/x@{DIGEST}\nFROM x-$TARGETARCH:1\n"
        );
        assert_eq!(dockerfile(ID, &text).told(), [""; 0]);
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
