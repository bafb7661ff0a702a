//! Columns of text: each as wide as its widest cell, but for one that takes what the line has left.

use crate::report::style::{Paint, Style, columns, fit};

/// One cell of a row.
pub(super) struct Cell {
    text: String,
    paint: Option<Paint>,
    is_right: bool,
}

impl Cell {
    /// A cell that begins at its column's left edge.
    pub(super) fn left(text: impl Into<String>) -> Self {
        Self { text: text.into(), paint: None, is_right: false }
    }

    /// A cell that ends at its column's right edge: a number.
    pub(super) fn right(text: impl Into<String>) -> Self {
        Self { text: text.into(), paint: None, is_right: true }
    }

    /// The same in a colour.
    pub(super) fn painted(self, paint: Paint) -> Self {
        Self { paint: Some(paint), ..self }
    }

    fn filled(&self, width: usize, style: &Style) -> String {
        let text = fit(&self.text, width);
        let text = match self.is_right {
            true => format!("{:>width$}", text.trim_end()),
            false => text,
        };
        match self.paint {
            Some(paint) => {
                style.paint(paint, text.trim_end()) + &" ".repeat(width - columns(text.trim_end()))
            }
            None => text,
        }
    }
}

const GAP: &str = "  ";

/// Lines of `rows`, `indent` columns of the line being taken already. The cells of column `elastic`, if any, are cut
/// where the line is too short; a column that is empty in every row is left out.
pub(super) fn lines(rows: &[Vec<Cell>], elastic: Option<usize>, indent: usize, style: &Style) -> Vec<String> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| columns(&cell.text)).max();
    let mut widths: Vec<usize> = (0..count).map(|at| widest(at).unwrap_or(0)).collect();
    let used = widths.iter().filter(|width| **width > 0).count().saturating_sub(1) * GAP.len();
    let others: usize =
        widths.iter().enumerate().filter(|(at, _)| Some(*at) != elastic).map(|(_, width)| width).sum();
    let left = style.width.saturating_sub(indent + used + others).max(LEAST);
    if let Some(width) = elastic.and_then(|at| widths.get_mut(at)) {
        *width = left.min(*width);
    }
    let line = |row: &Vec<Cell>| {
        let cells = row.iter().zip(&widths).filter(|(_, width)| **width > 0);
        let cells: Vec<String> = cells.map(|(cell, width)| cell.filled(*width, style)).collect();
        cells.join(GAP).trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// Columns that the elastic cells keep, however short the line.
const LEAST: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(width: usize, rows: &[[&str; 3]]) -> Vec<String> {
        let row = |[a, b, c]: &[&str; 3]| vec![Cell::left(*a), Cell::right(*b), Cell::left(*c)];
        let rows: Vec<Vec<Cell>> = rows.iter().map(row).collect();
        lines(&rows, Some(0), 0, &Style { color: false, width, verbose: false })
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        assert_eq!(shown(80, &[["a", "1", "x"], ["bcd", "22", ""]]), ["a     1  x", "bcd  22"]);
    }

    #[test]
    fn the_elastic_column_gives_way() {
        let long = "a name of a good many words";
        assert_eq!(shown(30, &[[long, "1", "tier"]]), ["a name of a good man…  1  tier"]);
    }

    #[test]
    fn a_column_with_nothing_in_it_takes_no_room() {
        assert_eq!(shown(80, &[["a", "", "x"]]), ["a  x"]);
    }

    #[test]
    fn colours_take_no_columns() {
        let rows = [
            vec![Cell::left("a").painted(Paint::Red), Cell::left("b")],
            vec![Cell::left("long"), Cell::left("c")],
        ];
        let style = Style { color: true, width: 80, verbose: false };
        assert_eq!(lines(&rows, None, 0, &style), ["\x1b[31ma\x1b[0m     b", "long  c"]);
    }
}
