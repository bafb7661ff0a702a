//! The comment of agreements: a sentence for each lock, and a table of what is not as locked.

use super::escape::{code, table};
use crate::report::story::{AgreedLock, AgreedRow};

pub(super) fn locks(locks: &[AgreedLock<'_>], limit: usize) -> String {
    let sentence = |agreed: &AgreedLock<'_>| {
        let AgreedLock { lock, counts, left_out: _, environment, asked: _, is_inferred, line: _, rows: _ } =
            agreed;
        let held = environment.map_or(String::new(), |environment| format!(", in {}", code(environment)));
        let inferred = if *is_inferred { "; no instruction tells all that was asked for" } else { "" };
        format!("- {}: {counts}{held}{inferred}\n", code(lock))
    };
    let sentences: String = locks.iter().map(sentence).collect();
    let rows = locks.iter().flat_map(|agreed| agreed.rows.iter().map(|row| self::row(agreed.lock, row)));
    let count = locks.iter().map(|agreed| agreed.rows.len()).sum();
    let heads = ["lock", "package", "is", "locked", "installed", "line"];
    let rows = table(&heads, (rows, count), limit);
    if rows.is_empty() { sentences } else { format!("{sentences}\n{rows}") }
}

fn row(lock: &str, row: &AgreedRow<'_>) -> Vec<String> {
    let AgreedRow { what, name, locked, installed, reason, layer: _, line } = row;
    let text = |value: &Option<&str>| value.map_or(String::new(), code);
    let why = reason.map_or(String::new(), |reason| format!(": {}", code(reason)));
    vec![code(lock), code(name), format!("{what}{why}"), text(locked), text(installed), line.clone()]
}
