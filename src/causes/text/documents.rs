//! JSON documents compared but for what one expects to differ.

use serde_json::Value;

/// The document with null in the place of every value whose key and value `is_masked` accepts.
pub(crate) fn masked(value: Value, is_masked: &dyn Fn(&str, &Value) -> bool) -> Value {
    match value {
        Value::Object(fields) => {
            let mask = |(key, value): (String, Value)| {
                let value = if is_masked(&key, &value) { Value::Null } else { masked(value, is_masked) };
                (key, value)
            };
            Value::Object(fields.into_iter().map(mask).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(|item| masked(item, is_masked)).collect()),
        other => other,
    }
}

/// The document with the items of every array in one order.
pub(crate) fn sorted(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(key, value)| (key, sorted(value))).collect())
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(sorted).collect();
            items.sort_by_cached_key(Value::to_string);
            Value::Array(items)
        }
        other => other,
    }
}

/// Whether a value of this key tells a time, and nothing else: a number.
pub(crate) fn tells_time(key: &str, value: &Value) -> bool {
    let key = key.to_ascii_lowercase();
    value.is_number() && (key.contains("time") || key.ends_with("_since_epoch"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::json::parse;

    #[test]
    fn times_and_orders_can_be_taken_out() {
        let read = |text: &str| parse(text.as_bytes()).unwrap();
        let is_masked = tells_time;
        assert_eq!(
            masked(read(r#"[{"mtime":1,"a":2}]"#), &is_masked),
            masked(read(r#"[{"mtime":5,"a":2}]"#), &is_masked)
        );
        assert_eq!(sorted(read(r#"{"a":[{"b":2},[3,1]]}"#)), sorted(read(r#"{"a":[[1,3],{"b":2}]}"#)));
    }
}
