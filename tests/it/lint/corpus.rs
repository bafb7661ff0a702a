//! Real Dockerfiles, from `REPROLOCK_CORPUS`, and those of the fixtures: fixing them settles and changes nothing else, and
//! no damage to them makes linting panic.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use reprolock::internal::base::text::Span;
use reprolock::internal::dockerfile::{BuildInputs, Dockerfile, Stages, named_images};
use reprolock::internal::finding::{Edit, Fix, Safety, apply};
use reprolock::internal::lint::{Pins, Settings, SourceKind, SourceText, check, fix, kind_of_name};
use reprolock::internal::lockfile::codec;

use super::DIGEST;
use crate::dockerfile::{Random, real_dockerfiles};

/// Every rule.
fn all() -> Settings {
    Settings { pedantic: true, runtime: true, ..Settings::default() }
}

/// A Dockerfile with a lock that has each image it names, and each of its words as a package.
fn locked(path: &str, kind: SourceKind, text: &str) -> SourceText {
    let dockerfile = Dockerfile::parse(text);
    let images: BTreeSet<String> = named_images(&Stages::of(&dockerfile, &BuildInputs::default()))
        .into_iter()
        .map(|image| image.expanded.text)
        .filter(|reference| !reference.is_empty() && !reference.contains('@'))
        // A lock has no others: freeze takes names that a registry would.
        .filter(|reference| reference.chars().all(|c| c.is_ascii_graphic()))
        .collect();
    let mut lock = format!(
        "version = 1\n\n[image]\nplatform = \"linux/amd64\"\nconfig = \"{DIGEST}\"\n\n[build]\nsource-date-epoch = 1614211200\n"
    );
    for reference in images {
        write!(lock, "\n[[build.image]]\nreference = {reference:?}\ndigest = \"{DIGEST}\"\n").unwrap();
    }
    write!(
        lock,
        "\n[[layer]]\ndiff-id = \"{DIGEST}\"\ncontent = \"{DIGEST}\"\nsize = 1\nuncompressed-size = 1\ncompression = \"none\"\nfiles = 1\n"
    )
    .unwrap();
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-');
    let words: BTreeSet<&str> = text.split(|c| !is_part(c)).filter(|word| !word.is_empty()).collect();
    for (ecosystem, version) in [("apk", "1.2-r0"), ("deb", "1.2-3"), ("python", "1.2"), ("rpm", "1.2-3.el9")]
    {
        for name in &words {
            write!(
                lock,
                "\n[[package.{ecosystem}]]\nname = {name:?}\nversion = \"{version}\"\nlocation = \"db\"\nlayer = 0\n"
            )
            .unwrap();
        }
    }
    let lock =
        codec::decode(&lock, Path::new("reprolock.lock")).unwrap_or_else(|error| panic!("{path}: {error}"));
    let pins = Some(Arc::new(Pins::of("reprolock.lock", lock)));
    SourceText { pins, ..SourceText::new(path, kind, text) }
}

/// A file's name, what it is, and its text.
type Text = (String, SourceKind, String);

/// The files of the corpus, where there is one, and the fixtures of the rules, whatever they are.
fn texts() -> Vec<Text> {
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let real = real_dockerfiles().into_iter().flatten();
    let mut texts: Vec<Text> = real.map(|(path, text)| (name(&path), SourceKind::Dockerfile, text)).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("testdata/seed/Dockerfile")];
    for folder in ["testdata/lint", "testdata/lint-seed"] {
        walk(&root.join(folder), &mut files);
    }
    files.sort();
    texts.extend(
        files
            .iter()
            .filter_map(|path| Some((name(path), kind_of_name(path)?, fs::read_to_string(path).unwrap()))),
    );
    texts
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}

fn fatal(source: &SourceText, text: &str) -> usize {
    if source.kind == SourceKind::Dockerfile { Dockerfile::parse(text).fatal_problems().count() } else { 0 }
}

/// Whether the span is one of `text`, at the bounds of characters.
fn fits(span: Span, text: &str) -> bool {
    span.start <= span.end && text.get(span.start..span.end).is_some()
}

/// What no edit covers, in order: `before` without the edits' spans.
fn kept<'t>(before: &'t str, edits: &[Edit]) -> Vec<&'t str> {
    let mut spans: Vec<Span> = edits.iter().map(|edit| edit.span).collect();
    spans.sort();
    let mut at = 0;
    let mut parts: Vec<&str> = Vec::new();
    for span in spans {
        parts.push(&before[at..span.start]);
        at = span.end;
    }
    parts.push(&before[at..]);
    parts
}

