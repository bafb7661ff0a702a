//! Comments that silence rules: `# reprolock: ignore[rule, rule] reason` and `# reprolock: ignore-file[rule] reason`.
//!
//! In a Dockerfile such a comment holds for the instruction it stands above, or whose lines it stands between; in other
//! texts for its own line, or, alone on a line, for the next one that is no comment. `ignore-file` holds for all of the
//! text, wherever it stands.
//!
//! What it refuses to do: it silences nothing without naming a rule. BuildKit's `# check=skip` and hadolint's pragmas are
//! theirs.

use std::collections::BTreeMap;

use crate::base::text::Span;
use crate::dockerfile::{Dockerfile, ItemKind};
use crate::finding::Finding;

/// A comment that silences rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suppression {
    /// From `reprolock:` to the end of the reason.
    pub(crate) span: Span,
    /// The rules it names.
    pub(crate) rules: Vec<SilencedRule>,
    /// Why, as the comment says; empty where it doesn't.
    pub(crate) reason: String,
    /// Where it holds.
    pub(crate) holds: Span,
    /// Whether it holds for all of the text.
    is_file: bool,
}

/// A rule as a comment names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SilencedRule {
    /// The id, as written.
    pub(crate) id: String,
    /// Where it is written.
    pub(crate) span: Span,
    /// What came of it.
    pub(crate) standing: Standing,
}

/// What came of silencing a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It had something to say where the comment holds.
    Used,
    /// It had nothing to say there.
    Idle,
    /// It is off for this source, so there is no telling.
    Off,
    /// No rule has that id.
    Unknown {
        /// The one whose id is closest.
        close: Option<&'static str>,
    },
}

/// The suppressions of a text; `dockerfile` is its parse, if it is a Dockerfile.
pub(crate) fn suppressions(text: &str, dockerfile: Option<&Dockerfile>) -> Vec<Suppression> {
    // A look before the parse: almost no file has any.
    if !text.contains(MARK) {
        return Vec::new();
    }
    match dockerfile {
        Some(dockerfile) => in_dockerfile(dockerfile),
        None => in_lines(text),
    }
}

/// Takes out what the suppressions silence, and notes which of them did. Gives what was taken out.
pub(crate) fn silence(findings: &mut Vec<Finding>, suppressions: &mut [Suppression]) -> Vec<Finding> {
    let mut places = Places::of(suppressions);
    let silenced =
        findings.extract_if(.., |finding| places.silence(finding.rule, finding.span.start)).collect();
    for (suppression, rule) in places.used() {
        let named = suppressions.get_mut(suppression).and_then(|suppression| suppression.rules.get_mut(rule));
        named.into_iter().for_each(|rule| rule.standing = Standing::Used);
    }
    silenced
}

/// Where each rule is silenced. What comments hold for (instructions, lines, the whole text) lies apart or is the same, so
/// that the last one that begins at or before a finding is the only one that may hold there, beside those for the text.
struct Places {
    /// By rule: of parts of the text by their start, and of the whole text.
    rules: BTreeMap<String, (BTreeMap<usize, Held>, Held)>,
}

/// What holds for one place.
#[derive(Default)]
struct Held {
    end: usize,
    is_used: bool,
    /// The suppression, and which of its rules.
    by: Vec<(usize, usize)>,
}

impl Places {
    fn of(suppressions: &[Suppression]) -> Self {
        let mut rules: BTreeMap<String, (BTreeMap<usize, Held>, Held)> = BTreeMap::new();
        for (at, suppression) in suppressions.iter().enumerate() {
            let Span { start, end } = suppression.holds;
            for (number, rule) in suppression.rules.iter().enumerate() {
                let (parts, whole) = rules.entry(rule.id.clone()).or_default();
                let held = if suppression.is_file { whole } else { parts.entry(start).or_default() };
                held.end = held.end.max(end.max(start + 1));
                held.by.push((at, number));
            }
        }
        Self { rules }
    }

    /// Whether a finding of a rule is silenced, which is noted.
    fn silence(&mut self, rule: &str, at: usize) -> bool {
        let Some((parts, whole)) = self.rules.get_mut(rule) else { return false };
        let part = parts.range_mut(..=at).next_back().map(|(_, held)| held).filter(|held| at < held.end);
        let mut is_silenced = false;
        for held in part.into_iter().chain(Some(whole).filter(|whole| !whole.by.is_empty())) {
            held.is_used = true;
            is_silenced = true;
        }
        is_silenced
    }

