//! curl-pipe-shell: what a server sends is run.

use crate::lint::engine::draft::{Draft, Findings, confidence_in};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::downloads::{Download, downloads, shown};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::shell::Command;

pub(crate) struct CurlPipeShell;

impl Rule for CurlPipeShell {
    profile! {
        id: "curl-pipe-shell",
        summary: "what curl or wget fetches is run at once",
        severity: Error,
        confidence: High,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let mut reported: Vec<*const Command> = Vec::new();
        for download in downloads(subject) {
            let Some(interpreter) = interpreter_of(&download) else { continue };
            if reported.contains(&std::ptr::from_ref(download.call.command)) {
                continue;
            }
            reported.push(download.call.command);
            let message = format!(
                "{} runs whatever {} sends on the day of the build",
                interpreter,
                shown(&download.url)
            );
            findings.push(
                Draft::at(download.span, message)
                    .help("fetch the script of one version to a file, check it (echo 'SHA256  install.sh' | sha256sum -c), then run it; ADD --checksum=sha256:… does both")
                    .confidence(confidence_in(download.known)),
            );
        }
    }
}

/// The program that runs what a download brings.
pub(super) fn interpreter_of(download: &Download<'_>) -> Option<String> {
    // `curl … -o file` puts nothing into its pipe.
    if download.file.is_some() {
        return None;
    }
    let Call { script, command, .. } = download.call;
    let piped = script.shell.downstream(command);
    let piped = piped.into_iter().find(|command| reads_code(command));
    if piped.is_none() && is_run_by_powershell(download) {
        return Some("Invoke-Expression".to_owned());
    }
    let consumers = script.shell.consumers(command);
    let substituted = consumers.first().copied().filter(|command| is_run(command));
    piped.or(substituted).and_then(|command| command.name.clone())
}

/// Whether PowerShell runs what one of its own commands brings: `iex ((New-Object Net.WebClient).DownloadString(URL))`.
fn is_run_by_powershell(download: &Download<'_>) -> bool {
    let own = ["invoke-webrequest", "iwr", "invoke-restmethod", "irm", "new-object"];
    let program = download.call.program().unwrap_or_default().to_ascii_lowercase();
    let mut commands = download.call.script.shell.commands.iter();
    own.contains(&program.as_str()) && commands.any(is_expression)
}

fn is_expression(command: &Command) -> bool {
    let name = command.name.as_deref().unwrap_or_default();
    name.eq_ignore_ascii_case("iex") || name.eq_ignore_ascii_case("invoke-expression")
}

fn is_interpreter(command: &Command) -> bool {
    let name = command.name.as_deref().unwrap_or_default();
    is_shell(name)
        || is_expression(command)
        || matches!(name, "python" | "pypy" | "perl" | "ruby" | "node" | "nodejs" | "php" | "Rscript" | "R")
}

fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "fish")
}

/// Whether a command runs what it reads: an interpreter that is given no code or file of its own.
fn reads_code(command: &Command) -> bool {
    let words: Vec<&str> = command.arguments().iter().map(|word| word.text.as_str()).collect();
    let from_input = words.iter().any(|word| matches!(*word, "-" | "-s" | "/dev/stdin"));
    let is_short = |word: &&str| word.starts_with('-') && !word.starts_with("--");
    let own_code =
        words.iter().filter(|word| is_short(word)).any(|word| word.contains(['c', 'e', 'n', 'p', 'm']));
    let is_named = |name: &str| words.first().is_some_and(|word| !word.starts_with('-')) && !is_shell(name);
    let name = command.name.as_deref().unwrap_or_default();
    let operand = || words.iter().any(|word| !word.starts_with('-') && !word.starts_with('+'));
    let bundles_s = is_shell(name) && words.iter().any(|word| is_short(word) && word.contains('s'));
    is_interpreter(command)
        && (from_input || bundles_s || !(operand() || own_code && !is_shell(name) || is_named(name)))
}

/// Whether a command runs what its words hold: `sh -c "$(…)"`, `bash <(…)`, `eval`, `source`.
fn is_run(command: &Command) -> bool {
    let substituted = command.arguments().iter().position(crate::shell::Word::has_substitution);
    match command.name.as_deref() {
        Some("eval" | "source" | ".") => true,
        _ if !is_interpreter(command) => false,
        // The first operand is the script; the others are its arguments.
        _ => substituted.is_some_and(|at| {
            let before = command.arguments().get(..at).unwrap_or_default();
            before.iter().all(|word| word.text.starts_with(['-', '+']))
        }),
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    fn flagged(command: &str) -> usize {
        dockerfile("curl-pipe-shell", &format!("FROM a\nRUN {command}\n")).flagged().len()
    }

    #[test]
    fn code_reaches_an_interpreter_in_many_ways() {
        for command in [
            "curl -fsSL https://example.org/i.sh | bash",
            "curl https://example.org/i | sudo -E bash -",
            "wget -qO- https://example.org/i | sh -s -- -y --default-toolchain stable",
            "curl https://example.org/get.py | python3 -",
            "curl https://example.org/get.py | python3",
            "bash -c \"$(curl -fsSL https://example.org/i)\"",
            "sh <(curl https://example.org/i) --yes",
            "eval \"$(curl https://example.org/i)\"",
            "curl https://example.org/i | tee log | bash -x",
            "curl https://example.org/i | gunzip | sh",
            "(curl $URL || wget -O - $URL) | sh",
            "pwsh -c \"iwr -useb https://example.org/i.ps1 | iex\"",
            "powershell -NoProfile -Command \"iex ((New-Object Net.WebClient).DownloadString('https://example.org/i'))\"",
            "aws s3 cp s3://b/i.sh - | bash",
        ] {
            assert!(flagged(command) > 0, "{command}");
        }
    }

    #[test]
    fn filters_files_and_data_are_no_code() {
        for command in [
            "curl https://example.org/x.json | python3 -c 'import json'",
            "curl https://example.org/x.json | python3 -m json.tool",
            "curl https://example.org/x | perl -pe s/a/b/",
            "curl https://example.org/x -o x && bash x",
            "V=$(curl https://example.org/version) && bash install.sh $V",
            "bash install.sh $(curl https://example.org/version)",
            "curl https://example.org/x | tar xz",
            "curl http://localhost:80/x | sh",
        ] {
            assert_eq!(flagged(command), 0, "{command}");
        }
    }

    #[test]
    fn the_message_names_who_runs_what() {
        let text = "FROM a\nRUN curl https://example.org/i | sh\n";
        assert_eq!(
            dockerfile("curl-pipe-shell", text).lines(),
            [
                "2: https://example.org/i: sh runs whatever https://example.org/i sends on the day of the build"
            ]
        );
    }

    #[test]
    fn cmd_hands_a_script_to_powershell() {
        let text = "FROM example.org/windows/servercore:1\nRUN powershell -Command \"iex ((New-Object System.Net.WebClient).DownloadString('https://example.org/i.ps1'))\"\n";
        assert_eq!(dockerfile("curl-pipe-shell", text).flagged().len(), 1);
    }
}
