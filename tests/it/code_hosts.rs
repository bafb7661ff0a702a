//! SARIF, annotations and JUnit of lint, verify and diff: well-formed, at the right lines, and nothing in a name is a
//! command, a link or markup.
//!
//! SARIF is held to testdata/schemas/sarif-used.json, and where `REPROLOCK_SARIF_SCHEMA` names the published schema, which
//! `.ci/sarif` fetches, to that as well.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Image, Layer, Place, Run, file};

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn schema(path: &Path) -> jsonschema::Validator {
    let mut schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    // The published one has a bracket too many in a pattern, of a key that is not written here.
    for part in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{part}/properties/language"));
        language.and_then(Value::as_object_mut).and_then(|language| language.remove("pattern"));
    }
    jsonschema::validator_for(&schema).unwrap()
}

/// The run's SARIF, held to its schemas; the results in it.
fn sarif(run: &Run) -> (Value, Vec<Value>) {
    let document: Value = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run}"));
    let published = std::env::var_os("REPROLOCK_SARIF_SCHEMA").map(PathBuf::from);
    if published.is_none() {
        eprintln!("skipped: REPROLOCK_SARIF_SCHEMA is not set");
    }
    for path in [Some(project("testdata/schemas/sarif-used.json")), published].into_iter().flatten() {
        let validator = schema(&path);
        let errors = validator.iter_errors(&document);
        let errors: Vec<String> = errors.map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
    }
    let run = &document["runs"][0];
    let results = run["results"].as_array().unwrap().clone();
    for result in &results {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    }
    (document, results)
}

/// The seed's rebuild against its lock.
fn drifted(format: &str) -> Run {
    let arguments =
        ["verify", "testdata/seed/rebuild.oci.tar", "--lock", "lockfiles/seed.lock", "--format", format];
    let run = Place::new().run_in(&project(""), &arguments);
    assert_eq!(run.code, 1, "{run}");
    run
}

/// Two images that differ in files, config and layers of hostile names.
fn hostile(format: &str) -> Run {
    let image = |content: &str| {
        let layer = |name: &str| Layer::new(&format!("RUN {name}"), [file(name, content)]);
        let layers =
            HOSTILE.iter().fold(Image::new("linux/amd64").tag("a:1"), |image, name| image.layer(layer(name)));
        layers.env("E", &format!("{content}{}", HOSTILE[0]))
    };
    let place = Place::new();
    place.write("old.tar", image("x").oci().archive());
    place.write("new.tar", image("y").oci().archive());
    let run = place.run(&["diff", "old.tar", "new.tar", "--format", format]);
    assert_eq!(run.code, 1, "{run}");
    run
}

const HOSTILE: [&str; 4] = [
    "a\n::error::b%0A",
    "]]>&<x y=\"'\">",
    "[b](https://example.org/)",
    "\u{1b}[2J\u{202e}\u{ffff}\u{fffe}c",
];

#[test]
fn a_drifted_layer_is_a_result_for_each_cause_at_its_line() {
    let (document, results) = sarif(&drifted("sarif"));
    assert_eq!(document["runs"][0]["properties"]["verdict"], "drifted");
    let found: Vec<(&str, u64)> = results
        .iter()
        .map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], "Dockerfile");
            (result["ruleId"].as_str().unwrap(), place["region"]["startLine"].as_u64().unwrap())
        })
        .collect();
    let expected = [
        ("timestamp-only", 10),
        ("shadow-last-change", 11),
        ("timestamp-only", 11),
        ("pyc-header", 17),
        ("timestamp-only", 17),
        ("pyc-header", 19),
        ("timestamp-only", 19),
    ];
    assert_eq!(found, expected);
}

#[test]
fn the_same_image_has_a_verdict_and_no_result() {
    let arguments = ["verify", "testdata/seed/image.oci.tar", "--lock", "lockfiles/seed.lock", "--format"];
    let run = |format: &str| Place::new().run_in(&project(""), &[&arguments[..], &[format]].concat());
    let (document, results) = sarif(&run("sarif"));
    assert_eq!((document["runs"][0]["properties"]["passed"].as_bool(), results.len()), (Some(true), 0));
    assert!(run("junit").stdout.contains(" failures=\"0\" errors=\"0\""));
    assert_eq!(run("github").stdout, "reprolock: identical: 8 layers\n");
}

