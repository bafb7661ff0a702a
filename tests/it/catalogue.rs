//! The catalogue: its tables in the docs, and that `explain` knows every id that a format prints.
//!
//! With `REPROLOCK_BLESS=1` the tables are written anew; read the diff.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use reprolock::internal::base::about::{About, AboutKind};
use reprolock::internal::causes;

use reprolock::internal::compare::outcome::Presence;
use reprolock::internal::compare::tier::Tier;
use reprolock::internal::lint;
use reprolock::internal::report::catalogue;
use reprolock::internal::verify::Outcome;
use serde_json::Value;

use crate::support::outcome::{drifted, empty, identical, render};
use crate::support::{Place, Run};

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A table, its cells apart; what ends a cell is escaped.
fn table(heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| {
        let cells = cells.iter().map(|cell| format!(" {}", cell.replace('|', "\\|")));
        format!("|{}\n", cells.map(|cell| format!("{} |", cell.trim_end())).collect::<String>())
    };
    let heads: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let rule = format!("|{}\n", "---|".repeat(heads.len()));
    line(&heads) + &rule + &rows.into_iter().map(|row| line(&row)).collect::<String>()
}

fn link(about: &About, folder: &str) -> String {
    format!("[{0}]({folder}{0}.md)", about.id)
}

fn rule_table() -> String {
    let row = |about: About| {
        let rule = lint::profile_of(about.id).unwrap();
        let set = if rule.set.name() == "inputs" { "" } else { rule.set.name() };
        let (severity, remedy) = (rule.severity.name(), rule.remedy.name());
        [&link(&about, ""), about.summary, severity, remedy, set].map(str::to_owned).to_vec()
    };
    table(&["id", "flags", "severity", "fix", ""], catalogue::of(AboutKind::Rule).into_iter().map(row))
}

fn cause_table() -> String {
    let row = |about: About| {
        let cause = causes::find(about.id).unwrap();
        let proof = cause.profile().proof;
        [&link(&about, ""), about.summary, proof, cause.fix(), cause.rule().unwrap_or("–")]
            .map(str::to_owned)
            .to_vec()
    };
    table(&["id", "what", "proof", "fix", "rule"], catalogue::of(AboutKind::Cause).into_iter().map(row))
}

fn plain_table(kind: AboutKind, folder: &str) -> String {
    let row = |about: About| vec![link(&about, folder), about.summary.to_owned()];
    table(&["id", "what"], catalogue::of(kind).into_iter().map(row))
}

#[test]
fn the_tables_of_the_docs_are_made_from_the_registries() {
    let tables = [
        ("docs/rules/README.md", "rules", rule_table()),
        ("docs/causes/README.md", "causes", cause_table()),
        ("docs/ecosystems/README.md", "ecosystems", plain_table(AboutKind::Ecosystem, "")),
        ("docs/verdicts/README.md", "verdicts", plain_table(AboutKind::Verdict, "")),
        ("docs/formats.md", "formats", plain_table(AboutKind::Format, "formats/")),
        ("docs/exports.md", "exports", plain_table(AboutKind::Export, "exports/")),
        ("docs/files/README.md", "files", plain_table(AboutKind::File, "")),
        ("docs/project-locks/README.md", "project-locks", plain_table(AboutKind::ProjectLock, "")),
        ("docs/builders/README.md", "builders", plain_table(AboutKind::Builder, "")),
    ];
    for (path, name, table) in tables {
        let text = fs::read_to_string(project(path)).unwrap();
        let (before, rest) =
            text.split_once(&format!("<!-- made from the registry: {name} -->\n")).expect(path);
        let (written, after) = rest.split_once("<!-- end -->").expect(path);
        if std::env::var_os("REPROLOCK_BLESS").is_some() {
            let start = format!("{before}<!-- made from the registry: {name} -->\n");
            fs::write(project(path), format!("{start}{table}<!-- end -->{after}")).unwrap();
        } else {
            assert!(written == table, "{path} has\n{written}\nbut the registry makes\n{table}");
        }
    }
}

