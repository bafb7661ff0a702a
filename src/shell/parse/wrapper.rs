//! Programs that only run another, and how their words end.
//!
//! What it refuses to do: it knows no wrapper that is not in the table; an unknown one is a command of its own.

use crate::shell::Wrapper;
use crate::shell::word::resolve::Values;
use crate::shell::word::{ExpansionKind, Word};

/// Wrappers around one command that are peeled.
const MOST: usize = 16;

/// How the words of a wrapper lead to the command.
struct Form {
    names: &'static [&'static str],
    /// The subcommand that runs another: `conda run`.
    verb: Option<&'static str>,
    /// Options that take the next word as their value.
    values: &'static [&'static str],
    /// Words between the options and the command: `timeout 5`.
    operands: usize,
    /// Options with which nothing is run: `command -v`.
    runs_nothing: &'static [&'static str],
}

const PLAIN: Form = Form { names: &[], verb: None, values: &[], operands: 0, runs_nothing: &[] };

const FORMS: &[Form] = &[
    Form {
        names: &["sudo", "doas"],
        values: &[
            "-u",
            "-g",
            "-h",
            "-p",
            "-C",
            "-T",
            "-r",
            "-t",
            "-U",
            "-D",
            "-R",
            "--user",
            "--group",
            "--host",
            "--prompt",
            "--close-from",
            "--chdir",
            "--chroot",
            "--role",
            "--type",
            "--other-user",
        ],
        runs_nothing: &["-l", "-v", "-k", "-K", "-V", "-e"],
        ..PLAIN
    },
    Form {
        names: &["env"],
        values: &["-u", "--unset", "-C", "--chdir", "-a", "--argv0"],
        runs_nothing: &["-S", "--split-string"],
        ..PLAIN
    },
    Form { names: &["busybox", "toybox"], runs_nothing: &["--install", "--list", "--help"], ..PLAIN },
    Form { names: &["command"], runs_nothing: &["-v", "-V"], ..PLAIN },
    Form { names: &["exec"], values: &["-a"], ..PLAIN },
    Form { names: &["time"], values: &["-f", "-o", "--format", "--output"], ..PLAIN },
    Form {
        names: &[
            "builtin",
            "nohup",
            "setsid",
            "eatmydata",
            "catchsegv",
            "unbuffer",
            "noglob",
            "arch",
            "linux32",
            "linux64",
            "catatonit",
            "unshare",
            "with-contenv",
        ],
        ..PLAIN
    },
    Form { names: &["timeout"], values: &["-k", "-s", "--kill-after", "--signal"], operands: 1, ..PLAIN },
    Form { names: &["nice", "retry"], values: &["-n", "-t", "-d", "--adjustment"], ..PLAIN },
    Form { names: &["ionice"], values: &["-c", "-n", "--class", "--classdata"], ..PLAIN },
    Form { names: &["stdbuf"], values: &["-i", "-o", "-e", "--input", "--output", "--error"], ..PLAIN },
    Form { names: &["chrt", "taskset", "setarch", "gosu", "su-exec", "s6-setuidgid"], operands: 1, ..PLAIN },
    Form { names: &["chroot"], values: &["--userspec", "--groups"], operands: 1, ..PLAIN },
    Form { names: &["faketime"], operands: 1, ..PLAIN },
    Form { names: &["fakeroot"], values: &["-l", "-f", "-i", "-s", "-b"], ..PLAIN },
    Form { names: &["xvfb-run"], values: &["-n", "-s", "-e", "-f", "-p", "-w"], ..PLAIN },
    Form { names: &["tini"], values: &["-p", "-e"], ..PLAIN },
    Form { names: &["dumb-init"], values: &["-r"], ..PLAIN },
    Form { names: &["strace"], values: &["-o", "-e", "-E", "-p", "-s", "-u"], ..PLAIN },
    Form { names: &["numactl"], values: &["-m", "-N", "-C", "-i", "-p"], ..PLAIN },
    Form {
        names: &["flock"],
        values: &["-w", "-E", "--timeout", "--conflict-exit-code"],
        operands: 1,
        runs_nothing: &["-c", "--command"],
        ..PLAIN
    },
    Form {
        names: &["runuser"],
        values: &["-u", "-g", "-G", "-s", "--user", "--group", "--supp-group", "--shell"],
        runs_nothing: &["-c", "--command", "-l", "-", "--login"],
        ..PLAIN
    },
    Form { names: &["setpriv"], values: &["--reuid", "--regid", "--groups", "--ruid", "--euid"], ..PLAIN },
    Form {
        names: &["xargs"],
        values: &[
            "-I",
            "-n",
            "-P",
            "-L",
            "-d",
            "-E",
            "-s",
            "-a",
            "--max-args",
            "--max-procs",
            "--max-lines",
            "--delimiter",
            "--arg-file",
            "--replace",
            "--max-chars",
        ],
        ..PLAIN
    },
    Form { names: &["parallel"], values: &["-j", "-n", "-a", "-I", "--jobs", "--arg-file"], ..PLAIN },
    Form {
        names: &["conda", "mamba", "micromamba"],
        verb: Some("run"),
        values: &["-n", "--name", "-p", "--prefix", "-r", "--root-prefix", "--cwd", "-e", "--env"],
        ..PLAIN
    },
    Form {
        names: &["uv"],
        verb: Some("run"),
        values: &[
            "--with",
            "--with-requirements",
            "--with-editable",
            "--python",
            "-p",
            "--extra",
            "--group",
            "--only-group",
            "--no-group",
            "--project",
            "--directory",
            "--package",
            "--index",
            "--default-index",
            "--index-url",
            "-i",
            "--extra-index-url",
            "--find-links",
            "-f",
            "--env-file",
            "--cache-dir",
            "--config-file",
        ],
        runs_nothing: &["-m", "--module", "-s", "--script"],
        ..PLAIN
    },
    Form {
        names: &["poetry", "pipenv", "pdm", "pixi", "hatch", "rye", "pyenv"],
        verb: Some("run"),
        values: &["-C", "--directory", "-P", "--project", "-e", "--environment", "--manifest-path", "-p"],
        ..PLAIN
    },
    Form { names: &["pyenv", "rbenv", "bundle", "mise", "asdf"], verb: Some("exec"), ..PLAIN },
];

