//! The lines of Dockerfiles that stand inside other files: `dockerfile_inline: |`, `dockerfile-inline = <<EOT`.
//!
//! What it refuses to do: one that is written in quotes, on one line or joined of variables, has no lines of its own.

use std::ops::Range;

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The lines behind `dockerfile_inline: |`, up to the first that is not deeper.
pub(crate) fn of_yaml(text: &str) -> Vec<Range<usize>> {
    let start = |line: &str| {
        let value = line.trim_start().strip_prefix("dockerfile_inline:")?.trim();
        value.starts_with(['|', '>']).then(|| indent(line))
    };
    blocks(text, start, |depth, line| line.trim().is_empty() || indent(line) > *depth)
}

/// The lines of `dockerfile-inline = <<EOT`.
pub(crate) fn of_hcl(text: &str) -> Vec<Range<usize>> {
    fn start(line: &str) -> Option<&str> {
        let line = line.trim().trim_start_matches('"').strip_prefix("dockerfile-inline")?;
        let (_, mark) = line.split_once("<<")?;
        Some(mark.trim_start_matches('-').trim()).filter(|mark| !mark.is_empty())
    }
    blocks(text, start, |mark, line| line.trim() != *mark)
}

/// The lines behind each that is a start, as long as they are inside. What looks like a start inside of one is its text.
fn blocks<'t, T>(
    text: &'t str,
    start: impl Fn(&'t str) -> Option<T>,
    is_inside: impl Fn(&T, &str) -> bool,
) -> Vec<Range<usize>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut blocks = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        if let Some(block) = start(line) {
            let inside = lines.iter().skip(at).take_while(|line| is_inside(&block, line)).count();
            blocks.push(at..at + inside);
            at += inside;
        }
    }
    blocks
}
