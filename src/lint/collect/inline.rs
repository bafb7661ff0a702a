//! Dockerfiles that stand inside compose and bake files: `dockerfile_inline: |`, `dockerfile-inline = <<EOT`.
//!
//! Each becomes a source of its own: the file's text, with every line that is not the Dockerfile's made a comment as long as it was,
//! so that places are those of the file.
//!
//! What it refuses to do: one that is written in quotes, on one line or joined of variables, is not read, and none is fixed.

use crate::base::limits;
use crate::lint::collect::obstacle::Obstacle;
use crate::lint::read::files::of_id;
use crate::lint::subject::reading::Around;
use crate::lint::subject::source::{SourceKind, SourceText};

/// The Dockerfiles inside a source; what of them is left out, since there are too many, is an obstacle.
pub(super) fn dockerfiles(source: &SourceText, obstacles: &mut Vec<Obstacle>) -> Vec<SourceText> {
    let SourceKind::Around(id) = source.kind else { return Vec::new() };
    let mut ranges = of_id(id).map(|kind| kind.inline(&source.text)).unwrap_or_default();
    // Each is as long as the file, so a file of many is read in part.
    let most = (limits::INLINE_BYTES / source.text.len().max(1)).max(1);
    if ranges.len() > most {
        let message =
            format!("{} Dockerfiles stand inside, of which the first {most} are linted", ranges.len());
        obstacles.push(Obstacle::new(source.path.clone(), message).hint("put them into files of their own"));
        ranges.truncate(most);
    }
    let made = ranges.into_iter().map(|lines| SourceText {
        kind: SourceKind::Dockerfile,
        text: alone(&source.text, &lines),
        is_part: true,
        around: Around::default(),
        ..source.clone()
    });
    made.collect()
}

/// The text with all but these lines as comments.
fn alone(text: &str, kept: &std::ops::Range<usize>) -> String {
    let lines = text.split_inclusive('\n').enumerate().map(|(at, line)| {
        if kept.contains(&at) {
            return line.to_owned();
        }
        let content = line.trim_end_matches(['\n', '\r']);
        let hidden = match content.len() {
            0 => String::new(),
            length => format!("#{}", " ".repeat(length - 1)),
        };
        format!("{hidden}{}", line.get(content.len()..).unwrap_or_default())
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alone_in(source: &SourceText) -> Vec<SourceText> {
        let mut obstacles = Vec::new();
        let inside = dockerfiles(source, &mut obstacles);
        assert_eq!(obstacles, []);
        inside
    }

    #[test]
    fn a_dockerfile_inside_keeps_its_places() {
        let text = "services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM python:3.12\n\n        RUN pip install numpy\n      context: .\n";
        let source = SourceText::new("compose.yaml", SourceKind::Compose, text);
        let [inside] = alone_in(&source).try_into().unwrap();
        assert_eq!(inside.text.len(), text.len());
        assert_eq!(inside.text.find("FROM python"), text.find("FROM python"));
        assert!(inside.text.lines().nth(7).unwrap().starts_with('#') && inside.is_part);
    }

    #[test]
    fn what_looks_like_a_start_inside_of_one_is_its_text() {
        let hcl = format!("target \"a\" {{\n{}FROM a\nE\n}}\n", "  dockerfile-inline = <<E\n".repeat(9_000));
        assert_eq!(alone_in(&SourceText::new("a.hcl", SourceKind::Bake, &hcl)).len(), 1);
        let yaml = format!("dockerfile_inline: |\n{}", " dockerfile_inline: |\n".repeat(9_000));
        assert_eq!(alone_in(&SourceText::new("c.yaml", SourceKind::Compose, &yaml)).len(), 1);
    }

    #[test]
    fn a_heredoc_of_hcl_is_one_too() {
        let text = "target \"a\" {\n  dockerfile-inline = <<EOT\nFROM alpine:3.20\nRUN apk add git\nEOT\n}\n";
        let source = SourceText::new("docker-bake.hcl", SourceKind::Bake, text);
        let [inside] = alone_in(&source).try_into().unwrap();
        assert_eq!(inside.text.lines().nth(3), Some("RUN apk add git"));
        assert!(alone_in(&SourceText::new("x", SourceKind::Bake, "target \"a\" {}\n")).is_empty());
    }

    #[test]
    fn what_is_left_out_of_too_many_is_told() {
        let text = "services:\n".to_owned() + &" dockerfile_inline: |\n  FROM a\n".repeat(3_000);
        let mut obstacles = Vec::new();
        let inside =
            dockerfiles(&SourceText::new("compose.yaml", SourceKind::Compose, &text), &mut obstacles);
        let [obstacle] = obstacles.try_into().unwrap();
        let words = format!("3000 Dockerfiles stand inside, of which the first {} are linted", inside.len());
        assert_eq!(obstacle.message, words);
        assert!(inside.len() * text.len() <= limits::INLINE_BYTES);
    }
}
