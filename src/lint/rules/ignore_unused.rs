//! ignore-unused: a comment that silences nothing.

use crate::base::text::Span;
use crate::finding::{Confidence, Edit, Fix, Severity};
use crate::lint::{
    About, Findings, Found, Remedy, Rule, Set, Settings, Source, Subject, Suppression, rules, whole_lines,
};

static ABOUT: About = About {
    id: "ignore-unused",
    summary: "an ignore comment that silences nothing",
    severity: Severity::Warning,
    confidence: Confidence::High,
    set: Set::Default,
    remedy: Remedy::Rewrite,
    doc: include_str!("../../../docs/rules/ignore-unused.md"),
};

/// See [`ABOUT`].
pub(super) struct IgnoreUnused;

impl Rule for IgnoreUnused {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    // Comments are looked at after all other rules: see `check`.
    fn check(&self, _: &Subject<'_>, _: &mut Findings<'_>) {}
}

/// Looks at the comments. A rule that is off may have had something to say, so its ignore counts as used.
pub(super) fn check(
    suppressions: &[Suppression],
    source: &Source,
    settings: &Settings,
    findings: &mut Findings<'_>,
) {
    for suppression in suppressions {
        if suppression.rules.is_empty() {
            findings.push(
                Found::at(suppression.span, "this ignore names no rule, so it silences nothing")
                    .help("name the rules: # reprolock: ignore[apt-unpinned] reason"),
            );
        }
        let mut idle = Vec::new();
        for ((id, span), used) in suppression.rules.iter().zip(&suppression.used) {
            match rules::find(id) {
                None => findings.push(unknown(id, *span)),
                Some(rule) if !used && settings.is_on(rule, &source.path) => idle.push((id, *span)),
                Some(_) => {}
            }
        }
        // A comment of which nothing is left goes away whole.
        let all_idle = idle.len() == suppression.rules.len();
        for (id, span) in idle {
            let edit = if all_idle { whole(source, suppression) } else { Some(without(source, span)) };
            findings.push(
                Found::at(span, format!("{id} has nothing to say here"))
                    .fix(edit.map(|edit| Fix::safe([edit]))),
            );
        }
    }
}

fn unknown(id: &str, span: Span) -> Found {
    let found = Found::at(span, format!("there is no rule {id:?}"));
    match rules::closest(id) {
        Some(close) => found.help(format!("did you mean {close}?")),
        None => found.help("reprolock explain --list names them all"),
    }
}

/// The comment taken out, with its line where it is alone on it.
fn whole(source: &Source, suppression: &Suppression) -> Option<Edit> {
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
fn without(source: &Source, span: Span) -> Edit {
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
