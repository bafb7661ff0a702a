//! What lint takes for the options of pip, uv and pipx, against the real tools: by what each says of itself, and by what it
//! installs. Runs where `.ci/e2e` could install them into `tools/`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::lab;
use crate::support::Place;

/// What says its options, and what is run with them.
const HELPS: [(&[&str], &str); 10] = [
    (&["pip", "install", "--help"], "pip install"),
    (&["pip", "download", "--help"], "pip download"),
    (&["pip", "wheel", "--help"], "pip wheel"),
    (&["uv", "pip", "install", "--help"], "uv pip install"),
    (&["uv", "add", "--help"], "uv add"),
    (&["uv", "tool", "install", "--help"], "uv tool install"),
    (&["uvx", "--help"], "uvx"),
    (&["pipx", "install", "--help"], "pipx install"),
    (&["pipx", "inject", "--help"], "pipx inject env"),
    (&["pipx", "run", "--help"], "pipx run"),
];

/// Options that name what is installed themselves, or after which nothing is.
const OTHERS: [&str; 22] = [
    "-e",
    "--editable",
    "-r",
    "--requirement",
    "--requirements",
    "-c",
    "--constraint",
    "--constraints",
    "--with",
    "-w",
    "--with-editable",
    "--with-requirements",
    "--from",
    "--spec",
    "-h",
    "--help",
    "-V",
    "--version",
    "-m",
    "--script",
    "--overrides",
    "--override",
];

fn tools() -> Option<PathBuf> {
    let tools = lab()?.join("tools/bin");
    let is_there = tools.join("uv").exists();
    if !is_there {
        eprintln!("skipped: no pip, uv and pipx in {}", tools.display());
    }
    is_there.then_some(tools)
}

/// The options in a help text, and whether each takes a value. An option whose value may be left out is neither.
fn options(help: &str) -> BTreeMap<String, bool> {
    let mut options = BTreeMap::new();
    for line in help.lines().filter(|line| line.trim_start().starts_with('-') && line.starts_with(' ')) {
        let names = line.trim_start().split("  ").next().unwrap();
        let takes = names.contains('<')
            || names.split([' ', ',']).any(|word| {
                word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
            })
            || names.contains('{');
        if names.contains("[=") || names.contains("[<") {
            continue;
        }
        for name in names.split([' ', ',', '=']).filter(|name| name.starts_with('-') && name.len() > 1) {
            // What a later line says otherwise is another command's.
            options.entry(name.to_owned()).or_insert(takes);
        }
    }
    options
}

fn output(tools: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(tools.join(program)).args(arguments).env("COLUMNS", "200").output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn every_option_of_an_installer_is_read_with_its_value_and_without() {
    let Some(tools) = tools() else { return };
    let mut text = String::from("FROM a\n");
    let mut commands = Vec::new();
    for (help, command) in HELPS {
        let options = options(&output(&tools, help[0], &help[1..]));
        assert!(options.len() > 8, "{help:?}: {options:?}");
        for (option, takes) in options.into_iter().filter(|(option, _)| !OTHERS.contains(&option.as_str())) {
            let value = if takes { " the-value" } else { "" };
            commands.push(format!("{command} {option}{value} the-name"));
        }
    }
    text.extend(commands.iter().map(|command| format!("RUN {command}\n")));
    let place = Place::new();
    place.write("Dockerfile", text);
    let report = place.run(&["lint", "--select", "pip-unpinned", "--format", "json", "Dockerfile"]).json();
    let said: BTreeMap<u64, &str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (finding["line"].as_u64().unwrap(), finding["message"].as_str().unwrap()))
        .collect();
    let is_right = |number: usize| {
        said.get(&(number as u64 + 2))
            .is_some_and(|message| message.contains(" installs the-name in the newest "))
    };
    let wrong: Vec<&String> = commands
        .iter()
        .enumerate()
        .filter(|(number, _)| !is_right(*number))
        .map(|(_, command)| command)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A lock of an image that has six 1.16.0.
fn lock() -> String {
    let digest = format!("sha256:{}", "2f".repeat(32));
    format!(
        "version = 1\n\n[image]\nplatform = \"linux/amd64\"\nconfig = {digest:?}\n\n[build]\ndockerfile = \"Dockerfile\"\n\n\
         [[layer]]\ndiff-id = {digest:?}\ncontent = {digest:?}\nsize = 1\nuncompressed-size = 1\ncompression = \"none\"\nfiles = 1\n\n\
         [[package.python]]\nname = \"six\"\nversion = \"1.16.0\"\nlocation = \"usr/lib/python3.11/site-packages\"\nlayer = 0\n"
    )
}

#[test]
fn what_a_fix_writes_the_tool_installs() {
    let Some(tools) = tools() else { return };
    let place = Place::new();
    let commands = [
        "pip wheel -q --no-deps -w made six",
        "pip download -q --no-deps --dest made six",
        "pip install -q --no-deps --target made six",
        "uv pip install -q --target made six",
        "uv run --no-project --with six python -c 'import six; open(\"made\", \"w\").write(six.__version__)'",
    ];
    let runs = commands.iter().map(|command| format!("RUN {command}\n")).collect::<String>();
    place.write("Dockerfile", format!("FROM a\n{runs}"));
    place.write("reprolock.lock", lock());
    place.run(&["lint", "--fix", "--select", "pip-unpinned", "Dockerfile"]);
    let fixed = String::from_utf8(place.read("Dockerfile")).unwrap();
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    for line in fixed.lines().filter_map(|line| line.strip_prefix("RUN ")) {
        assert!(line.contains("six==1.16.0"), "{line}");
        let folder = tempfile::tempdir().unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-ec", line]).current_dir(folder.path()).env("PATH", &path).env("HOME", folder.path());
        let output = shell.output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        let made = folder.path().join("made");
        let names = match made.is_dir() {
            true => std::fs::read_dir(&made)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
                .collect(),
            false => std::fs::read_to_string(&made).unwrap(),
        };
        assert!(names.contains("1.16.0"), "{line}: {names}");
    }
}
