//! One self-contained page: no network, no clock, and nothing from an image is ever markup.
//!
//! What matters is in the page as it stands: verdict, layers, causes, the first files. With its script the files
//! become a tree that folds, filters and shows each file's details, from JSON in the page, drawn as far as it is in
//! sight. The page's policy (CSP) lets nothing run or load but the style and the script whose sha256 it names.

mod agreed;
mod comparison;
mod data;
mod files;
mod finding;
mod image;
mod listing;
mod markup;

use std::io::{self, Write};

use maud::{Markup, PreEscaped, html};

use super::format::Format;
use super::guard::Guard;
use super::model::Report;
use super::story::{self, Body, Comparing, DriftedFiles, Section, Story, Title, Topic};
use super::style::Style;
use crate::base::about::{About, AboutKind};
use crate::base::digest::Sha256;
use markup::{Shown, notes};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = concat!(include_str!("page.js"), include_str!("detail.js"), include_str!("tree.js"));

/// `--format html`
pub(super) struct Page;

impl Format for Page {
    fn about(&self) -> &'static About {
        static ABOUT: About = About {
            kind: AboutKind::Format,
            id: "html",
            summary: "for a person with a question: one page with every file, both sides' facts and excerpts",
            page: include_str!("../../../docs/formats/html.md"),
        };
        &ABOUT
    }

    fn guard(&self) -> Guard {
        Guard::Markup
    }

    fn render(&self, report: &Report<'_>, _: &Style, out: &mut dyn Write) -> io::Result<()> {
        let Story { title, mut sections } = story::of(report);
        // What a container sees is short, and stands before the files. The sort is stable.
        sections.sort_by_key(|section| place(section.topic));
        let files = sections.iter().find_map(|section| match &section.body {
            Body::Files(files) => Some(files),
            _ => None,
        });
        begin(&title, files.is_some(), out)?;
        for section in &sections {
            put(&self::section(section), out)?;
        }
        end(&title, files, out)
    }
}

/// Before the files, the files, or after them.
fn place(topic: Topic) -> u8 {
    match topic {
        Topic::Facts | Topic::Layers | Topic::Why | Topic::Edits | Topic::Container => 0,
        Topic::Files => 1,
        Topic::Manifest
        | Topic::ConfigDigest
        | Topic::Args
        | Topic::Images
        | Topic::Config
        | Topic::Packages
        | Topic::Ownership
        | Topic::Unowned
        | Topic::Agreement
        | Topic::Executables
        | Topic::Unchecked
        | Topic::Problems
        | Topic::Findings
        | Topic::Fixed
        | Topic::Unfixed
        | Topic::Unread
        | Topic::Gone
        | Topic::Notes => 2,
    }
}

fn put(markup: &Markup, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(markup.0.as_bytes())
}

fn section(section: &Section<'_>) -> Markup {
    let body = match &section.body {
        // They stand below the title, without a heading.
        Body::Facts(facts) => return image::facts(facts),
        Body::Layers(layers) => image::layers(layers),
        Body::Listing(listing) => listing::tables(listing),
        Body::Tiers(rows) => comparison::layers(rows),
        Body::Why(why) => comparison::why(why),
        Body::Files(files) => files::files(files),
        Body::Container(seen) => comparison::container(seen),
        Body::Changes(changes) => comparison::changes(changes),
        Body::Agreement(locks) => agreed::locks(locks),
        Body::Args(args) => image::args(args),
        Body::Config(values) => image::config(values),
        Body::Packages(ecosystems) => image::packages(ecosystems),
        Body::Findings(findings) => finding::findings(findings),
        Body::Fixed(sources) => finding::fixed(sources),
        // The lockfile has them, and text tells them.
        Body::Unread(_) if section.topic == Topic::Problems => return html! {},
        Body::Unread(unread) => finding::unread(unread),
        Body::Gone(gone) => finding::gone(gone),
        Body::Sentences(sentences) => notes(sentences.iter().map(String::as_str)),
        // They stand under each cause; and the manifests below the title.
        Body::Edits(_) | Body::Digests { .. } => return html! {},
    };
    markup::section(section.topic, section.topic.heading(), &body)
}