    fn used(self) -> impl Iterator<Item = (usize, usize)> {
        let held = self.rules.into_values().flat_map(|(parts, whole)| parts.into_values().chain([whole]));
        held.filter(|held| held.is_used).flat_map(|held| held.by)
    }
}

/// Says of each rule that silenced nothing why, as `standing` knows it of the rule's id.
pub(crate) fn judge(suppressions: &mut [Suppression], standing: impl Fn(&str) -> Standing) {
    let rules = suppressions.iter_mut().flat_map(|suppression| &mut suppression.rules);
    for rule in rules.filter(|rule| rule.standing == Standing::Idle) {
        rule.standing = standing(&rule.id);
    }
}

const MARK: &str = "reprolock:";

fn in_dockerfile(dockerfile: &Dockerfile) -> Vec<Suppression> {
    let source = &dockerfile.source;
    let whole = Span::new(0, source.len().max(1));
    let mut suppressions: Vec<Suppression> = Vec::new();
    // Those above an instruction that has not come yet.
    let mut waiting = Vec::new();
    for item in &dockerfile.items {
        match &item.kind {
            ItemKind::Comment => {
                let read = parse(source, item.span);
                waiting.extend(read.into_iter().map(|comment| comment.suppression(item.span, whole)));
            }
            ItemKind::Instruction(instruction) => {
                for (mut above, is_file) in waiting.drain(..) {
                    if !is_file {
                        above.holds = item.span;
                    }
                    suppressions.push(above);
                }
                for comment in &instruction.comments {
                    let read = parse(source, *comment);
                    suppressions.extend(read.map(|read| read.suppression(item.span, whole).0));
                }
            }
            _ => {}
        }
    }
    // What stands below the last instruction holds for nothing, unless it is for the file.
    suppressions.extend(waiting.into_iter().map(|(suppression, _)| suppression));
    suppressions
}

fn in_lines(text: &str) -> Vec<Suppression> {
    let whole = Span::new(0, text.len().max(1));
    let mut suppressions = Vec::new();
    let mut start = 0;
    let spans: Vec<Span> = text
        .split_inclusive('\n')
        .map(|line| {
            start += line.len();
            Span::new(start - line.len(), start)
        })
        .collect();
    let is_comment = |span: &Span| {
        let text = span.text(text).trim_start();
        text.is_empty() || text.starts_with('#') || text.starts_with("//")
    };
    // Read from the end: what stands below a line is known before it.
    let mut below = None;
    for line in spans.iter().rev() {
        if let Some(read) = parse(text, *line) {
            let before = text.get(line.start..read.span.start).unwrap_or_default();
            let alone = before.trim_matches(|c: char| c.is_whitespace() || matches!(c, '#' | '/')).is_empty();
            let holds = if alone { below.unwrap_or(*line) } else { *line };
            suppressions.push(read.suppression(holds, whole).0);
        }
        if !is_comment(line) {
            below = Some(*line);
        }
    }
    suppressions.reverse();
    suppressions
}

/// A comment as it is written.
struct Comment {
    span: Span,
    is_file: bool,
    rules: Vec<SilencedRule>,
    reason: String,
}

impl Comment {
    fn suppression(self, holds: Span, whole: Span) -> (Suppression, bool) {
        let holds = if self.is_file { whole } else { holds };
        let Self { span, is_file, rules, reason } = self;
        (Suppression { span, rules, reason, holds, is_file }, is_file)
    }
}

