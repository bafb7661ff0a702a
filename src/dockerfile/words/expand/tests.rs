//! Words, quotes and variables, as BuildKit's own tests have them.

use super::*;

fn environment() -> BTreeMap<String, String> {
    let pairs = [("V", "1.2.3-cuda"), ("EMPTY", ""), ("P", "/usr/local/bin")];
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

fn expand(text: &str) -> Result<String, ExpansionError> {
    Words::new('\\').expand(text, &environment()).map(|expansion| expansion.text)
}

#[test]
fn patterns_cut_and_replace_parts_of_values() {
    assert_eq!(expand("${V#*.}").unwrap(), "2.3-cuda");
    assert_eq!(expand("${V##*.}").unwrap(), "3-cuda");
    assert_eq!(expand("${V%-*}").unwrap(), "1.2.3");
    assert_eq!(expand("${P%%/*}").unwrap(), "");
    assert_eq!(expand("${V/./_}").unwrap(), "1_2.3-cuda");
    assert_eq!(expand("${V//./}").unwrap(), "123-cuda");
    assert_eq!(expand("${P//\\//-}").unwrap(), "-usr-local-bin");
}

#[test]
fn an_unset_variable_is_named_unless_the_text_says_what_to_use_instead() {
    let expansion = Words::new('\\').expand("$A ${B:-$C} ${V:-$D} ${E+$F} ${G%x}", &environment()).unwrap();
    assert_eq!(expansion.text, "  1.2.3-cuda  ");
    assert_eq!(expansion.unset.into_iter().collect::<Vec<_>>(), ["A", "C", "G"]);
}

#[test]
fn holes_in_a_value_are_handed_on() {
    struct Built(BTreeSet<String>);
    impl Environment for Built {
        fn lookup(&self, _: &str) -> Option<Variable<'_>> {
            Some(Variable { value: "x", unset: Some(&self.0) })
        }
    }
    let environment = Built(BTreeSet::from(["BASE".to_owned()]));
    let expansion = Words::new('\\').expand("$X", &environment).unwrap();
    assert!(expansion.unset.contains("BASE"));
}

#[test]
fn a_backtick_escapes_where_it_is_the_escape_character() {
    let words = Words::new('`');
    assert_eq!(words.expand("C:\\dir`$V", &environment()).unwrap().text, "C:\\dir$V");
    assert_eq!(words.expand("\"a`\"b\"", &environment()).unwrap().text, "a\"b");
}

#[test]
fn words_know_the_bytes_they_were_made_from() {
    let text = "a \"b c\" ${V}x <<  E";
    let words = Words::new('\\').expand(text, &environment()).unwrap().words;
    let pieces: Vec<_> = words.iter().map(|word| &text[word.range.clone()]).collect();
    assert_eq!(pieces, ["a", "\"b c\"", "${V}x", "<<  E"]);
    assert_eq!(words[2].text, "1.2.3-cudax");
}

#[test]
fn hostile_text_ends_in_an_error() {
    assert_eq!(expand(&"${a:-".repeat(100_000)), Err(ExpansionError::TooLarge));
    let doubling = BTreeMap::from([("A".to_owned(), "x".repeat(100_000))]);
    assert_eq!(Words::new('\\').expand("$A$A$A", &doubling), Err(ExpansionError::TooLarge));
}

#[test]
fn a_required_variable_fails_with_its_message() {
    let error = expand("${MISSING:?give one}").unwrap_err();
    assert_eq!(error.to_string(), "MISSING: give one");
    assert!(matches!(expand("${EMPTY:?}"), Err(ExpansionError::Required { .. })));
    assert_eq!(expand("${EMPTY?}").unwrap(), "");
}
