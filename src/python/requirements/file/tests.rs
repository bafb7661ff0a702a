//! Requirements files, line by line, as pip reads them.

use super::*;
use crate::python::{PipRequirement, RequirementSource};

fn only(source: &str) -> PipRequirement {
    let file = RequirementsText::parse(source);
    let mut requirements = file.requirements().map(|(_, requirement)| requirement.clone());
    let only = requirements.next().unwrap();
    assert!(requirements.next().is_none());
    only
}

fn names(source: &str) -> Vec<(usize, Option<String>)> {
    let file = RequirementsText::parse(source);
    file.requirements().map(|(entry, requirement)| (entry.line, requirement.name.clone())).collect()
}

#[test]
fn a_comment_begins_at_the_line_or_after_white_space() {
    let source = "# all\n a==1 # why\nb @ https://example.org/b.zip#sha256=00\n\n\t# no\r\nc\r\n";
    let named = |line, name: &str| (line, Some(name.to_owned()));
    assert_eq!(names(source), [named(2, "a"), named(3, "b"), named(6, "c")]);
}

#[test]
fn a_backslash_joins_lines_and_spans_lead_back_to_them() {
    let source = "torch==2.1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nnext\n";
    let torch = RequirementsText::parse(source);
    let (entry, requirement) = torch.requirements().next().unwrap();
    let hashes: Vec<_> = requirement.hashes.iter().map(|hash| hash.span.text(source)).collect();
    assert_eq!(hashes, ["sha256:aa", "sha256:bb"]);
    assert_eq!(requirement.text.span.text(source), "torch==2.1.0");
    assert_eq!(entry.span.text(source), source.strip_suffix("\nnext\n").unwrap());
    assert_eq!(torch.entries[1].line, 4);
}

#[test]
fn a_comment_line_ends_a_joined_line() {
    assert_eq!(names("a \\\n# note \\\nb\n").len(), 2);
}

#[test]
fn names_are_normalised() {
    assert_eq!(only("Ruamel._Yaml==1").name.as_deref(), Some("ruamel-yaml"));
}

#[test]
fn only_an_exact_version_is_exact() {
    for (text, exact) in [
        ("a==1.0", Some("1.0")),
        ("a == 1.0 ; python_version < '3.9'", Some("1.0")),
        ("a==1.0+cu118", Some("1.0+cu118")),
        ("a===1.0", Some("1.0")),
        ("a==1.*", None),
        ("a>=1,<2", None),
        ("a", None),
        ("a~=1.0", None),
    ] {
        assert_eq!(only(text).exact_version().as_deref(), exact, "{text}");
    }
}

#[test]
fn urls_and_version_control_and_paths_are_told_apart() {
    let vcs = |url: &str, revision: Option<&str>| {
        RequirementSource::Vcs(url.to_owned(), revision.map(str::to_owned))
    };
    let git = "git+https://example.org/a/b.git@v1#egg=Some_Name[x]&subdirectory=p";
    let requirement = only(git);
    assert_eq!(requirement.source, vcs(git, Some("v1")));
    assert_eq!((requirement.name.as_deref(), requirement.extras), (Some("some-name"), vec!["x".to_owned()]));
    assert_eq!(only("git+ssh://git@example.org/a.git").source, vcs("git+ssh://git@example.org/a.git", None));
    assert_eq!(only("b[y] @ git+https://example.org/b").source, vcs("git+https://example.org/b", None));
    let wheel = "https://example.org/w/Foo_Bar-1.0-py3-none-any.whl";
    assert_eq!(only(wheel).source, RequirementSource::Url(wheel.to_owned()));
    assert_eq!(only(wheel).name.as_deref(), Some("foo-bar"));
    assert_eq!(only("./local[x] ; os_name == 'nt'").source, RequirementSource::Path("./local[x]".to_owned()));
}

#[test]
fn variables_stay_as_they_are_written() {
    let text = "a @ https://${HOME}/a.zip";
    assert_eq!(only(text).source, RequirementSource::Url("https://${HOME}/a.zip".to_owned()));
    assert_eq!(only("${NAME}==1").source, RequirementSource::Unknown);
}

#[test]
fn options_have_long_names_and_values() {
    let source = "-i https://example.org/simple --extra-index-url=https://example.org/x\n--pre\n-fhttps://example.org/l\n";
    let file = RequirementsText::parse(source);
    let options = file.entries.iter().map(|entry| match &entry.kind {
        EntryKind::Option(name, value) => {
            (name.as_str(), value.as_ref().map(|value| value.span.text(source)))
        }
        other => panic!("{other:?}"),
    });
    let options: Vec<_> = options.collect();
    assert_eq!(
        options,
        [
            ("index-url", Some("https://example.org/simple")),
            ("extra-index-url", Some("https://example.org/x")),
            ("pre", None),
            ("find-links", Some("https://example.org/l")),
        ]
    );
}

#[test]
fn other_files_and_editable_installs_are_named_in_all_their_forms() {
    let source = "-r a.txt\n-rb.txt\n--requirement=c.txt\n--constraint d.txt\n-e .\n-e git+https://example.org/x#egg=x\n";
    let file = RequirementsText::parse(source);
    let includes = file.entries.iter().filter_map(|entry| match &entry.kind {
        EntryKind::Include(role, word) => Some((*role, word.text.as_str())),
        _ => None,
    });
    let includes: Vec<_> = includes.collect();
    use FileRole::{Constraints, Requirements};
    let expected =
        [(Requirements, "a.txt"), (Requirements, "b.txt"), (Requirements, "c.txt"), (Constraints, "d.txt")];
    assert_eq!(includes, expected);
    assert_eq!(file.requirements().filter(|(_, requirement)| requirement.editable).count(), 2);
}

#[test]
fn markers_are_kept_as_written_and_parsed_where_they_are_markers() {
    let good = only("a==1; sys_platform == 'linux'");
    assert_eq!(good.marker.as_deref(), Some("sys_platform == 'linux'"));
    assert!(good.marker_tree.is_some());
    let bad = only("a==1; what is this");
    assert_eq!(
        (bad.name.as_deref(), bad.source, bad.marker_tree),
        (Some("a"), RequirementSource::Unknown, None)
    );
}

#[test]
fn hostile_lines_are_kept_but_not_parsed() {
    let nested = format!("a; {}python_version < '3'", "(".repeat(100_000));
    assert_eq!(only(&nested).source, RequirementSource::Unknown);
    assert!(RequirementsText::parse("\\\n\\").entries.is_empty());
}
