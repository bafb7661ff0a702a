//! cargo-unlocked: cargo installs without `--locked` and an exact version, or a toolchain that moves.

use crate::finding::{Edit, Fix};
use crate::lint::engine::draft::{Draft, Findings, confidence_in};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::downloads::is_commit;
use crate::lint::knowledge::named_package::{NamedPackage, is_exact_version};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::shell::{Arguments, OptionStyle};

pub(crate) struct CargoUnlocked;

const STYLE: OptionStyle = OptionStyle {
    values: &[
        "--version",
        "--vers",
        "--git",
        "--branch",
        "--tag",
        "--rev",
        "--path",
        "--root",
        "--index",
        "--registry",
        "--bin",
        "--example",
        "-F",
        "--features",
        "--profile",
        "--target",
        "--target-dir",
        "-j",
        "--jobs",
        "--config",
        "-Z",
    ],
    single_dash: false,
    stop_at_operand: false,
};

const RUSTUP: OptionStyle = OptionStyle {
    values: &[
        "--default-toolchain",
        "--default-host",
        "--profile",
        "-c",
        "--component",
        "-t",
        "--target",
        "--toolchain",
    ],
    single_dash: false,
    stop_at_operand: false,
};

impl Rule for CargoUnlocked {
    profile! {
        id: "cargo-unlocked",
        summary: "cargo install without `--locked` and a version, or a toolchain that moves",
        severity: Warning,
        confidence: High,
        set: Inputs,
        remedy: UnsafeRewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for call in subject.build_calls_of(&["cargo"]) {
            findings.extend(installed(&call));
        }
        for call in subject.build_calls_of(&["rustup", "rustup-init", "rustup-init.sh", "sh", "bash"]) {
            findings.extend(toolchain(&call));
        }
    }
}

fn installed(call: &Call<'_>) -> Option<Draft> {
    let words: Vec<_> = call.expanded().into_iter().filter(|word| !word.text.starts_with('+')).collect();
    let arguments = Arguments::of(&words, &STYLE);
    if arguments.subcommand() != Some("install") || arguments.has(&["--list"]) {
        return None;
    }
    let locked = arguments.has(&["--locked", "--frozen"]);
    let own = arguments.has(&["--path"]);
    let given = arguments.value(&["--version", "--vers"]).map(crate::shell::Value::text);
    let is_held = |name: &str| {
        let version = name.split_once('@').map(|(_, version)| version).or(given);
        version.is_some_and(|version| is_exact_version(version.trim_start_matches('=')))
    };
    let of_git = arguments.value(&["--git"]);
    let commit = arguments.value(&["--rev"]).is_some_and(|value| is_commit(value.text()));
    let open = arguments.after_subcommand().iter().find(|word| !is_held(&word.text));
    let moves = match of_git {
        Some(url) => (!commit).then_some((url.word, "the commit")),
        None if own => None,
        None => open.map(|word| (*word, "the version")),
    };
    if moves.is_none() && locked {
        return None;
    }
    let what = match (&moves, locked) {
        (Some((_, what)), false) => format!("{what} and those of all it depends on are"),
        (Some((_, what)), true) => format!("{what} is"),
        (None, _) => "the versions of all it depends on are".to_owned(),
    };
    let subject_word = moves.map(|(word, _)| word).or_else(|| arguments.operands.first().copied())?;
    let wanted = NamedPackage::of(call, subject_word);
    let help = match of_git {
        Some(_) => "name the commit and keep to its lockfile: cargo install --locked --git URL --rev COMMIT"
            .to_owned(),
        None if own => "keep to the lockfile: cargo install --locked --path …".to_owned(),
        None => {
            let name = wanted.text.split('@').next().unwrap_or_default();
            format!("name the version and keep to its lockfile: cargo install --locked {name}@VERSION")
        }
    };
    let message = format!("{what} whatever the registry has on the day of the build");
    let message = message.replace(
        "the registry has",
        if of_git.is_some() { "the repository has" } else { "the registry has" },
    );
    Some(
        Draft::at(wanted.span, message)
            .help(help)
            .confidence(confidence_in(wanted.known))
            .fix((!locked).then(|| with_locked(call)).flatten()),
    )
}

