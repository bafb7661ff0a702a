//! Markdown for a pull request's comment, on GitHub and whoever reads its dialect.
//!
//! What comes from an image stands in code spans and code blocks alone, where no markup, no mention and no reference
//! is read. A comment may have 65,536 characters: where a report would be longer, its longest lists are cut, and say so.

mod agreed;
mod comparison;
mod escape;
mod finding;
mod image;
mod listing;

use std::io::{self, Write};

use super::format::Format;
use super::model::Report;
use super::story::{self, Body, Comparing, Section, Story, Title, Topic};
use super::style::Style;
use crate::base::about::{About, AboutKind};
use escape::{code, headed, notes, words};

/// Bytes of a comment; the rest of what GitHub takes is the caller's, for words of their own.
const ROOM: usize = 60_000;

/// Rows of a list, at most: nobody reads more in a comment, and the other formats list all.
const ROWS: usize = 200;

/// `--format markdown`
pub(super) struct Markdown;

impl Format for Markdown {
    fn about(&self) -> &'static About {
        static ABOUT: About = About {
            kind: AboutKind::Format,
            id: "markdown",
            summary: "for a pull request's comment: the verdict, layers, causes, fixes and edits; long lists cut",
            page: include_str!("../../../docs/formats/markdown.md"),
        };
        &ABOUT
    }

    fn has_pages(&self) -> bool {
        true
    }

    fn render(&self, report: &Report<'_>, _: &Style, out: &mut dyn Write) -> io::Result<()> {
        let mut story = story::of(report);
        // The files are long, and folded: they stand last. The sort is stable.
        story.sections.sort_by_key(|section| section.topic == Topic::Files);
        // The most rows a list may have with which the whole still fits: only the longest lists feel it.
        let (mut fits, mut too_many) = (0, ROWS + 1);
        while too_many - fits > 1 {
            let rows = usize::midpoint(fits, too_many);
            let mut length = Length(0);
            write(&story, rows, &mut length)?;
            if length.0 <= ROOM {
                fits = rows;
            } else {
                too_many = rows;
            }
        }
        write(&story, fits, out)
    }
}

/// A writer that counts bytes, and keeps none.
struct Length(usize);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The story with lists of `rows` at most.
fn write(story: &Story<'_>, rows: usize, out: &mut dyn Write) -> io::Result<()> {
    let Story { title, sections } = story;
    out.write_all(head(title).as_bytes())?;
    // What nothing explains stands before everything else.
    for section in sections {
        if let Body::Why(why) = &section.body {
            out.write_all(headed("Unexplained", &comparison::unexplained(why, rows)).as_bytes())?;
        }
    }
    sections.iter().try_for_each(|section| out.write_all(self::section(section, rows).as_bytes()))
}

fn head(title: &Title<'_>) -> String {
    match title {
        Title::Frozen { image: _, platform: _, lockfile, has_index: _ } => {
            format!("### reprolock: wrote {}\n\n", code(lockfile))
        }
        Title::Inspected { image } => format!("### reprolock: {}\n\n", code(image)),
        Title::Compared(Comparing { image, against, platform, tier, detail, .. }) => {
            let head = format!("### reprolock: {}\n\n**{}**\n\n", words(tier.name()), words(detail));
            format!("{head}{} against {}, {}\n", code(image), code(against), code(platform))
        }
        Title::Linted(counts) => {
            let head = format!("### reprolock: {}\n", words(&counts.sentence()));
            let more = counts.fixable().into_iter().chain(counts.aside());
            let more: String = more.map(|line| format!("\n{}.\n", words(&line))).collect();
            format!("{head}{more}\n")
        }
    }
}

fn section(section: &Section<'_>, rows: usize) -> String {
    let text = match &section.body {
        // These stand right below the title.
        Body::Facts(facts) => return image::facts(facts),
        Body::Findings(findings) => return finding::table(findings, rows),
        // These are folded, each under its name.
        Body::Packages(ecosystems) => {
            return ecosystems.iter().map(|installed| image::packages(installed, rows)).collect();
        }
        Body::Files(files) => return comparison::files(files, rows),
        // A comment has no room for what an image is in detail, and the lockfile has it.
        Body::Args(_) | Body::Config(_) | Body::Digests { .. } => return String::new(),
        Body::Unread(_) if section.topic == Topic::Problems => return String::new(),
        Body::Agreement(locks) => agreed::locks(locks, rows),
        Body::Layers(layers) => image::layers(layers, rows),
        Body::Listing(listing) => listing::tables(listing, rows),
        Body::Tiers(tiers) => comparison::layers(tiers, rows),
        Body::Why(why) => comparison::why(why),
        Body::Edits(edits) => comparison::mendings(edits, rows),
        Body::Container(seen) => comparison::container(seen, rows),
        Body::Changes(changes) => comparison::changes(changes, rows),
        Body::Fixed(sources) => finding::fixed(sources, rows),
        // Why a layer could not be read may quote what it holds.
        Body::Unread(unread) if section.topic == Topic::Unchecked => comparison::unchecked(unread, rows),
        Body::Unread(unread) => finding::unread(unread, rows),
        Body::Gone(gone) => finding::gone(gone, rows),
        Body::Sentences(sentences) => notes(sentences, rows),
    };
    headed(section.topic.heading(), &text)
}
