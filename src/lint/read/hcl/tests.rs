//! What a bake file's variables, functions and matrices come to.

use super::*;

/// The value of `x` in a file.
fn x(text: &str) -> HclValue {
    let body = parse(text).unwrap();
    let entries = of_body(&body, text);
    let variables = entries.iter().map(|(key, entry)| (key.name.clone(), entry.code()));
    let globals = Globals::new(variables.collect(), Default::default());
    let (_, entry) = entries.iter().find(|(key, _)| key.name == "x").unwrap();
    globals.value(entry.code().unwrap(), &Locals::new())
}

fn text(text: &str) -> HclValue {
    HclValue::Text(text.to_owned())
}

#[test]
fn expressions_are_worked_out() {
    for (written, value) in [
        ("\"a${1 + 2}\"", text("a3")),
        ("true ? \"a\" : \"b\"", text("a")),
        ("\"\" == \"a\" || !false", HclValue::Bool(true)),
        ("upper(\"a\")", text("A")),
        ("[\"a\", \"b\"][1]", text("b")),
        ("{a = {b = \"c\"}}.a[\"b\"]", text("c")),
        ("join(\",\", [for v in [\"1\", \"2\"] : \"v${v}\" if v != \"1\"])", text("v2")),
        ("{for k, v in {a = \"b\"} : v => k}.b", text("a")),
        ("[{a = \"1\"}, {a = \"2\"}][*].a", HclValue::List(vec![text("1"), text("2")])),
        ("\"%{ if true }a%{ else }b%{ endif }\"", text("a")),
        ("<<E\na${2}\nE", text("a2\n")),
        ("\"${[\"a\"]}\"", HclValue::List(vec![text("a")])),
        ("$${1}", HclValue::Open(String::new())),
    ] {
        let file = format!("x = {written}\n");
        if parse(&file).is_some() {
            assert_eq!(x(&file), value, "{written}");
        }
    }
}

#[test]
fn an_expression_is_what_bake_makes_of_it_or_open() {
    let (mut known, mut wrong) = (0, Vec::new());
    for line in include_str!("../../../../testdata/bake-expressions.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let (expression, made) = line.split_once('\t').unwrap();
        let made: Option<String> = serde_json::from_str(made).unwrap();
        let value = x(&format!("x = {expression}\n"));
        match value.as_text() {
            Some(text) if made.as_ref() == Some(&text) => known += 1,
            None => {}
            Some(text) => wrong.push((expression, text, made)),
        }
    }
    assert_eq!(wrong, Vec::new());
    assert!(known >= 75, "only {known} are worked out");
}

#[test]
fn a_variable_is_what_it_is_where_nobody_sets_it_and_open_without_a_default() {
    assert_eq!(x("a = \"1\"\nb = \"${a}2\"\nx = \"${b}3\"\n"), text("123"));
    assert_eq!(x("x = \"a:${TAG}\"\n"), HclValue::Open("a:${TAG}".into()));
    assert_eq!(x("x = upper(TAG)\n"), HclValue::Open("${upper(TAG)}".into()));
    assert_eq!(x("x = timestamp()\n"), HclValue::Open("${timestamp()}".into()));
    assert_eq!(x("a = \"${x}\"\nx = \"${a}\"\n"), HclValue::Open("${a}".into()), "one leads to itself");
}

#[test]
fn what_would_take_too_much_is_open_and_ends() {
    let mut file = String::from("a0 = \"0123456789\"\n");
    (1..60).for_each(|n| file.push_str(&format!("a{n} = \"${{a{m}}}${{a{m}}}\"\n", m = n - 1)));
    assert!(matches!(x(&format!("{file}x = a59\n")), HclValue::Open(_)));
    let many = "[for a in range(4000) : [for b in range(4000) : [for c in range(4000) : a]]]";
    x(&format!("x = {many}\n"));
    let long: String = (0..5000).map(|n| format!("a{n} = a{}\n", n + 1)).collect();
    assert!(matches!(x(&format!("{long}x = a0\n")), HclValue::Open(_)));
}

#[test]
fn blocks_are_maps_under_their_labels() {
    let file = "target \"app\" {\n  args = { USER_UID = \"1000\", X = \"${TAG}-a\" }\n  tags = [\"a:${TAG}\"]\n  y = f(1)\n}\n";
    let body = parse(file).unwrap();
    let (_, target) = of_body(&body, file).remove(0);
    let node = target.node(&Globals::default(), &Locals::new());
    let app = node.get("app").unwrap();
    let uid = app.get("args").unwrap().get("USER_UID").unwrap();
    assert_eq!((uid.text(), uid.span.text(file)), (Some("1000"), "\"1000\""));
    assert_eq!(app.get("args").unwrap().get("X").unwrap().text(), Some("${TAG}-a"));
    assert_eq!(app.get("y").unwrap().text(), Some("${f(1)}"));
}

#[test]
fn what_is_no_hcl_or_too_deep_is_not_read() {
    assert_eq!(parse("target \"a\" {"), None);
    for hostile in [
        format!("a = {}", "(".repeat(100_000)),
        format!("a = {}1", "!".repeat(100_000)),
        format!("a = {}1", "-".repeat(100_000)),
        format!("a = {}1", "1 + ".repeat(100_000)),
        format!("a = ({}1)", "1 +\n".repeat(100_000)),
        format!("a = {}1", "b ? c : ".repeat(100_000)),
        format!("a = ({}1)", "b ?\nc :\n".repeat(100_000)),
        format!("a = {}1", "1 && ".repeat(100_000)),
        format!("a = \"{}", "${\"".repeat(100_000)),
        format!("a = \"{}", "%{ if a }".repeat(100_000)),
        format!("a = {}", "f(".repeat(100_000)),
        format!("a = b{}", "[0]".repeat(100_000)),
        format!("a = b{}", ".c".repeat(100_000)),
    ] {
        let _ = parse(&hostile);
    }
}

#[test]
fn a_long_file_of_plain_operators_is_read() {
    let file: String = (0..500).map(|n| format!("a{n} = n == \"\" ? b : \"c-d-e\"\n")).collect();
    assert!(parse(&file).is_some());
    for long in ["!".repeat(250), "1 + ".repeat(120), "b ? c : ".repeat(250), "-".repeat(250)] {
        let file = format!("a = {long}1\n");
        let _ = parse(&file).map(|body| of_body(&body, &file).len());
    }
    let comments = format!("# {}\na = 1\n", "-".repeat(200));
    assert!(parse(&comments).is_some(), "a line of dashes is a comment's");
}