/// The command with `--locked`.
fn with_locked(call: &Call<'_>) -> Option<Fix> {
    let word = call.arguments().iter().find(|word| word.text == "install")?;
    let span = call.exact(word, 0..word.text.len())?;
    Some(Fix::not_safe([Edit::insert(span.end, " --locked")]))
}

/// A toolchain called by its channel.
fn toolchain(call: &Call<'_>) -> Option<Draft> {
    let words = call.expanded();
    let arguments = Arguments::of(&words, &RUSTUP);
    let (span, name) = match (call.program()?, arguments.subcommand()) {
        ("rustup", Some("default" | "update" | "override" | "install")) => {
            let word = arguments.after_subcommand().iter().rfind(|word| is_channel(&word.text))?;
            (word.span, word.text.clone())
        }
        ("rustup", Some("toolchain")) => {
            let word = arguments.after_subcommand().iter().find(|word| is_channel(&word.text))?;
            (word.span, word.text.clone())
        }
        ("rustup", _) => return None,
        _ => {
            // `sh -s -- --default-toolchain stable`
            let at = words.iter().position(|word| word.text.starts_with("--default-toolchain"))?;
            let word = words.get(at)?;
            match word.text.split_once('=') {
                Some((_, name)) => (word.span, name.to_owned()),
                None => words.get(at + 1).map(|word| (word.span, word.text.clone()))?,
            }
        }
    };
    let message = format!("{name} is whatever release of Rust is newest on the day of the build");
    is_channel(&name).then(|| {
        Draft::at(call.script.place(span), message).help("name the release: 1.83.0, or nightly-2024-12-01")
    })
}

fn is_channel(name: &str) -> bool {
    let channel = name.split('-').next().unwrap_or_default();
    let is_dated = name
        .split('-')
        .nth(1)
        .is_some_and(|year| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()));
    matches!(channel, "stable" | "beta" | "nightly") && !is_dated
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    fn lines(command: &str) -> Vec<String> {
        dockerfile("cargo-unlocked", &format!("FROM a\nRUN {command}\n")).lines()
    }

    #[test]
    fn the_message_says_what_moves() {
        assert_eq!(
            lines("cargo install ripgrep"),
            [
                "2: ripgrep: the version and those of all it depends on are whatever the registry has on the day of the build"
            ]
        );
        assert_eq!(
            lines("cargo install --locked ripgrep"),
            ["2: ripgrep: the version is whatever the registry has on the day of the build"]
        );
        assert_eq!(
            lines("cargo +1.80 install ripgrep --version 14.1.1"),
            [
                "2: install: the versions of all it depends on are whatever the registry has on the day of the build"
            ]
        );
        assert_eq!(
            lines("cargo install --locked --git https://example.org/a --branch main"),
            ["2: https://example.org/a: the commit is whatever the repository has on the day of the build"]
        );
        assert_eq!(lines("rustup toolchain install nightly --profile minimal").len(), 1);
        assert_eq!(lines("curl https://example.org/i | sh -s -- -y --default-toolchain stable").len(), 1);
    }

    #[test]
    fn versions_lockfiles_and_dated_toolchains_hold() {
        for command in [
            "cargo install --locked ripgrep@14.1.1",
            "cargo install --locked ripgrep --version =14.1.1",
            "cargo install --locked --path .",
            "cargo install --locked --git https://example.org/a --rev 0123456789abcdef0123456789abcdef01234567",
            "cargo build --release",
            "rustup default 1.83.0",
            "rustup toolchain install nightly-2024-12-01",
            "rustup target add x86_64-unknown-linux-musl",
        ] {
            assert_eq!(lines(command), Vec::<String>::new(), "{command}");
        }
    }

    #[test]
    fn the_fix_keeps_to_the_lockfile_of_the_package() {
        let text = "FROM a\nRUN cargo install a@1.2.3 && cargo install --locked b@1.2.3\n";
        let expected = "FROM a\nRUN cargo install --locked a@1.2.3 && cargo install --locked b@1.2.3\n";
        assert_eq!(dockerfile("cargo-unlocked", text).fixed_unsafely(), expected);
    }
}
