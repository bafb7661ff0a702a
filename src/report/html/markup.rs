//! Text made fit for a page, and the pieces that several sections share.
//!
//! `html!` escapes whatever stands in parentheses, and what it is given as [`Markup`] was made by it. What images say goes
//! through [`Shown`] or [`Printed`] besides, so that no character of it misleads a reader.

use maud::{Markup, PreEscaped, Render, html};

use crate::report::story::Topic;
use crate::report::style::{harmless, thousands};

/// Text, whoever it is from, on one line.
pub(super) struct Shown<'a>(pub(super) &'a str);

impl Render for Shown<'_> {
    fn render_to(&self, buffer: &mut String) {
        Printed(&harmless(self.0)).render_to(buffer);
    }
}

/// Text that is already harmless but for HTML: paths as they print themselves.
pub(super) struct Printed<'a>(pub(super) &'a str);

impl Render for Printed<'_> {
    fn render_to(&self, buffer: &mut String) {
        // As html! escapes, and the other quote, too.
        for c in self.0.chars() {
            match c {
                '&' => buffer.push_str("&amp;"),
                '<' => buffer.push_str("&lt;"),
                '>' => buffer.push_str("&gt;"),
                '"' => buffer.push_str("&quot;"),
                '\'' => buffer.push_str("&#39;"),
                c => buffer.push(c),
            }
        }
    }
}

/// A heading and what stands below it; nothing where that is empty.
pub(super) fn section(topic: Topic, heading: &'static str, body: &Markup) -> Markup {
    html! {
        @if !body.0.is_empty() {
            section id=(topic.id()) aria-labelledby={ "h-" (topic.id()) } { "\n"
                h2 id={ "h-" (topic.id()) } { (heading) } "\n"
                (body)
            } "\n"
        }
    }
}

/// A list of sentences; nothing where there are none.
pub(super) fn notes<'a>(notes: impl IntoIterator<Item = &'a str>) -> Markup {
    let mut notes = notes.into_iter().peekable();
    html! {
        @if notes.peek().is_some() {
            ul class="notes" { "\n"
                @for note in notes {
                    li { (Shown(note)) } "\n"
                }
            } "\n"
        }
    }
}

/// A table of texts, the cells of each row as many as the heads; nothing where there are no rows.
pub(super) fn table<'h>(
    heads: impl IntoIterator<Item = &'h str>,
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Markup {
    let mut rows = rows.into_iter().peekable();
    html! {
        @if rows.peek().is_some() {
            div class="scroll" { table { "\n"
                thead { tr {
                    @for head in heads { th scope="col" { (head) } }
                } } "\n"
                tbody { "\n"
                    @for row in rows {
                        tr {
                            @for cell in row { td { (Shown(&cell)) } }
                        } "\n"
                    }
                } "\n"
            } } "\n"
        }
    }
}

/// A bar of `part` of `whole`, drawn without a style attribute: the page's policy has none.
pub(super) fn bar(part: u64, whole: u64, class: &'static str) -> Markup {
    // A sliver for what is there at all.
    let width = if part == 0 { 0.0 } else { (part as f64 / whole.max(1) as f64 * 100.0).clamp(0.7, 100.0) };
    // An element of SVG closes itself, which html! has no form for. The class is ours, and the width a number.
    let width = (width * 10.0).round() / 10.0;
    let rect = PreEscaped(format!("<rect class=\"{class}\" width=\"{width}\" height=\"8\"/>"));
    html! {
        svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" { (rect) }
    }
}

/// A count whose column names what it counts, and that names it itself where a screen has no room for columns.
pub(super) fn count(files: usize) -> Markup {
    html! {
        @if files > 0 {
            (thousands(files))
            span class="unit" { @if files == 1 { " file" } @else { " files" } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        let text = "<script>\"x'&\u{1b}[2J\u{202e}";
        let escaped = "&lt;script&gt;&quot;x&#39;&amp;\\x1b[2J\\u{202e}";
        assert_eq!(Shown(text).render().into_string(), escaped);
        let in_attribute = html! { a title=(Shown(text)) {} }.into_string();
        assert_eq!(in_attribute, format!("<a title=\"{escaped}\"></a>"));
    }

    #[test]
    fn what_is_forgotten_to_be_shown_is_no_markup_either() {
        assert_eq!(html! { p { ("<b>\"&") } }.into_string(), "<p>&lt;b&gt;&quot;&amp;</p>");
    }

    #[test]
    fn nothing_makes_no_section() {
        let none = table(["a"], Vec::new());
        assert_eq!(section(Topic::Config, "Config", &none).into_string(), "");
        assert_eq!(notes([]).into_string(), "");
    }
}