#[test]
fn every_page_of_a_folder_is_in_the_catalogue() {
    for (folder, kind) in [
        ("docs/rules", AboutKind::Rule),
        ("docs/causes", AboutKind::Cause),
        ("docs/ecosystems", AboutKind::Ecosystem),
        ("docs/verdicts", AboutKind::Verdict),
        ("docs/formats", AboutKind::Format),
        ("docs/exports", AboutKind::Export),
        ("docs/files", AboutKind::File),
        ("docs/project-locks", AboutKind::ProjectLock),
        ("docs/builders", AboutKind::Builder),
    ] {
        let ids: BTreeSet<&str> = catalogue::of(kind).iter().map(|about| about.id).collect();
        for entry in fs::read_dir(project(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let id = name.strip_suffix(".md").unwrap();
            assert!(ids.contains(id) || ["README", "tried"].contains(&id), "{folder}/{name}: whose is it?");
        }
    }
}

/// The ids in each of the formats that name any.
fn ids(format: &str, text: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    let mut behind = |start: &str, ends: &[char]| {
        for rest in text.split(start).skip(1) {
            ids.extend(rest.split(ends).next().filter(|id| !id.is_empty()).map(str::to_owned));
        }
    };
    match format {
        "github" => behind("title=", &[':', ',']),
        "junit" => {
            behind(" type=\"", &['"']);
            behind("<property name=\"verdict\" value=\"", &['"']);
            for case in text.split("<testcase name=\"").skip(1) {
                if case.split('>').nth(1).is_some_and(|next| next.trim_start().starts_with("<error")) {
                    ids.extend(case.split(['"', ':']).next().map(str::to_owned));
                }
            }
        }
        _ => of_json(&serde_json::from_str(text).unwrap(), "", &mut ids),
    }
    ids
}

/// The values of the keys that hold ids, in the documents of JSON and SARIF.
fn of_json(value: &Value, key: &str, ids: &mut BTreeSet<String>) {
    const KEYS: [&str; 8] = ["verdict", "tier", "presence", "cause", "rule", "also", "ruleId", "causes"];
    match value {
        Value::String(id) if KEYS.contains(&key) && id != Presence::Both.name() => {
            ids.insert(id.clone());
        }
        Value::Array(items) if key == "rules" => {
            ids.extend(
                items.iter().filter_map(|rule| rule["id"].as_str().or(rule.as_str())).map(str::to_owned),
            );
        }
        Value::Array(items) => items.iter().for_each(|item| of_json(item, key, ids)),
        Value::Object(map) => map.iter().for_each(|(key, item)| of_json(item, key, ids)),
        _ => {}
    }
}

/// Outcomes that name every tier, every way in which a layer can stand, and everything beside the layers.
fn outcomes() -> Vec<Outcome> {
    let mut all = vec![empty(), identical(), drifted(&["a"], 3)];
    for tier in [Tier::Identical, Tier::CompressionOnly, Tier::MetadataOnly, Tier::Drifted] {
        for presence in [
            Presence::Moved,
            Presence::Squashed,
            Presence::Split,
            Presence::Regrouped,
            Presence::Added,
            Presence::Removed,
        ] {
            let mut outcome = drifted(&["a"], 0);
            outcome.verdict = tier;
            for layer in &mut outcome.facts.layers {
                (layer.tier, layer.presence) = (tier, presence);
            }
            all.push(outcome);
        }
    }
    all
}

#[test]
fn explain_knows_every_id_that_a_format_prints() {
    let mut printed = BTreeSet::new();
    let formats = ["sarif", "github", "junit", "json"];
    for outcome in outcomes() {
        formats.iter().for_each(|format| printed.extend(ids(format, &render(format, &outcome, "image"))));
    }
    let place = Place::new();
    place.write(
        "Dockerfile",
        "FROM a:latest\nRUN curl https://example.org/x | sh\nRUN apt-get install -y curl\n",
    );
    place.write("broken/Dockerfile", "FROM a\nRUN <<EOF\nx\n");
    place.write("latin/Dockerfile", b"FROM \xff\n");
    for format in formats {
        printed.extend(ids(format, &place.run(&["lint", "--format", format]).stdout));
        let seed =
            ["verify", "testdata/seed/rebuild.oci.tar", "--lock", "lockfiles/seed.lock", "--format", format];
        printed.extend(ids(format, &Place::new().run_in(&project(""), &seed).stdout));
    }
    let inspected =
        Place::new().run_in(&project(""), &["inspect", "testdata/seed/image.oci.tar", "--format", "json"]);
    printed.extend(inspected.json()["package"].as_object().unwrap().keys().cloned());
    for id in
        ["drifted", "config-drift", "package-drift", "unexplained", "squashed", "read", "parse", "pyc-header"]
    {
        assert!(printed.contains(id), "{id} is printed nowhere: {printed:?}");
    }
    for id in ["image-floating-tag", "curl-pipe-shell", "apt-unpinned", "deb", "python"] {
        assert!(printed.contains(id), "{id} is printed nowhere: {printed:?}");
    }
    for id in &printed {
        let about = catalogue::find(id).unwrap_or_else(|| panic!("explain does not know {id}"));
        assert_eq!(explained(id).stdout, about.page);
    }
}

fn explained(id: &str) -> Run {
    Place::new().run(&["explain", id])
}

#[test]
fn explain_takes_the_formats_that_pages_are_in_and_refuses_the_others() {
    let place = Place::new();
    let page = explained("pyc-header").stdout;
    for about in catalogue::of(AboutKind::Format) {
        let arguments = ["explain", "pyc-header", "--format", about.id];
        if ["text", "markdown"].contains(&about.id) {
            assert_eq!(place.run(&arguments).stdout, page, "{}", about.id);
        } else {
            let (error, hint) = place.run(&arguments).refusal();
            assert_eq!(error, format!("explain has no page to write as {}", about.id));
            assert_eq!(hint, "use --format with one of text, markdown");
        }
    }
}

#[test]
fn explain_names_its_list_where_no_id_is_given_or_known() {
    for arguments in [&["explain"][..], &["explain", "zzz"]] {
        assert_eq!(Place::new().run(arguments).refusal().1, "reprolock explain --list names them all");
    }
}
