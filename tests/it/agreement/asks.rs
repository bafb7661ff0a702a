//! What commands ask of a lock, and what is said of packages that nothing of them asks for.

use reprolock::internal::lockfile::model::Lockfile;

use crate::support::{Entry, Image, Layer, Place, file};

/// What freeze says of an image with these Python packages, built by `dockerfile` in a context with these files: the notes, and for
/// each package its status and reason.
pub(super) fn said(
    dockerfile: &str,
    context: &[(&str, &str)],
    site: &str,
    packages: &[(&str, &str)],
) -> (String, Vec<String>) {
    let place = Place::new();
    for (name, text) in context {
        place.write(&format!("c/{name}"), text);
    }
    place.write("c/Dockerfile", dockerfile);
    let installed = packages.iter().map(|(name, version)| -> Entry {
        let text = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n");
        file(&format!("{site}/{name}-{version}.dist-info/METADATA"), text)
    });
    let run = dockerfile.lines().rfind(|line| line.starts_with("RUN ")).unwrap();
    let command = run.strip_prefix("RUN ").unwrap();
    let layer = Layer::new(
        &format!("RUN /bin/sh -c {command} # buildkit"),
        installed.chain([file("a", "")]).collect::<Vec<_>>(),
    );
    let copy = Layer::new("COPY . /app # buildkit", [file("app/a", "")]);
    place.write("img.tar", Image::new("linux/amd64").layer(copy).layer(layer).oci().archive());
    let run = place.run(&["freeze", "oci-archive:img.tar", "-f", "c/Dockerfile"]);
    assert_eq!(run.code, 0, "{run}");
    let lock: Lockfile = toml::from_str(&String::from_utf8(place.read("reprolock.lock")).unwrap()).unwrap();
    let mut rows = Vec::new();
    for agreement in &lock.agreement {
        rows.extend(agreement.as_locked.iter().map(|name| format!("{name} as-locked")));
        rows.extend(agreement.package.iter().map(|row| {
            format!("{} {} {}", row.name, row.status.name(), row.reason.as_deref().unwrap_or("-"))
        }));
    }
    rows.sort();
    (format!("{}{}", run.stdout, run.stderr), rows)
}

const SITE: &str = "app/.venv/lib/python3.12/site-packages";

/// A workspace of two members, of which each needs a package of its own, in a group and in an extra too.
const WORKSPACE: &str = r#"version = 1

[manifest]
members = ["api", "web"]

[[package]]
name = "api"
version = "1"
source = { editable = "api" }
dependencies = [{ name = "fast" }]
optional-dependencies = { gpu = [{ name = "cuda" }] }

[package.dev-dependencies]
dev = [{ name = "tool" }]

[[package]]
name = "web"
version = "1"
source = { editable = "web" }
dependencies = [{ name = "html" }]

[[package]]
name = "cuda"
version = "1"

[[package]]
name = "fast"
version = "1"

[[package]]
name = "html"
version = "1"

[[package]]
name = "tool"
version = "1"
"#;

#[test]
fn a_member_of_a_workspace_is_asked_for_alone() {
    let of = |command: &str| {
        let dockerfile = format!("FROM scratch\nWORKDIR /app\nCOPY . .\nRUN {command}\n");
        said(&dockerfile, &[("uv.lock", WORKSPACE)], SITE, &[("fast", "1")]).1
    };
    let others = ["api absent project", "web absent project"];
    assert_eq!(
        of("uv sync --frozen --no-dev --package api"),
        [
            others[0],
            "cuda absent extra:api[gpu]",
            "fast as-locked",
            "html absent package:web",
            "tool absent group:api:dev",
            others[1]
        ]
    );
    assert_eq!(
        of("uv sync --frozen --package api --extra gpu"),
        [
            others[0],
            "cuda absent missing",
            "fast as-locked",
            "html absent package:web",
            "tool absent missing",
            others[1]
        ]
    );
    // A workspace without a project of its own is all of its members.
    assert_eq!(
        of("uv sync --frozen --no-dev"),
        [
            others[0],
            "cuda absent extra:api[gpu]",
            "fast as-locked",
            "html absent missing",
            "tool absent group:api:dev",
            others[1]
        ]
    );
}

