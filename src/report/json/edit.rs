//! An edit of a text, as documents have it.

use serde_json::{Value, json};

use crate::finding::Edit;

pub(super) fn edit(edit: &Edit) -> Value {
    let Edit { span, text } = edit;
    json!({ "start": span.start, "end": span.end, "text": text })
}
