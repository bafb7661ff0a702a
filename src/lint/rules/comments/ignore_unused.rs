//! ignore-unused: a comment that silences nothing.

use crate::base::text::Span;
use crate::finding::{Edit, Fix};
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::edits::whole_lines;
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::engine::suppress::{SilencedRule, Standing, Suppression};
use crate::lint::subject::Subject;
use crate::lint::subject::source::SourceText;

pub(crate) struct IgnoreUnused;

impl Rule for IgnoreUnused {
    profile! {
        id: "ignore-unused",
        summary: "an ignore comment that silences nothing",
        severity: Warning,
        confidence: High,
        set: Inputs,
        remedy: Rewrite,
    }

    // Comments are looked at after all rules.
    fn check(&self, _: &Subject<'_>, _: &mut Findings<'_>) {}

    /// A rule that is off may have had something to say, so its ignore counts as used.
    fn check_suppressions(
        &self,
        suppressions: &[Suppression],
        source: &SourceText,
        findings: &mut Findings<'_>,
    ) {
        for suppression in suppressions {
            if suppression.rules.is_empty() {
                findings.push(
                    Draft::at(suppression.span, "this ignore names no rule, so it silences nothing")
                        .help("name the rules: # reprolock: ignore[apt-unpinned] reason"),
                );
            }
            findings.extend(suppression.rules.iter().filter_map(unknown));
            let idle = || suppression.rules.iter().filter(|rule| rule.standing == Standing::Idle);
            // A comment of which nothing is left goes away whole.
            let all_idle = idle().count() == suppression.rules.len();
            findings.extend(idle().map(|rule| {
                let edit =
                    if all_idle { whole(source, suppression) } else { Some(without(source, rule.span)) };
                Draft::at(rule.span, format!("{} has nothing to say here", rule.id))
                    .fix(edit.map(|edit| Fix::safe([edit])))
            }));
        }
    }
}

fn unknown(rule: &SilencedRule) -> Option<Draft> {
    let Standing::Unknown { close } = rule.standing else { return None };
    let draft = Draft::at(rule.span, format!("there is no rule {:?}", rule.id));
    Some(match close {
        Some(close) => draft.help(format!("did you mean {close}?")),
        None => draft.help("reprolock explain --list names them all"),
    })
}

/// The comment taken out, with its line where it is alone on it.
fn whole(source: &SourceText, suppression: &Suppression) -> Option<Edit> {
    let line = whole_lines(&source.text, suppression.span);
    let before = source.text.get(line.start..suppression.span.start)?;
    let mark = before.rfind(['#', '/'])?;
    let code = before.get(..mark)?.trim_end_matches('/');
    match code.trim().is_empty() {
        true => Some(Edit::delete(line)),
        false => Some(Edit::delete(Span::new(line.start + code.trim_end().len(), suppression.span.end))),
    }
}

/// One id taken out of the list, with a comma.
fn without(source: &SourceText, span: Span) -> Edit {
    let after = source.text.get(span.end..).unwrap_or_default();
    let rest = after.trim_start();
    if let Some(next) = rest.strip_prefix(',') {
        let skipped = after.len() - next.trim_start_matches(' ').len();
        return Edit::delete(Span::new(span.start, span.end + skipped));
    }
    let before = source.text.get(..span.start).unwrap_or_default();
    let kept = before.trim_end().trim_end_matches(',').len();
    Edit::delete(Span::new(kept, span.end))
}