/// Takes the wrappers off the words of a command, and what `env` and `sudo` set.
pub(crate) fn peel(words: &mut Vec<Word>, assignments: &mut Vec<(String, Word)>) -> Vec<Wrapper> {
    let mut wrappers = Vec::new();
    while wrappers.len() < MOST {
        let Some(name) = words.first().and_then(program).or_else(|| unnamed_python(words)) else { break };
        let Some(start) = inner(&name, words).filter(|start| *start < words.len()) else { break };
        let rest = words.split_off(start);
        let own = std::mem::replace(words, rest);
        if matches!(name.as_str(), "env" | "sudo" | "doas") {
            assignments.extend(own.iter().skip(1).filter_map(assignment));
        }
        wrappers.push(Wrapper { name, words: own });
    }
    wrappers
}

/// Where the wrapped command begins.
fn inner(name: &str, words: &[Word]) -> Option<usize> {
    if name == "python" || name == "pypy" {
        return module(words);
    }
    if name == "scl" {
        return words.iter().position(|word| word.text == "--").map(|at| at + 1);
    }
    let matches = |form: &&Form| form.names.contains(&name);
    FORMS.iter().filter(matches).find_map(|form| form.inner(words))
}

impl Form {
    fn inner(&self, words: &[Word]) -> Option<usize> {
        let mut at = 1;
        if let Some(verb) = self.verb {
            at = self.options(words, at)?;
            words.get(at).filter(|word| word.text == verb)?;
            at += 1;
        }
        at = self.options(words, at)?;
        while matches!(words.first().and_then(program).as_deref(), Some("env" | "sudo" | "doas"))
            && words.get(at).is_some_and(|word| assignment(word).is_some())
        {
            at += 1;
        }
        Some(at + self.operands)
    }

