//! Text for people: what matters first, one line to remember last, 80 columns unless the terminal has more.

mod agreed;
mod comparison;
mod excerpt;
mod finding;
mod image;
mod lines;
mod listing;
mod table;
mod why;

use std::io::{self, Write};

use super::format::Format;
use super::model::Report;
use super::story::{self, Body, Comparing, Section, Story, Title, Topic};
use super::style::{Paint, Style, harmless};
use crate::base::about::{About, AboutKind};
use crate::compare::tier::Tier;
use lines::{indented, under};

/// `--format text`
pub struct Text;

impl Format for Text {
    fn about(&self) -> &'static About {
        static ABOUT: About = About {
            kind: AboutKind::Format,
            id: "text",
            summary: "for the terminal: layers, causes with examples, the verdict last; all files with -v",
            page: include_str!("../../../docs/formats/text.md"),
        };
        &ABOUT
    }

    fn has_pages(&self) -> bool {
        true
    }

    fn render(&self, report: &Report<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        let Story { title, sections } = story::of(report);
        head(&title, style, out)?;
        for Section { topic, body } in &sections {
            self::section(*topic, body, &title, style, out)?;
        }
        last(&title, style, out)
    }
}

fn section(
    topic: Topic,
    body: &Body<'_>,
    title: &Title<'_>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let lines = match body {
        // These stand right below the title.
        Body::Facts(facts) => return indented(&image::facts(facts, title), out),
        Body::Tiers(rows) => return indented(&comparison::layers(rows, style), out),
        // These have headings of their own, or none.
        Body::Findings(findings) => return finding::all(findings, style, out),
        Body::Fixed(sources) => return finding::fixed(sources, style, out),
        Body::Gone(gone) => return finding::gone(gone, style, out),
        Body::Packages(ecosystems) => {
            let databases = image::packages(ecosystems, style);
            return databases.iter().try_for_each(|(heading, lines)| under(heading, lines, style, out));
        }
        Body::Files(files) => return comparison::files(files, style, out),
        // These stand under each cause.
        Body::Edits(_) => return Ok(()),
        // What could not be linted or fixed is told on stderr, as the errors it is.
        Body::Unread(_) if matches!(topic, Topic::Unread | Topic::Unfixed) => return Ok(()),
        Body::Agreement(locks) => agreed::locks(locks, style, matches!(title, Title::Inspected { .. })),
        Body::Layers(layers) => image::layers(layers, style),
        Body::Listing(listing) => listing::lines(listing, style),
        Body::Why(why) => why::lines(why, style),
        Body::Container(seen) => comparison::container(seen, style),
        Body::Digests { expected, found } => {
            vec![format!("expected  {expected}"), format!("found     {found}")]
        }
        Body::Changes(changes) => comparison::changes(changes, style),
        Body::Args(args) => image::args(args, style),
        Body::Config(values) => image::config(values),
        Body::Unread(unread) => {
            unread.iter().map(|item| format!("{}: {}", harmless(item.path), harmless(item.message))).collect()
        }
        Body::Sentences(sentences) => sentences.iter().map(|sentence| harmless(sentence)).collect(),
    };
    under(&topic.heading().to_lowercase(), &lines, style, out)
}

/// The title, and an empty line; lint has none.
fn head(title: &Title<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let heading = match title {
        Title::Frozen { image, platform, lockfile: _, has_index: _ } => {
            format!("{}, {platform}", harmless(image))
        }
        Title::Inspected { image } => harmless(image),
        Title::Compared(Comparing { image, against, platform, .. }) => {
            format!("{} against {}, {platform}", harmless(image), harmless(against))
        }
        Title::Linted(_) => return Ok(()),
    };
    writeln!(out, "{}\n", style.paint(Paint::Bold, &heading))
}

/// The line to remember.
fn last(title: &Title<'_>, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    match title {
        Title::Frozen { image: _, platform: _, lockfile, has_index } => {
            let lockfile = harmless(lockfile);
            let index = if *has_index { format!(" and {lockfile}.files.zst") } else { String::new() };
            writeln!(out, "\n{}", style.paint(Paint::Green, &format!("wrote {lockfile}{index}")))
        }
        Title::Inspected { image: _ } => Ok(()),
        Title::Compared(Comparing { tier, detail, passed, .. }) => {
            let paint = match (tier, passed) {
                (_, false) => Paint::Red,
                (Tier::Identical, true) => Paint::Green,
                (_, true) => Paint::Yellow,
            };
            writeln!(out, "\n{}", style.paint(paint, &format!("{tier}: {detail}")))
        }
        Title::Linted(counts) => {
            let paint = match (counts.errors, counts.findings()) {
                (0, 0) => Paint::Green,
                (0, _) => Paint::Yellow,
                _ => Paint::Red,
            };
            let sentence = style.paint(paint, &counts.sentence());
            match counts.fixable() {
                Some(fixable) => writeln!(out, "{sentence}; {fixable}")?,
                None => writeln!(out, "{sentence}")?,
            }
            counts.aside().try_for_each(|line| writeln!(out, "{}", style.paint(Paint::Dim, &line)))
        }
    }
}
