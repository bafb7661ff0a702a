//! The document of `lint`.

use serde_json::{Value, json};

use super::edit::edit;
use crate::finding::{Finding, Fix};
use crate::lint::{Accepted, GoneFinding, Obstacle, Silenced};
use crate::report::findings::{Counts, Placed, fixed, placed, set};
use crate::report::model::Checked;

pub(super) fn checked(checked: &Checked<'_>) -> Value {
    let Checked { sources: _, obstacles, hidden: _, fail_on, accepted } = checked;
    let Counts { silenced: Silenced { comments, settings, baseline }, unchanged, more, hidden, .. } =
        Counts::of(checked);
    let fixed =
        fixed(checked).map(|(path, count, rules)| json!({ "path": path, "findings": count, "rules": rules }));
    let obstacle = |obstacle: &Obstacle| {
        // What to do about it stands on stderr.
        let Obstacle { path, at, message, hint: _, kind: _ } = obstacle;
        json!({ "path": path, "line": at.map(|at| at.line), "column": at.map(|at| at.column), "message": message })
    };
    json!({
        "schema": "reprolock/lint/1",
        "findings": placed(checked).map(|placed| finding(&placed)).collect::<Vec<_>>(),
        "fixed": fixed.collect::<Vec<_>>(),
        "obstacles": obstacles.iter().map(obstacle).collect::<Vec<_>>(),
        "silenced": { "comments": comments, "settings": settings, "baseline": baseline },
        "baseline": accepted.map(baseline_of),
        "unchanged": unchanged,
        "fail_on": fail_on.name(),
        "not_listed": more,
        "hidden_files": hidden.files,
    })
}

/// What came of a baseline.
fn baseline_of(accepted: &Accepted) -> Value {
    let Accepted { path, count, expired, gone } = accepted;
    let gone = gone.iter().map(|gone| {
        let GoneFinding { path, line, rule, text } = gone;
        json!({ "rule": rule, "path": path, "line": line, "text": text })
    });
    json!({ "path": path, "accepted": count, "expired": expired, "gone": gone.collect::<Vec<_>>() })
}

fn finding(placed: &Placed<'_>) -> Value {
    let Finding { rule, severity, confidence, span: _, message, help, fix: _, root: _, turn } =
        &*placed.finding;
    json!({
        "rule": rule,
        "set": set(rule),
        "turn": turn.name(),
        "root": turn.root(),
        "severity": severity.name(),
        "confidence": confidence.name(),
        "path": placed.source.path,
        "line": placed.start.line,
        "column": placed.start.column,
        "end_line": placed.end.line,
        "end_column": placed.end.column,
        "message": message,
        "help": help,
        "fix": placed.fix().map(self::fix),
    })
}

fn fix(fix: &Fix) -> Value {
    let Fix { safety, edits } = fix;
    json!({ "safety": safety.name(), "edits": edits.iter().map(edit).collect::<Vec<_>>() })
}