/// Holds one fix to its edits: the parts around them stand in the result, with the edits' texts between, and nothing else.
fn hold(source: &SourceText, rule: &str, fix: &Fix) {
    let name = format!("{}: {rule}", source.path);
    let (after, applied) = apply(&source.text, &[fix]);
    assert_eq!(applied, [0], "{name}: {fix:?}");
    assert!(fatal(source, &after) <= fatal(source, &source.text), "{name}: {after}");
    let mut edits = fix.edits.clone();
    edits.sort();
    let mut rest = after.as_str();
    let parts = kept(&source.text, &edits);
    for (part, edit) in parts.iter().zip(edits.iter().map(|edit| edit.text.as_str()).chain([""])) {
        rest = rest.strip_prefix(part).unwrap_or_else(|| panic!("{name}: {part:?} is not in {after}"));
        rest = rest.strip_prefix(edit).unwrap_or_else(|| panic!("{name}: {edit:?} is not in {after}"));
    }
    assert_eq!(rest, "", "{name}");
}

/// Checks a source, each of its fixes, and all of them together. How many fixes went in.
fn lint(source: &SourceText) -> usize {
    let (name, text) = (&source.path, &source.text);
    for finding in check(source, &all()) {
        assert!(fits(finding.span, text), "{name}: {finding:?}");
        if let Some(fix) = &finding.fix {
            assert!(fix.edits.iter().all(|edit| fits(edit.span, text)), "{name}: {finding:?}");
            hold(source, finding.rule, fix);
        }
    }
    let count = [Safety::Safe, Safety::Unsafe].map(|allowed| {
        let fixed = fix(source, &all(), allowed);
        assert!(fixed.settled, "{name}: {:?}", fixed.rules);
        assert!(fatal(source, &fixed.text) <= fatal(source, text), "{name}");
        let again = fix(&SourceText { text: fixed.text.clone(), ..source.clone() }, &all(), allowed);
        assert_eq!((again.count, &again.text), (0, &fixed.text), "{name}: {:?}", again.rules);
        fixed.count
    });
    count[1]
}

#[test]
fn every_fix_settles_and_changes_nothing_beside_its_edits() {
    let texts = texts();
    let fixes = texts.par_iter().map(|(name, kind, text)| lint(&locked(name, *kind, text)));
    let fixes: usize = fixes.sum();
    assert!(fixes > texts.len(), "{fixes} fixes in {} files", texts.len());
}

/// What damage puts in.
const PIECES: &[&str] = &[
    "\\\n",
    "\\\r\n",
    "\n",
    "\r",
    "\"",
    "'",
    "`",
    "$",
    "${",
    "$(",
    "$((",
    "}",
    ")",
    "<<EOF\n",
    "EOF\n",
    "<<-'E'\n",
    "é",
    "\u{1F600}",
    "\u{feff}",
    "\0",
    "&&",
    "||",
    "|",
    ";",
    "&",
    "#",
    "# escape=`\n",
    "FROM ",
    "RUN ",
    "ONBUILD ",
    "ARG A=$A\n",
    "ENV A=${A:-$A}\n",
    "COPY --from=",
    "--mount=type=bind,from=",
    "[\"",
    "\"]",
    "@sha256:",
    "==",
    "--hash=",
    "-r ",
    "sh -c \"",
    "pip install ",
    "apt-get install -y ",
    "docker run ",
    "--build-arg X=$(id)",
    "{",
    "}",
    ": ",
    "- ",
    "\t",
];

/// A text with some damage: parts out, doubled or moved, pieces in.
fn damaged(text: &str, other: &str, random: &mut Random) -> String {
    let mut text = text.to_owned();
    for _ in 0..=random.below(6) {
        let mut bound = |text: &str| text.floor_char_boundary(random.below(text.len() + 1));
        let (one, two) = (bound(&text), bound(&text));
        let (start, end) = (one.min(two), one.max(two));
        let end = text.floor_char_boundary(end.min(start + 200)).max(start);
        let (from, to) = (bound(other), bound(other));
        let piece = match random.below(4) {
            0 => String::new(),
            1 => text[start..end].repeat(2),
            2 => other[from.min(to)
                ..other.floor_char_boundary(from.max(to).min(from.min(to) + 200)).max(from.min(to))]
                .to_owned(),
            _ => PIECES[random.below(PIECES.len())].to_owned(),
        };
        let end = if random.below(2) == 0 { end } else { start };
        text.replace_range(start..end, &piece);
    }
    text
}

#[test]
fn no_damage_to_a_real_file_makes_linting_or_fixing_panic() {
    let texts = texts();
    (0..400usize).into_par_iter().for_each(|number| {
        let mut random = Random(0x5eed ^ (number as u64) << 20);
        let (name, kind, text) = &texts[random.below(texts.len())];
        let (_, _, other) = &texts[random.below(texts.len())];
        let text = damaged(text, other, &mut random);
        let source = match number % 4 {
            0 => locked(name, *kind, &text),
            _ => SourceText::new(name, *kind, &text),
        };
        for finding in check(&source, &all()) {
            assert!(fits(finding.span, &text), "{number}: {finding:?}");
        }
        let fixed = fix(&source, &all(), Safety::Unsafe);
        assert!(fatal(&source, &fixed.text) <= fatal(&source, &text), "{number}");
    });
}
