//! Annotations of a GitHub workflow: commands that its runner reads out of the log.
//!
//! A line that begins with `::` is a command; all else is log. GitHub shows ten of each level for a step, and keeps the
//! others in the log: errors come first.

use std::io;

use super::format::Format;
use super::guard::Guard;
use super::model::{Matter, Report};
use super::notices::{Faults, Notice, of_obstacle};
use super::style::{Style, harmless};
use crate::base::about::{About, AboutKind};
use crate::base::path::misleads;
use crate::base::runners::has_command;
use crate::finding::Severity;

/// `--format github`
pub(super) struct GitHub;

impl Format for GitHub {
    fn about(&self) -> &'static About {
        static ABOUT: About = About {
            kind: AboutKind::Format,
            id: "github",
            summary: "for the log of a GitHub workflow: each finding, and each cause in a layer, as an annotation",
            page: include_str!("../../docs/formats/github.md"),
        };
        &ABOUT
    }

    fn covers(&self, matter: Matter) -> bool {
        matter.has_findings()
    }

    fn guard(&self) -> Guard {
        Guard::Annotations
    }

    fn render(&self, report: &Report<'_>, _: &Style, out: &mut dyn io::Write) -> io::Result<()> {
        let Some(faults) = Faults::of(report) else { return Ok(()) };
        let mut notices: Vec<Notice<'_>> = match &faults {
            Faults::Sources(checked) => checked.obstacles.iter().map(of_obstacle).collect(),
            Faults::Image(_) => Vec::new(),
        };
        notices.extend(faults.notices());
        notices.sort_by_key(|notice| std::cmp::Reverse(notice.level));
        notices.iter().try_for_each(|notice| out.write_all(annotation(notice).as_bytes()))?;
        // A line for the log. It begins with words of ours, so it is no command.
        writeln!(out, "reprolock: {}", faults.sentence())
    }
}

/// `::error file=Dockerfile,line=1,col=6,endLine=1,endColumn=17,title=image-unpinned-digest::the tag of …`
fn annotation(notice: &Notice<'_>) -> String {
    let level = match notice.level {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut properties = Vec::new();
    let mut property = |name: &str, value: &str| properties.push(format!("{name}={}", escaped(value, true)));
    if let Some(path) = notice.path {
        // A name that would mislead leads nowhere; the log stays readable.
        let acts = path.contains(misleads) || has_command(path);
        property("file", &if acts { harmless(path) } else { path.to_owned() });
    }
    if let (Some(start), Some(end)) = (notice.start, notice.end) {
        property("line", &start.line.to_string());
        property("endLine", &end.line.to_string());
        // The runner refuses columns that span lines.
        if notice.placed.is_some() && start.line == end.line {
            property("col", &start.column.to_string());
            property("endColumn", &end.column.to_string());
        }
    }
    property("title", notice.id);
    format!("::{level} {}::{}\n", properties.join(","), escaped(&notice.text(), false))
}

/// As the runner's toolkit escapes: data, and in properties what ends them.
fn escaped(text: &str, is_property: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            ':' if is_property => out.push_str("%3A"),
            ',' if is_property => out.push_str("%2C"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_ends_a_command_or_a_property() {
        assert_eq!(escaped("a:b,c%\r\n::error::x", true), "a%3Ab%2Cc%25%0D%0A%3A%3Aerror%3A%3Ax");
        assert_eq!(escaped("50%\n::error::x", false), "50%25%0A::error::x");
    }
}
