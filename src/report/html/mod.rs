//! One self-contained page: no network, no clock, and nothing from an image is ever markup.
//!
//! What matters is in the page as it stands: verdict, layers, causes, the first files. With its script the files
//! become a tree that folds, filters and shows each file's details, from JSON in the page, drawn as far as it is in
//! sight. The page's policy (CSP) lets nothing run or load but the style and the script whose sha256 it names.

mod data;
mod facts;
mod files;
mod lint;
mod markup;
mod verify;

use std::io;

use super::format::Format;
use super::model::Report;
use super::style::Style;
use crate::base::about::{About, Kind};
use crate::base::digest::Sha256;
use markup::Html;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = concat!(include_str!("page.js"), include_str!("detail.js"), include_str!("tree.js"));

/// `--format html`
pub(super) struct Page;

impl Format for Page {
    fn about(&self) -> &'static About {
        static ABOUT: About = About {
            kind: Kind::Format,
            id: "html",
            summary: "for a person with a question: one page with every file, both sides' facts and excerpts",
            page: include_str!("../../../docs/formats/html.md"),
        };
        &ABOUT
    }

    fn render(&self, report: &Report<'_>, _: &Style, out: &mut dyn io::Write) -> io::Result<()> {
        let (title, body, data) = match report {
            Report::Freeze(frozen) => (format!("{} frozen", frozen.image), facts::frozen(frozen), None),
            Report::Inspect(inspected) => (inspected.image.to_owned(), facts::inspected(inspected), None),
            Report::Lint(checked) => ("lint".to_owned(), lint::checked(checked), None),
            Report::Verify(verified) | Report::Diff(verified) => {
                let title = format!("{}: {}", verified.image, verified.outcome.verdict);
                (title, verify::verified(verified), data::of(verified.outcome))
            }
        };
        out.write_all(page(&title, body, data).as_bytes())
    }
}

fn page(title: &str, body: Html, data: Option<Html>) -> String {
    let mut page = Html::default();
    page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-");
    page.text(&base64(&Sha256::of(STYLE.as_bytes())));
    if data.is_some() {
        page.raw("'; script-src 'sha256-").text(&base64(&Sha256::of(SCRIPT.as_bytes())));
    }
    page.raw("'; base-uri 'none'; form-action 'none'\">\n");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw("<meta name=\"color-scheme\" content=\"light dark\">\n<title>").text(title);
    page.raw(" – reprolock</title>\n<style>").raw(STYLE).raw("</style>\n</head>\n<body>\n").add(body);
    if let Some(data) = data {
        page.raw("<script type=\"application/json\" id=\"data\">").add(data).raw("</script>\n");
        page.raw("<script>").raw(SCRIPT).raw("</script>\n");
    }
    page.raw("</body>\n</html>\n");
    page.into_string()
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
