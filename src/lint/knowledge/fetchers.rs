//! What programs other than curl, wget and aria2c bring from elsewhere: object stores, copies from other machines, package
//! managers that are given a URL, PowerShell.
//!
//! What it refuses to do: what such a program checks by itself (a commit, a digest in the name) is no download here, and neither is
//! what it sends.

use crate::lint::knowledge::downloads::{Download, DownloadForm, is_output, is_remote, last_part, place};
use crate::lint::knowledge::os_packages::{self, Action};
use crate::lint::subject::shell_code::Call;
use crate::shell::{Arguments, OptionStyle, Word};

/// What a command fetches.
pub(super) fn of_call(call: Call<'_>) -> Vec<Download<'_>> {
    let words = call.expanded();
    let Some(program) = call.program() else { return Vec::new() };
    let name = program.to_ascii_lowercase();
    match name.as_str() {
        "invoke-webrequest" | "iwr" | "invoke-restmethod" | "irm" | "start-bitstransfer" => {
            return powershell(call, &words).into_iter().collect();
        }
        "new-object" => return web_client(call, &words).into_iter().collect(),
        "certutil" | "bitsadmin" => {
            let url = words.iter().find(|word| word.text.contains("://"));
            let file = words.last().map(|word| word.text.clone());
            return url.map(|url| download(call, url, url.text.clone(), file)).into_iter().collect();
        }
        _ => {}
    }
    let arguments = Arguments::of(&words, &STYLE);
    if let Some(copy) = copied(call, &name, &arguments) {
        return vec![copy];
    }
    if let Some(named) = by_name(call, &name, &arguments) {
        return vec![named];
    }
    packages(call, &name, &arguments)
}

const STYLE: OptionStyle = OptionStyle {
    values: &[
        "--profile",
        "--region",
        "--endpoint-url",
        "--bucket",
        "--key",
        "--project",
        "--config",
        "--account-name",
        "--container-name",
        "--name",
        "--file",
        "--sas-token",
        "--connection-string",
        "-e",
        "-i",
        "-P",
        "-p",
        "-O",
        "-o",
        "-D",
        "-R",
        "--repo",
        "--pattern",
        "--dir",
        "--output",
        "--root",
        "--rsh",
        "--exclude",
        "--include",
        "--setopt",
        "--enablerepo",
        "--version",
        "-t",
    ],
    single_dash: false,
    stop_at_operand: false,
};

fn download<'s>(call: Call<'s>, word: &Word, url: String, file: Option<String>) -> Download<'s> {
    let file = file.filter(|file| !is_output(file));
    let form = DownloadForm::of(&url);
    Download { call, url, span: place(&call, word), known: word.is_literal(), file, is_checked: false, form }
}

/// The source and the target of programs that copy: `gsutil cp SOURCE… TARGET`.
fn copied<'s>(call: Call<'s>, program: &str, arguments: &Arguments<'_>) -> Option<Download<'s>> {
    let operands: Vec<&str> = arguments.operands.iter().map(|word| word.text.as_str()).collect();
    let is_copy = |verb: &str| {
        matches!(
            verb,
            "cp" | "sync"
                | "mv"
                | "copy"
                | "rsync"
                | "get"
                | "copyto"
                | "move"
                | "mirror"
                | "copyurl"
                | "cat"
        )
    };
    let verbs = match (program, operands.as_slice()) {
        (
            "gsutil" | "s3cmd" | "s5cmd" | "mc" | "mcli" | "rclone" | "azcopy" | "ossutil" | "b2",
            [verb, ..],
        ) if is_copy(verb) => 1,
        ("aws" | "awslocal", ["s3", verb, ..]) if is_copy(verb) => 2,
        ("gcloud", ["storage", verb, ..]) if is_copy(verb) => 2,
        ("scp" | "rsync" | "sftp", _) => 0,
        _ => return None,
    };
    let operands = arguments.operands.get(verbs..)?;
    let (source, rest) = operands.split_first()?;
    let is_from_elsewhere = |text: &str| match program {
        "scp" | "rsync" | "sftp" | "rclone" => is_other_machine(text),
        "mc" | "mcli" => !text.starts_with(['.', '/']) && text.contains('/'),
        _ => text.contains("://") && !text.starts_with("file:") || text.starts_with('$'),
    };
    let target = rest.last().map(|word| word.text.as_str());
    if !is_from_elsewhere(&source.text) || target.is_some_and(is_from_elsewhere) {
        return None;
    }
    let file = target.map(|target| match target.ends_with('/') || matches!(target, "." | "..") {
        true => last_part(&source.text).to_owned(),
        false => target.to_owned(),
    });
    Some(download(call, source, source.text.clone(), file))
}