/// Reads the comment within `span`; none where it holds no `reprolock: ignore`.
fn parse(source: &str, span: Span) -> Option<Comment> {
    let text = span.text(source);
    let at = text.find(MARK)?;
    let is_comment = text.get(..at).is_some_and(|before| before.contains('#') || before.contains("//"));
    let after = text.get(at + MARK.len()..)?;
    let rest = after.trim_start();
    let rest = rest.strip_prefix("ignore").filter(|_| is_comment)?;
    let (is_file, rest) = rest.strip_prefix("-file").map_or((false, rest), |rest| (true, rest));
    let end = span.start + text.trim_end().len();
    let offset = |rest: &str| span.start + (text.len() - rest.len());
    let (list, reason) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((list, reason)) => (list, reason),
        None => ("", rest),
    };
    let list_start = offset(rest) + 1;
    let mut rules = Vec::new();
    let mut start = list_start;
    for part in list.split(',') {
        let id = part.trim();
        let id_start = start + (part.len() - part.trim_start().len());
        if !id.is_empty() {
            let span = Span::new(id_start, id_start + id.len());
            rules.push(SilencedRule { id: id.to_owned(), span, standing: Standing::Idle });
        }
        start += part.len() + 1;
    }
    let reason = reason.trim().trim_end_matches("*/").trim().to_owned();
    Some(Comment { span: Span::new(span.start + at, end), is_file, rules, reason })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Severity, Turn};

    fn of(text: &str) -> Vec<Suppression> {
        suppressions(text, Some(&Dockerfile::parse(text)))
    }

    fn holds<'t>(text: &'t str, suppression: &Suppression) -> &'t str {
        suppression.holds.text(text)
    }

    #[test]
    fn a_comment_above_holds_for_the_instruction_below() {
        let text = "FROM a\n# reprolock: ignore[apt-unpinned, os-upgrade] the mirror is a snapshot\n\nRUN b \\\n c\nRUN d\n";
        let comments = of(text);
        assert_eq!(comments.len(), 1);
        let ids: Vec<&str> = comments[0]
            .rules
            .iter()
            .map(|rule| {
                assert_eq!(rule.span.text(text), rule.id);
                rule.id.as_str()
            })
            .collect();
        assert_eq!(ids, ["apt-unpinned", "os-upgrade"]);
        assert_eq!(comments[0].reason, "the mirror is a snapshot");
        assert_eq!(holds(text, &comments[0]), "RUN b \\\n c\n");
    }

    #[test]
    fn a_comment_between_lines_holds_for_the_whole_instruction() {
        let text = "FROM a\nRUN b \\\n# reprolock: ignore[x] y\n && c\n";
        assert_eq!(holds(text, &of(text)[0]), "RUN b \\\n# reprolock: ignore[x] y\n && c\n");
    }

    #[test]
    fn ignore_file_holds_for_the_file_wherever_it_stands() {
        let text = "FROM a\n# reprolock: ignore-file[x] y\n";
        assert_eq!(holds(text, &of(text)[0]), text);
    }

    #[test]
    fn in_other_texts_a_comment_holds_for_its_line_or_the_next() {
        let text = "numpy # reprolock: ignore[x] y\n# reprolock: ignore[x] z\n# more\ntorch\n";
        let comments = suppressions(text, None);
        assert_eq!(holds(text, &comments[0]), "numpy # reprolock: ignore[x] y\n");
        assert_eq!(holds(text, &comments[1]), "torch\n");
    }

    #[test]
    fn what_names_no_rule_silences_none() {
        let comments = of("FROM a\n# reprolock: ignore because\nRUN b\n");
        assert_eq!((comments[0].rules.len(), comments[0].reason.as_str()), (0, "because"));
        assert!(of("FROM a\nRUN echo reprolock: ignore[x]\n").is_empty());
    }

    #[test]
    fn what_came_of_each_rule_is_worked_out_once_the_findings_are_known() {
        let text = "FROM a\n# reprolock: ignore[used, idle, off, usde] y\nRUN b\n";
        let mut suppressions = of(text);
        let mut findings: Vec<Finding> = ["used", "other"]
            .map(|rule| Finding {
                rule,
                severity: Severity::Warning,
                confidence: Confidence::High,
                span: Span::new(text.len() - 2, text.len() - 1),
                message: String::new(),
                help: None,
                fix: None,
                root: None,
                turn: Turn::Now,
            })
            .into();
        silence(&mut findings, &mut suppressions);
        assert_eq!(findings.iter().map(|finding| finding.rule).collect::<Vec<_>>(), ["other"]);
        judge(&mut suppressions, |id| match id {
            "idle" => Standing::Idle,
            "usde" => Standing::Unknown { close: Some("used") },
            _ => Standing::Off,
        });
        let standings: Vec<Standing> = suppressions[0].rules.iter().map(|rule| rule.standing).collect();
        let unknown = Standing::Unknown { close: Some("used") };
        assert_eq!(standings, [Standing::Used, Standing::Idle, Standing::Off, unknown]);
    }
}