    /// Where the options that begin at `at` end.
    fn options(&self, words: &[Word], mut at: usize) -> Option<usize> {
        while let Some(word) = words.get(at) {
            let text = word.text.as_str();
            if text == "--" {
                return Some(at + 1);
            }
            if self.runs_nothing.contains(&text) {
                return None;
            }
            if !text.starts_with('-') || (text == "-" && !self.names.contains(&"env")) {
                break;
            }
            at += 1 + usize::from(self.values.contains(&text));
        }
        Some(at)
    }
}

/// A program that is not known and takes `-m` and a module is Python, whatever variable holds its name.
fn unnamed_python(words: &[Word]) -> Option<String> {
    let takes_module = words.len() > 2 && words.get(1).is_some_and(|word| word.text == "-m");
    takes_module.then(|| "python".to_owned())
}

/// Where the module of `python -m` stands.
fn module(words: &[Word]) -> Option<usize> {
    let mut at = 1;
    while let Some(word) = words.get(at) {
        let text = word.text.as_str();
        let is_flag = text.len() > 1 && text.starts_with('-') && !text.starts_with("--");
        if !is_flag || text.contains('c') && !text.starts_with("-X") && !text.starts_with("-W") {
            return None;
        }
        if text.ends_with('m') && !text.starts_with("-X") && !text.starts_with("-W") {
            return Some(at + 1);
        }
        at += 1 + usize::from(matches!(text, "-X" | "-W"));
    }
    None
}

/// Name and value of a `NAME=value` word.
fn assignment(word: &Word) -> Option<(String, Word)> {
    let (name, _) = word.text.split_once('=')?;
    let is_name = name
        .bytes()
        .enumerate()
        .all(|(at, byte)| byte == b'_' || byte.is_ascii_alphabetic() || (at > 0 && byte.is_ascii_digit()));
    (is_name && !name.is_empty()).then(|| (name.to_owned(), word.slice(name.len() + 1..word.text.len())))
}

/// The program that a word names, where its last part is known.
pub(crate) fn program(word: &Word) -> Option<String> {
    let start = word.text.rfind('/').map_or(0, |slash| slash + 1);
    let unknown = word.expansions.iter().find(|expansion| expansion.range.end > start);
    let name = match unknown {
        None => word.text.get(start..)?,
        // Only the version is not known: `python${VERSION}`.
        Some(unknown) if unknown.range.start > start => {
            let name = word.text.get(start..unknown.range.start)?;
            return versioned(name).map(str::to_owned);
        }
        Some(_) => looked_up(word)?,
    };
    let name = name.strip_suffix(".exe").or_else(|| name.strip_suffix(".EXE")).unwrap_or(name);
    (!name.is_empty()).then(|| versioned(name).unwrap_or(name).to_owned())
}

/// The program in `$(which pip)` or `$(command -v pip)`.
fn looked_up(word: &Word) -> Option<&str> {
    let [only] = word.expansions.as_slice() else { return None };
    if only.kind != ExpansionKind::Command || only.range != (0..word.text.len()) {
        return None;
    }
    let inside = word.text.strip_prefix("$(").and_then(|text| text.strip_suffix(')'));
    let inside = inside.or_else(|| word.text.strip_prefix('`')?.strip_suffix('`'))?.trim();
    let name = inside.strip_prefix("which ").or_else(|| inside.strip_prefix("command -v "))?.trim();
    let name = name.rsplit('/').next().unwrap_or(name);
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        .then_some(name)
}

/// The name without the version that interpreters and their installers carry: `python3.11`, `pip-3`.
fn versioned(name: &str) -> Option<&str> {
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
    let carries = ["python", "pip", "pypy", "perl", "php", "ruby", "gem", "lua", "nodejs"];
    carries.contains(&bare).then_some(bare)
}

/// Puts the value of a variable that holds the program, and maybe its first arguments, in place of the word. Whether the
/// program is known now.
pub(crate) fn expand_program(words: &mut Vec<Word>, values: Values<'_>) -> bool {
    let Some(first) = words.first() else { return true };
    if program(first).is_some() {
        return true;
    }
    let fields = first.fields_with(values);
    let is_known = fields.first().is_some_and(|field| program(field).is_some());
    if is_known {
        words.splice(..1, fields);
    }
    is_known
}
