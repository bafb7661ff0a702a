//! Markup and text, told apart by their types: only what is written in this program's source can be markup.

use std::fmt::{Display, Write as _};

use serde::Serialize;

use super::super::style::harmless;

/// A piece of a page.
#[derive(Default)]
pub(super) struct Html(String);

impl Html {
    /// Markup of our own.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text, whoever it is from, on one line.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.printed(&harmless(text))
    }

    /// Text that is already harmless but for HTML: paths as they print themselves.
    pub(super) fn printed(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                c => self.0.push(c),
            }
        }
        self
    }

    /// A number.
    pub(super) fn number(&mut self, number: impl Display + Into<f64>) -> &mut Self {
        // Writing to a String cannot fail.
        let _ = write!(self.0, "{number}");
        self
    }

    /// Another piece.
    pub(super) fn add(&mut self, piece: Self) -> &mut Self {
        self.0.push_str(&piece.0);
        self
    }

    /// JSON in a script element: no `<` of it can end the element or start a comment.
    pub(super) fn json(value: &impl Serialize) -> Self {
        // All keys are texts and no float is written, so it always has a JSON form.
        let text = serde_json::to_string(value).unwrap_or_default();
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '<' | '>' | '&' => {
                    let _ = write!(out, "\\u{:04x}", u32::from(c));
                }
                // Characters that a reader of the source would not see, or see elsewhere.
                '\u{7f}'..='\u{9f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}' => {
                    let _ = write!(out, "\\u{:04x}", u32::from(c));
                }
                c => out.push(c),
            }
        }
        Self(out)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

/// A heading and what stands below it; nothing where that is empty.
pub(super) fn section(id: &'static str, heading: &'static str, body: Html) -> Html {
    let mut html = Html::default();
    if !body.is_empty() {
        html.raw("<section id=\"").raw(id).raw("\" aria-labelledby=\"h-").raw(id).raw("\">\n<h2 id=\"h-");
        html.raw(id).raw("\">").raw(heading).raw("</h2>\n").add(body).raw("</section>\n");
    }
    html
}

/// A list of sentences.
pub(super) fn notes(notes: &[String]) -> Html {
    let mut html = Html::default();
    if !notes.is_empty() {
        html.raw("<ul class=\"notes\">\n");
        for note in notes {
            html.raw("<li>").text(note).raw("</li>\n");
        }
        html.raw("</ul>\n");
    }
    html
}

/// A table of texts, the cells of each row as many as the heads.
pub(super) fn table(heads: &[&'static str], rows: impl IntoIterator<Item = Vec<String>>) -> Html {
    let mut html = Html::default();
    let mut rows = rows.into_iter().peekable();
    if rows.peek().is_none() {
        return html;
    }
    html.raw("<div class=\"scroll\"><table>\n<thead><tr>");
    for head in heads {
        html.raw("<th scope=\"col\">").raw(head).raw("</th>");
    }
    html.raw("</tr></thead>\n<tbody>\n");
    for row in rows {
        html.raw("<tr>");
        for cell in row {
            html.raw("<td>").text(&cell).raw("</td>");
        }
        html.raw("</tr>\n");
    }
    html.raw("</tbody>\n</table></div>\n");
    html
}

/// A bar of `part` of `whole`, drawn without a style attribute: the page's policy has none.
pub(super) fn bar(part: u64, whole: u64, class: &'static str) -> Html {
    let mut html = Html::default();
    // A sliver for what is there at all.
    let width = if part == 0 { 0.0 } else { (part as f64 / whole.max(1) as f64 * 100.0).clamp(0.7, 100.0) };
    html.raw("<svg class=\"bar\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    html.raw("<rect class=\"").raw(class).raw("\" width=\"").number((width * 10.0).round() / 10.0);
    html.raw("\" height=\"8\"/></svg>");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        let mut html = Html::default();
        html.text("<script>\"x'&\u{1b}[2J\u{202e}");
        assert_eq!(html.into_string(), "&lt;script&gt;&quot;x&#39;&amp;\\x1b[2J\\u{202e}");
    }

    #[test]
    fn json_cannot_end_its_element() {
        let value = serde_json::json!({ "</script><!--": "\u{2028}" });
        let json = Html::json(&value).into_string();
        assert!(!json.contains('<') && !json.contains('\u{2028}'));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), value);
    }
}