/// The page up to its first section.
fn begin(title: &Title<'_>, has_files: bool, out: &mut dyn Write) -> io::Result<()> {
    let name = match title {
        Title::Frozen { image, .. } => format!("{image} frozen"),
        Title::Inspected { image } => (*image).to_owned(),
        Title::Compared(Comparing { image, tier, .. }) => format!("{image}: {tier}"),
        Title::Linted(_) => "lint".to_owned(),
    };
    let script =
        html! { @if has_files { "'; script-src 'sha256-" (base64(&Sha256::of(SCRIPT.as_bytes()))) } };
    let policy = html! {
        "default-src 'none'; style-src 'sha256-" (base64(&Sha256::of(STYLE.as_bytes()))) (script)
        "'; base-uri 'none'; form-action 'none'"
    };
    put(&PreEscaped("<!doctype html>\n<html lang=\"en\">\n".to_owned()), out)?;
    let head = html! {
        head { "\n"
            meta charset="utf-8"; "\n"
            meta http-equiv="Content-Security-Policy" content=(policy); "\n"
            meta name="viewport" content="width=device-width, initial-scale=1"; "\n"
            meta name="color-scheme" content="light dark"; "\n"
            title { (Shown(&name)) " – reprolock" } "\n"
            style { (PreEscaped(STYLE)) } "\n"
        } "\n"
    };
    put(&head, out)?;
    put(&PreEscaped("<body>\n".to_owned()), out)?;
    let skip = html! { @if has_files { a class="skip" href="#files" { "Skip to the files" } "\n" } };
    put(&skip, out)?;
    put(&header(title), out)?;
    put(&PreEscaped("<main>\n".to_owned()), out)
}

fn header(title: &Title<'_>) -> Markup {
    let heading = match title {
        Title::Frozen { lockfile, .. } => html! { h1 { "wrote " span class="mono" { (Shown(lockfile)) } } },
        Title::Inspected { image } => html! { h1 class="mono" { (Shown(image)) } },
        Title::Compared(comparing) => return comparison::header(comparing),
        Title::Linted(counts) => html! {
            h1 { (Shown(&counts.sentence())) }
            @for line in counts.aside() { "\n" p { (Shown(&line)) } }
        },
    };
    html! { header { "\n" (heading) "\n" } "\n" }
}

/// The page from its last section on.
fn end(title: &Title<'_>, files: Option<&DriftedFiles<'_>>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"</main>\n")?;
    match title {
        Title::Compared(_) => put(&comparison::legend(), out)?,
        Title::Frozen { .. } | Title::Inspected { .. } | Title::Linted(_) => {}
    }
    if let Some(files) = files {
        out.write_all(b"<script type=\"application/json\" id=\"data\">")?;
        data::write(files.outcome, out)?;
        write!(out, "</script>\n<script>{SCRIPT}</script>\n")?;
    }
    out.write_all(b"</body>\n</html>\n")
}

/// A digest as CSP writes it (RFC 4648 §4).
fn base64(digest: &Sha256) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in digest.0.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let index = (bits >> (18 - 6 * at)) & 63;
            let letter = ALPHABET.get(index as usize).copied().unwrap_or(b'=');
            text.push(if at <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_written_as_policies_write_it() {
        assert_eq!(base64(&Sha256::of(b"")), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    #[test]
    fn style_and_script_end_where_the_page_ends_them() {
        for text in [STYLE, SCRIPT] {
            assert!(!text.contains("</") && !text.contains("<!--"));
            assert!(!text.contains("://") && !text.contains("innerHTML") && !text.contains("eval("));
        }
    }
}
