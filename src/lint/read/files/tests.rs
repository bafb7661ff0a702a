//! The kinds of files by their names and texts.

use super::*;

fn kind(name: &str) -> Option<SourceKind> {
    kind_of_name(Path::new(name))
}

#[test]
fn files_that_build_and_run_images_are_known_by_their_names() {
    for (name, known) in [
        ("docker-compose.dev.yml", SourceKind::Compose),
        ("compose.yaml", SourceKind::Compose),
        (".devcontainer/devcontainer.json", SourceKind::Devcontainer),
        (".devcontainer.json", SourceKind::Devcontainer),
        ("docker-bake.hcl", SourceKind::Bake),
        ("docker-bake.override.json", SourceKind::Bake),
        ("Makefile", SourceKind::Makefile),
        ("rules.mk", SourceKind::Makefile),
        ("requirements-dev.txt", SourceKind::Requirements),
        ("constraints.txt", SourceKind::Constraints),
        ("run.sh", SourceKind::Script),
        (".github/workflows/ci.yml", SourceKind::Workflow),
        ("a/.forgejo/workflows/x.yaml", SourceKind::Workflow),
        ("action.yml", SourceKind::Workflow),
        ("app.Dockerfile.gpu", SourceKind::Dockerfile),
        ("dockerfile-build.sh", SourceKind::Script),
        ("Dockerfile.mk", SourceKind::Makefile),
    ] {
        assert_eq!(kind(name), Some(known), "{name}");
    }
    for name in [
        "values.yaml",
        "deployment.yaml",
        "x.json",
        "workflows/ci.yml",
        "dockerfile_parser.py",
        ".github/dependabot.yml",
    ] {
        assert_eq!(kind(name), None, "{name}");
    }
}

#[test]
fn a_manifest_is_known_by_its_text_alone() {
    let manifest = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: a\n";
    assert_eq!(kind_in_folder(Path::new("k8s/pod.yaml"), manifest), Some(SourceKind::Kubernetes));
    assert_eq!(kind_in_folder(Path::new("k8s/pod.yaml"), "a: b\n"), None);
    assert_eq!(kind_in_folder(Path::new("pod.txt"), manifest), None);
    assert_eq!(kind_of_text(manifest), Some(SourceKind::Kubernetes));
    assert_eq!(kind_of_text("on: push\njobs:\n  a:\n"), Some(SourceKind::Workflow));
}

#[test]
fn every_kind_has_a_page_a_fixture_and_a_file_and_nothing_else_has() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = |folder: &str| {
        let entries = std::fs::read_dir(project.join(folder)).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect::<std::collections::BTreeSet<_>>()
    };
    let ids = || REGISTRY.iter().map(|kind| kind.about().id);
    let with = |more: &[&str], name: fn(&str) -> String| {
        ids()
            .map(name)
            .chain(more.iter().map(|name| (*name).to_owned()))
            .collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(names("docs/files"), with(&["README.md"], |id| format!("{id}.md")));
    assert_eq!(names("testdata/files"), with(&[], str::to_owned));
    assert_eq!(
        names("src/lint/read/files"),
        with(&["mod.rs", "tests.rs"], |id| format!("{}.rs", id.replace('-', "_")))
    );
    assert!(
        ids().all(|id| of_id(id).is_some_and(|kind| kind.about().page.starts_with(&format!("# {id}\n"))))
    );
}
