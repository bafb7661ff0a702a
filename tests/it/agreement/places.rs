//! Which files of a context are a lock, how often, in whose order commands ask of it, and by which Python its markers are judged.

use super::asks::said;

const SITE: &str = "app/.venv/lib/python3.12/site-packages";

/// A project that needs `kept`, and with its group `extra` also `tool`.
const LOCK: &str = r#"version = 1

[[package]]
name = "app"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "kept" }]

[package.dev-dependencies]
extra = [{ name = "tool" }]

[[package]]
name = "kept"
version = "1"
source = { registry = "https://example.org/simple" }

[[package]]
name = "tool"
version = "1"
source = { registry = "https://example.org/simple" }
"#;

#[test]
fn of_several_stages_the_last_command_of_the_dockerfile_decides() {
    let copies = ["COPY --from=builder /app /app", "COPY --from=builder /app/.venv /app/.venv\nCOPY . ."];
    for (copies, line) in copies.into_iter().zip([8, 9]) {
        let dockerfile = format!(
            "FROM scratch AS builder\nWORKDIR /app\nCOPY . .\nRUN uv sync --frozen\n\
             FROM scratch\nWORKDIR /app\n{copies}\nRUN uv sync --frozen --group extra\n"
        );
        let (text, rows) = said(&dockerfile, &[("uv.lock", LOCK)], SITE, &[("kept", "1")]);
        assert!(rows.contains(&"tool absent missing".to_owned()), "{copies}: {rows:?}");
        assert!(text.contains(&format!("asked for by :{line}")), "{copies}: {text}");
    }
}

#[test]
fn a_folder_is_one_however_a_copy_writes_it() {
    for source in ["src", "src/", "./src", "src/.", "./src/./", "src//"] {
        let dockerfile = format!("FROM scratch\nWORKDIR /app\nCOPY {source} /app/\nRUN uv sync --frozen\n");
        let (text, rows) = said(&dockerfile, &[("src/uv.lock", LOCK)], SITE, &[("kept", "1")]);
        let kept = rows.iter().filter(|row| row.starts_with("kept ")).count();
        assert_eq!(kept, 1, "{source}: {rows:?}");
        assert!(text.contains("  src/uv.lock  "), "{source}: {text}");
    }
    // A dot at the end of a name is its own.
    let dockerfile = "FROM scratch\nWORKDIR /app\nCOPY dot. /app/\nRUN uv sync --frozen\n";
    let (text, _) = said(dockerfile, &[("dot./uv.lock", LOCK)], SITE, &[("kept", "1")]);
    assert!(text.contains("  dot./uv.lock  "), "{text}");
}

#[test]
fn a_pyproject_that_cannot_be_read_is_told() {
    let dockerfile = "FROM scratch\nWORKDIR /app\nCOPY . .\nRUN uv sync --frozen\n";
    let of = |project: &[(&str, &str)]| {
        let context = [&[("uv.lock", LOCK)], project].concat();
        said(dockerfile, &context, SITE, &[("kept", "1")]).0
    };
    let broken = "[tool.uv]\ndefault-groups = [\"extra\"]\nbroken = = 1\n";
    let text = of(&[("pyproject.toml", broken)]);
    assert!(text.contains("uv.lock: pyproject.toml was not read: it is not TOML: line 3"), "{text}");
    for project in [&[][..], &[("pyproject.toml", "[project]\nname = \"app\"\n")]] {
        let text = of(project);
        assert!(!text.contains("was not read"), "{text}");
    }
}

#[test]
fn a_word_about_hashes_makes_no_lock_of_a_list() {
    let dockerfile = "FROM scratch\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n";
    let of = |list: &str| said(dockerfile, &[("requirements.txt", list)], SITE, &[("redis", "5.0")]).1;
    assert_eq!(of("# see --hash= below\nredis>=9\n"), [] as [&str; 0]);
    assert_eq!(of("redis>=9  # --hash=sha256:00\n"), [] as [&str; 0]);
    assert_eq!(of("redis==5.0 --hash=sha256:00\n"), ["redis as-locked"]);
    assert_eq!(of("redis==5.0 \\\n    --hash sha256:00\n"), ["redis as-locked"]);
}