#[test]
fn a_layer_is_a_case_and_fails_where_it_drifted() {
    let run = drifted("junit");
    assert_eq!(elements(&run.stdout).iter().filter(|name| *name == "testcase").count(), 8, "{run}");
    assert_eq!(elements(&run.stdout).iter().filter(|name| *name == "failure").count(), 4, "{run}");
    assert!(run.stdout.contains("<property name=\"verdict\" value=\"drifted\"/>"), "{run}");
}

#[test]
fn a_drifted_layer_is_annotated_at_its_line() {
    let run = drifted("github");
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert!(
        lines[0].starts_with(
            "::error file=Dockerfile,line=10,endLine=10,title=timestamp-only::layer 4: 3 files: "
        ),
        "{run}"
    );
    assert_eq!(lines.len(), 8, "{run}");
}

#[test]
fn no_name_in_an_image_is_a_command_a_link_or_markup() {
    let run = hostile("github");
    let lines = run.stdout.lines().filter(|line| !line.starts_with("::error title="));
    assert_eq!(lines.count(), 1, "{run}");
    let run = hostile("junit");
    let known = ["testsuites", "testsuite", "properties", "property", "testcase", "failure"];
    assert!(elements(&run.stdout).iter().all(|name| known.contains(&name.as_str())), "{run}");
    let (_, results) = sarif(&hostile("sarif"));
    assert!(results.len() > HOSTILE.len());
    for result in results {
        let text = result["message"]["text"].as_str().unwrap();
        assert!(!text.replace("\\](", "").contains("]("), "{text}");
    }
    for format in ["github", "junit", "sarif"] {
        let text = hostile(format).stdout;
        assert!(
            !text.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'),
            "{format}: {text:?}"
        );
    }
}

#[test]
fn lints_results_fit_the_schema_with_fixes_and_obstacles() {
    let place = Place::new();
    place.write(
        "a b/é#?.dockerfile",
        "FROM python:3.12\n# reprolock: ignore[image-unpinned-digest] é\nRUN x\n",
    );
    place.write("broken.dockerfile", "FROM a\nRUN <<E\n");
    let run = place.run(&["lint", ".", "no.dockerfile", "--format", "sarif"]);
    assert_eq!(run.code, 2, "{run}");
    let (document, results) = sarif(&run);
    let invocation = &document["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"].as_array().unwrap().len(), 2);
    let unused = results.iter().find(|result| result["ruleId"] == "ignore-unused").unwrap();
    let uri = &unused["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "a%20b/%C3%A9%23%3F.dockerfile");
    // The whole line goes, its end included: up to the start of the next one.
    let region = &unused["fixes"][0]["artifactChanges"][0]["replacements"][0]["deletedRegion"];
    assert_eq!(
        [&region["startLine"], &region["startColumn"], &region["endLine"], &region["endColumn"]],
        [2, 1, 3, 1].map(Value::from).each_ref()
    );
}

/// The names of all elements, each closed where it must be.
fn elements(xml: &str) -> Vec<String> {
    let mut rest = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").expect("a declaration");
    let (mut names, mut open): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    while let Some((text, tag)) = rest.split_once('<') {
        assert!(!text.contains('>') && (!open.is_empty() || text.trim().is_empty()), "{text}");
        let (tag, after) = tag.split_once('>').expect("an end");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        let name = tag.split([' ', '/']).next().unwrap().to_owned();
        names.push(name.clone());
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty() && !names.is_empty(), "{open:?}");
    names
}

#[test]
fn what_a_layer_of_one_side_changes_is_named_in_every_format_and_counted_at_the_end() {
    let base =
        || Image::new("linux/amd64").tag("a:1").layer(Layer::new("COPY a /", [file("a.py", "x = 1\n")]));
    let place = Place::new();
    place.write("old.tar", base().oci().archive());
    let more = base().layer(Layer::new("RUN sed", [file("a.py", "x = 2\n")]));
    place.write("new.tar", more.oci().archive());
    for format in ["text", "markdown", "html", "json", "sarif", "github", "junit"] {
        let run = place.run(&["diff", "old.tar", "new.tar", "--format", format]);
        assert_eq!(run.code, 1, "{run}");
        assert!(run.stdout.contains("a.py"), "{format}: {run}");
    }
    let run = place.run(&["diff", "old.tar", "new.tar"]);
    let last = run.stdout.lines().last().unwrap();
    assert!(last.contains("1 path by layers of one side alone") && !last.contains("unexplained"), "{last}");
}