/// `host:path`, `remote:path`, `rsync://…`; no path of a drive.
fn is_other_machine(text: &str) -> bool {
    text.split_once(':').is_some_and(|(before, after)| {
        let is_drive = before.len() == 1 && after.starts_with('/');
        !before.is_empty() && !before.contains('/') && !is_drive && before != "file"
    })
}

/// Programs that look something up by its name and bring whatever that is.
fn by_name<'s>(call: Call<'s>, program: &str, arguments: &Arguments<'_>) -> Option<Download<'s>> {
    let operands: Vec<&str> = arguments.operands.iter().map(|word| word.text.as_str()).collect();
    let at = |number: usize| arguments.operands.get(number).copied();
    let word = match (program, operands.as_slice()) {
        ("gdown" | "axel" | "yt-dlp" | "youtube-dl" | "lwp-download" | "megadl", [_, ..]) => at(0)?,
        ("kaggle", ["datasets" | "competitions" | "models" | "d" | "c" | "m", rest @ ..])
            if rest.contains(&"download") =>
        {
            arguments.operands.iter().rev().find(|word| word.text != "download").copied()?
        }
        ("gh", ["release", "download", ..]) => return released(call, arguments),
        ("oras", ["pull", name]) if !name.contains("@sha256:") => at(1)?,
        ("az", ["storage", "blob", "download" | "download-batch", ..]) => return blob(call),
        ("aws", ["s3api", "get-object", ..]) => arguments.value(&["--key"])?.word,
        ("dvc", ["get" | "get-url" | "import-url", ..]) => at(1)?,
        // PHP's: pecl has no lock, and a named version no checksum to write down here.
        ("pecl" | "pear", ["install", ..]) => {
            let open = |word: &&&Word| !word.text.starts_with(['.', '/']);
            arguments.operands.iter().skip(1).find(open).copied()?
        }
        ("install-php-extensions", [_, ..]) => at(0)?,
        // Without a lock, composer chooses; with one, `install` and `ci` take what it says.
        ("composer", ["require" | "create-project", _, ..]) => at(1)?,
        ("composer", ["global", "require", _, ..]) => at(2)?,
        ("ansible-galaxy", [.., "install", _]) => at(operands.len() - 1)?,
        ("helm", ["plugin", "install", _, ..]) => at(2)?,
        _ => return None,
    };
    let form = if word.text.contains("://") { DownloadForm::of(&word.text) } else { DownloadForm::Name };
    Some(Download { form, ..download(call, word, word.text.clone(), None) })
}

/// What `az storage blob download` takes. <https://learn.microsoft.com/en-us/cli/azure/storage/blob>
fn blob<'s>(call: Call<'s>) -> Option<Download<'s>> {
    const AZ: OptionStyle = OptionStyle {
        values: &[
            "-n",
            "--name",
            "-s",
            "--source",
            "--blob-url",
            "-c",
            "--container-name",
            "-f",
            "--file",
            "-d",
        ],
        single_dash: false,
        stop_at_operand: false,
    };
    let words = call.expanded();
    let arguments = Arguments::of(&words, &AZ);
    let word = arguments.value(&["-n", "--name", "-s", "--source", "--blob-url"])?.word;
    let container = arguments.value(&["-c", "--container-name"]).map(|value| format!(" of {}", value.text()));
    let url = format!("{}{}", word.text, container.unwrap_or_default());
    Some(Download { form: DownloadForm::Name, ..download(call, word, url, None) })
}