#[test]
fn what_a_command_leaves_out_by_name_is_not_missing() {
    let dockerfile =
        "FROM scratch\nWORKDIR /app\nCOPY . .\nRUN uv sync --frozen --no-dev --no-install-package html\n";
    let (_, rows) = said(dockerfile, &[("uv.lock", WORKSPACE)], SITE, &[("fast", "1")]);
    assert!(rows.contains(&"html absent not asked for".to_owned()), "{rows:?}");
}

#[test]
fn options_of_what_uv_runs_are_not_its_own() {
    let dockerfile =
        "FROM scratch\nWORKDIR /app\nCOPY . .\nRUN uv run --frozen --no-dev train.py --all-extras\n";
    let (_, rows) = said(dockerfile, &[("uv.lock", WORKSPACE)], SITE, &[("fast", "1"), ("html", "1")]);
    assert!(rows.contains(&"cuda absent extra:api[gpu]".to_owned()), "{rows:?}");
}

#[test]
fn a_package_that_is_locked_in_no_version_is_not_as_locked() {
    let list = "kept==1 --hash=sha256:00\nloose>=1\n";
    let dockerfile = "FROM scratch\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n";
    let project = ("pyproject.toml", "[project]\nname = \"own\"\n");
    let packages = [("kept", "1"), ("loose", "9"), ("own", "0.1")];
    let (_, rows) = said(
        dockerfile,
        &[("requirements.txt", list), project],
        "usr/lib/python3.12/site-packages",
        &packages,
    );
    assert_eq!(rows, ["kept as-locked", "loose unknown no version is locked", "own project -"]);
}

#[test]
fn a_marker_of_a_python_or_a_kernel_that_is_not_known_is_not_called_false() {
    let list = "kept==1 --hash=sha256:00\nold==1 ; python_version < '3.9' --hash=sha256:00\n\
                kernel==1 ; platform_release > '6' --hash=sha256:00\nwin==1 ; sys_platform == 'win32' --hash=sha256:00\n";
    let dockerfile = "FROM scratch\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n";
    let (_, rows) =
        said(dockerfile, &[("requirements.txt", list)], "usr/lib/python3/dist-packages", &[("kept", "1")]);
    assert_eq!(
        rows,
        [
            "kept as-locked",
            "kernel absent a marker that could not be read",
            "old absent a marker of Python's version, which is not known",
            "win absent marker",
        ]
    );
}

#[test]
fn the_pythons_of_poetrys_own_words_are_read() {
    let lock = "[[package]]\nname = \"new\"\nversion = \"1\"\n\n[[package]]\nname = \"old\"\nversion = \"1\"\n\n\
                [[package]]\nname = \"any\"\nversion = \"1\"\n\n[metadata]\nlock-version = \"2.0\"\n";
    let project = "[tool.poetry]\nname = \"own\"\n[tool.poetry.dependencies]\nnew = { version = \"*\", python = \"^3.11\" }\n\
                   old = { version = \"*\", python = \"~3.8 || ~3.9\" }\nany = { version = \"*\", python = \"^2.7 || >=3.12.1\" }\n";
    let dockerfile =
        "FROM scratch\nENV PYTHON_VERSION=3.12.4\nWORKDIR /app\nCOPY . .\nRUN poetry install --no-root\n";
    let context = [("poetry.lock", lock), ("pyproject.toml", project)];
    let (_, rows) = said(dockerfile, &context, SITE, &[("new", "1"), ("any", "1")]);
    assert_eq!(rows[1..], ["new as-locked", "old absent marker"], "{rows:?}");
}

#[test]
fn a_list_that_conda_installs_from_is_told_to_lock_nothing_unless_a_lock_is_there() {
    let list = ("environment.yml", "dependencies:\n- python\n");
    let dockerfile = "FROM scratch\nCOPY . /app\nRUN conda env create -f /app/environment.yml\n";
    let note = "environment.yml (:3) locks nothing: what conda chose is held against no lock";
    let (text, _) = said(dockerfile, &[list], SITE, &[]);
    assert!(text.contains(note), "{text}");
    let explicit = ("explicit.txt", "@EXPLICIT\nhttps://example.org/c/noarch/a-1-0.conda\n");
    let (text, _) = said(dockerfile, &[list, explicit], SITE, &[]);
    assert!(!text.contains("locks nothing"), "{text}");
}
