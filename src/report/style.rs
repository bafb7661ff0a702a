//! How text looks: width, colour, sizes and counts. No other module knows an escape sequence.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::base::path::{misleads, printable};
use crate::base::runners::is_command;
use crate::compare::tier::Tier;

/// What the caller knows of the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether colours may be used.
    pub color: bool,
    /// Columns of a line.
    pub width: usize,
    /// Whether everything is to be listed.
    pub verbose: bool,
}

/// A colour or weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// For headings.
    Bold,
    /// For what matters less.
    Dim,
    /// For what is well.
    Green,
    /// For what differs but may not matter.
    Yellow,
    /// For what is not the same.
    Red,
}

impl Style {
    /// `text` in `paint`, where colours may be used.
    pub fn paint(&self, paint: Paint, text: &str) -> String {
        if !self.color {
            return text.to_owned();
        }
        let code = match paint {
            Paint::Bold => 1,
            Paint::Dim => 2,
            Paint::Green => 32,
            Paint::Yellow => 33,
            Paint::Red => 31,
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

impl Paint {
    /// The colour of a tier.
    pub fn of_tier(tier: Tier) -> Self {
        match tier {
            Tier::Identical => Self::Green,
            Tier::CompressionOnly | Tier::MetadataOnly => Self::Yellow,
            Tier::Drifted => Self::Red,
        }
    }
}

/// `text` on one line and harmless to a terminal. A backslash stays one: what is plain text is shown as it is.
pub fn harmless(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let escaped = printable(line.as_bytes());
    if escaped.len() == line.len() + line.matches('\\').count() { line } else { escaped }
}

/// A line harmless to a terminal, its blanks kept; a tab is four.
pub fn spelled(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    for (at, c) in line.char_indices() {
        match c {
            '\t' => text.push_str("    "),
            '#' if is_command(line.as_bytes().get(at..).unwrap_or_default()) => text.push_str("\\x23"),
            c if misleads(c) => text.push_str(&printable(c.to_string().as_bytes())),
            c => text.push(c),
        }
    }
    text
}

/// Bytes for people: `132 B`, `22.1 MiB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if count < 1024 {
        return format!("{count} B");
    }
    let mut value = count as f64 / 1024.0;
    let mut units = UNITS.into_iter();
    let mut unit = units.next().unwrap_or_default();
    for next in units {
        // 1023.95 would round to "1024.0".
        if value < 1023.95 {
            break;
        }
        value /= 1024.0;
        unit = next;
    }
    format!("{value:.1} {unit}")
}

/// A count with thousands set apart: `2,972`.
pub fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 layer`, `7 layers`.
pub fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(count))
}

/// `text` in exactly `width` columns: cut with an ellipsis, or filled with spaces.
pub fn fit(text: &str, width: usize) -> String {
    let columns = text.width();
    if columns <= width {
        return format!("{text}{}", " ".repeat(width - columns));
    }
    let mut cut = String::new();
    let mut used = 0;
    for c in text.chars() {
        let columns = c.width().unwrap_or(0);
        if used + columns + 1 > width {
            break;
        }
        cut.push(c);
        used += columns;
    }
    format!("{cut}…{}", " ".repeat(width.saturating_sub(used + 1)))
}

/// Columns that `text` takes.
pub fn columns(text: &str) -> usize {
    text.width()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_counts_read_as_people_write_them() {
        assert_eq!(bytes(132), "132 B");
        assert_eq!(bytes(2875), "2.8 KiB");
        assert_eq!(bytes(1 << 20), "1.0 MiB");
        assert_eq!(bytes((1 << 20) - 1), "1.0 MiB");
        assert_eq!(bytes(3_190_180_573), "3.0 GiB");
        assert_eq!(
            [thousands(7), thousands(972), thousands(2972), thousands(1_234_567)],
            ["7", "972", "2,972", "1,234,567"]
        );
    }

    #[test]
    fn text_fits_its_columns_whatever_the_script() {
        assert_eq!(fit("abc", 5), "abc  ");
        assert_eq!(fit("abcdef", 5), "abcd…");
        assert_eq!(columns(&fit("漢字漢字", 5)), 5);
    }

    #[test]
    fn text_of_an_image_is_shown_as_it_is_unless_it_could_do_harm() {
        assert_eq!(harmless("RUN printf 'a\\n' \n  b"), "RUN printf 'a\\n' b");
        assert_eq!(harmless("a\x1b[31mb"), "a\\x1b[31mb");
        assert_eq!(harmless("a\u{202e}b\u{e0041}"), "a\\u{202e}b\\u{e0041}");
        assert_eq!([harmless("a ##[b]"), spelled("\t##vso[b]")], ["a \\x23#[b]", "    \\x23#vso[b]"]);
    }

    #[test]
    fn no_colour_means_no_escape() {
        let plain = Style { color: false, width: 80, verbose: false };
        assert_eq!(plain.paint(Paint::Red, "x"), "x");
        assert!(Style { color: true, ..plain }.paint(Paint::Red, "x").contains('\x1b'));
    }
}