/// The release that `gh release download` takes: the latest, where no tag is named.
/// <https://cli.github.com/manual/gh_release_download>
fn released<'s>(call: Call<'s>, arguments: &Arguments<'_>) -> Option<Download<'s>> {
    let tag = arguments.operands.get(2);
    let word = tag.or_else(|| arguments.operands.get(1)).copied()?;
    let release = tag.map_or_else(|| "the latest release".to_owned(), |tag| format!("release {}", tag.text));
    let of = arguments.value(&["-R", "--repo"]).map(|repository| format!(" of {}", repository.text()));
    let url = format!("{release}{}", of.unwrap_or_default());
    Some(Download { form: DownloadForm::Name, ..download(call, word, url, None) })
}

/// Packages that are given by their URL: `dnf install https://…`, `rpm -i https://…`.
fn packages<'s>(call: Call<'s>, program: &str, arguments: &Arguments<'_>) -> Vec<Download<'s>> {
    let installs = match program {
        "rpm" => {
            let words = call.expanded();
            return rpm(call, &Arguments::of(&words, &OptionStyle::default()));
        }
        "dpkg" => false,
        _ => os_packages::command(call).is_some_and(|command| command.action == Action::Install),
    };
    if installs { by_url(call, arguments) } else { Vec::new() }
}

/// `rpm -i URL`. <https://rpm.org/docs/4.20.x/man/rpm.8.html>
fn rpm<'s>(call: Call<'s>, arguments: &Arguments<'_>) -> Vec<Download<'s>> {
    let verbs = ["-i", "-U", "-F", "--install", "--upgrade", "--import", "--freshen"];
    if arguments.has(&verbs) && !arguments.has(&["-q", "--query"]) {
        by_url(call, arguments)
    } else {
        Vec::new()
    }
}

fn by_url<'s>(call: Call<'s>, arguments: &Arguments<'_>) -> Vec<Download<'s>> {
    let urls = arguments.operands.iter().filter(|word| is_remote(&word.text) && word.text.contains("://"));
    urls.map(|word| download(call, word, word.text.clone(), Some(last_part(&word.text).to_owned()))).collect()
}

/// The value behind one of PowerShell's parameters, which may be shortened.
fn parameter<'w>(words: &'w [Word], names: &[&str]) -> Option<&'w Word> {
    let is_it = |word: &Word| {
        let text = word.text.to_ascii_lowercase();
        text.len() > 1 && names.iter().any(|name| *name == text || text.len() > 3 && name.starts_with(&text))
    };
    words.get(words.iter().position(is_it)? + 1)
}

/// `Invoke-WebRequest -Uri URL -OutFile FILE`.
/// <https://learn.microsoft.com/en-us/powershell/module/microsoft.powershell.utility/invoke-webrequest>
fn powershell<'s>(call: Call<'s>, words: &[Word]) -> Option<Download<'s>> {
    let sends = parameter(words, &["-body", "-infile"]).is_some()
        || parameter(words, &["-method"]).is_some_and(|method| !method.text.eq_ignore_ascii_case("get"));
    let named = parameter(words, &["-uri", "-source"]);
    let plain = || words.iter().find(|word| word.text.contains("://") || word.text.starts_with('$'));
    let url = named.or_else(plain).filter(|word| !sends && is_remote(&word.text))?;
    let file = parameter(words, &["-outfile", "-destination"]).map(|word| word.text.clone());
    Some(download(call, url, url.text.clone(), file))
}

/// `(New-Object Net.WebClient).DownloadFile(URL, FILE)`.
fn web_client<'s>(call: Call<'s>, words: &[Word]) -> Option<Download<'s>> {
    let method = words.iter().position(|word| word.text.to_ascii_lowercase().starts_with(".download"))?;
    let url = words.get(method + 1).filter(|word| is_remote(&word.text))?;
    let is_file = words.get(method).is_some_and(|word| word.text.eq_ignore_ascii_case(".downloadfile"));
    let file = words.get(method + 2).filter(|_| is_file).map(|word| word.text.clone());
    Some(download(call, url, url.text.clone(), file))
}
