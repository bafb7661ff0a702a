//! Keys in every case, twice, and where they are none of ours.

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use crate::image::manifest::config::Config;
use crate::image::manifest::document::Document;
use crate::image::manifest::json::or_default;

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Shape {
    #[serde(deserialize_with = "or_default")]
    layers: Vec<Shape>,
    kind: Option<String>,
    #[serde(deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
}

fn shape(json: &str) -> Result<(Shape, Odd), DocumentFault> {
    read(json.as_bytes())
}

/// The two keys of a refusal.
fn twice(json: &str) -> (String, String) {
    match shape(json) {
        Err(DocumentFault::KeyTwice { first, second }) => (first, second),
        other => panic!("{json}: {other:?}"),
    }
}

#[test]
fn a_key_is_its_field_in_any_case() {
    for key in ["layers", "Layers", "LAYERS", "layerſ", "LayerS", "layer\\u017f", "\\u004cayers"] {
        let (read, odd) = shape(&format!(r#"{{"{key}":[{{}}]}}"#)).unwrap();
        assert_eq!(read.layers.len(), 1, "{key}");
        assert_eq!(odd.0.is_empty(), key == "layers", "{key}");
    }
    assert_eq!(shape("{\"\u{212a}ind\":\"x\"}").unwrap().0.kind.as_deref(), Some("x"));
    // Go folds no others: a dotless i, a long s in another word's place.
    for key in ["ﬀ", "kınd", "lay\u{e9}rs", "layers ", "layers\\u0000"] {
        assert_eq!(shape(&format!(r#"{{"{key}":5}}"#)).unwrap().0, Shape::default(), "{key}");
    }
}

#[test]
fn a_key_that_stands_twice_is_refused_however_it_is_written() {
    let spellings = ["layers", "Layers", "LAYERS", "layerſ", "layer\\u017f"];
    for first in spellings {
        for second in spellings {
            let (one, other) = twice(&format!(r#"{{"{first}":[],"kind":null,"{second}":[]}}"#));
            assert!(!one.is_empty() && other.is_ascii(), "{one} {other}");
        }
    }
    assert_eq!(twice("{\"kind\":\"a\",\"\u{212a}IND\":\"a\"}"), ("kind".into(), r"\u{212a}IND".into()));
    // At every depth, and for keys that nobody here reads.
    for json in [
        r#"{"layers":[{"layers":[{"kind":"a","Kind":"b"}]}]}"#,
        r#"{"unknown":1,"Unknown":2}"#,
        r#"{"unknown":{"a":1,"a":2}}"#,
        r#"{"unknown":[[{"a":{"b":1,"b":1}}]]}"#,
        r#"{"labels":{"a":"1","a":"2"}}"#,
    ] {
        twice(json);
    }
}

#[test]
fn the_names_of_a_map_are_told_apart_by_case() {
    let (read, odd) = shape(r#"{"labels":{"a":"1","A":"2"},"unknown":{"b":1,"B":2}}"#).unwrap();
    assert_eq!((read.labels.len(), odd), (2, Odd::default()));
}

#[test]
fn a_list_is_no_object() {
    assert!(matches!(shape("[[],null,null]"), Err(DocumentFault::Json { .. })));
    assert!(matches!(shape(r#"{"layers":[[[],null,null]]}"#), Err(DocumentFault::Json { .. })));
    assert!(read::<Document>(br#"{"config":["x","sha256:0",1]}"#).is_err());
}

#[test]
fn what_comes_after_the_document_is_refused() {
    for json in ["{}{}", "{} x", "{},", ""] {
        assert!(matches!(shape(json), Err(DocumentFault::Json { .. })), "{json}");
    }
    assert!(shape(" {} \n").is_ok());
}

#[test]
fn the_note_names_keys_and_fields_and_stays_short() {
    let note = |json: &str| read::<Config>(json.as_bytes()).unwrap().1.note("the config");
    assert_eq!(note(r#"{"config":{"User":"x"}}"#), None);
    assert_eq!(
        note(r#"{"config":{"user":"x","env":[]}}"#).unwrap(),
        "the config has keys in another case, which engines read all the same: \"env\" for \"Env\", \"user\" for \"User\""
    );
    let step = |at: usize| {
        let upper = |(bit, letter): (usize, char)| match at & (1 << bit) {
            0 => letter,
            _ => letter.to_ascii_uppercase(),
        };
        format!(r#"{{"{}":"x"}}"#, "created_by".chars().enumerate().map(upper).collect::<String>())
    };
    let steps: Vec<String> = (0..64).map(step).collect();
    let text = note(&format!(r#"{{"history":[{}]}}"#, steps.join(","))).unwrap();
    assert!(text.ends_with(", 55 more") && text.len() < 500, "{text}");
}

#[test]
fn what_has_each_key_once_reads_as_serde_reads_it() {
    let json = r#"{"a":[1,-2,3.5,true,null,"x",{"b":{}}],"c":{"d":[[]],"e":"\u00e9"}}"#;
    let (read, _) = read::<Value>(json.as_bytes()).unwrap();
    assert_eq!(read, serde_json::from_str::<Value>(json).unwrap());
}

#[test]
fn an_object_without_end_is_refused_for_its_keys() {
    let keys: Vec<String> = (0..=limits::JSON_KEYS).map(|at| format!("\"{at}\":0")).collect();
    let refusal = shape(&format!("{{\"unknown\":{{{}}}}}", keys.join(","))).unwrap_err();
    assert!(matches!(refusal, DocumentFault::TooMany { .. }), "{refusal:?}");
}

#[test]
fn what_is_passed_over_may_be_deep_and_no_deeper() {
    for (open, close) in [("{\"a\":", "}"), ("[", "]"), ("[{\"a\":", "}]")] {
        let deep =
            |levels: usize| format!("{{\"unknown\":{}0{}}}", open.repeat(levels), close.repeat(levels));
        assert!(shape(&deep(50)).is_ok(), "{open}");
        for levels in [200, 100_000] {
            let refusal = shape(&deep(levels)).unwrap_err();
            assert!(matches!(refusal, DocumentFault::Json { .. }), "{open} {levels}");
        }
    }
}
