//! download-unverified: curl, wget or aria2c fetch a file, and nothing checks which bytes came.

use std::collections::BTreeSet;

use super::curl_pipe_shell::interpreter_of;
use crate::lint::engine::draft::{Draft, Findings, confidence_in};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::checksums::{Check, Checks};
use crate::lint::knowledge::downloads::{Download, DownloadForm, downloads, is_remote, last_part, shown};
use crate::lint::read::code::{ForeignCode, Language, code_of};
use crate::lint::read::function_calls::function_calls;
use crate::lint::subject::Subject;
use crate::shell::{Command, Target};

pub(crate) struct DownloadUnverified;

impl Rule for DownloadUnverified {
    profile! {
        id: "download-unverified",
        summary: "a download that no checksum holds",
        severity: Error,
        confidence: Medium,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let mut reported: BTreeSet<*const Command> = BTreeSet::new();
        let mut checks = Checks::of(subject);
        for download in downloads(subject) {
            let is_dropped = download.file.as_deref() == Some("/dev/null");
            if is_dropped || reported.contains(&std::ptr::from_ref(download.call.command)) {
                continue;
            }
            // What is run at once is for curl-pipe-shell.
            let check = checks.holding(&download);
            if check == Check::Held || interpreter_of(&download).is_some() {
                continue;
            }
            reported.insert(download.call.command);
            let draft = draft(&download, check);
            findings.push(match is_of_repository(&download) {
                true => draft.within(&["third-party-repo"], download.call.stage_area()),
                false => draft,
            });
        }
        findings.extend(by_code(subject, Language::Python));
        findings.extend(by_code(subject, Language::R));
    }
}

/// Whether what is fetched says which packages there are, or who signs them: a key or a list of a package manager.
fn is_of_repository(download: &Download<'_>) -> bool {
    const FOLDERS: &[&str] = &[
        "/etc/apt/",
        "/usr/share/keyrings/",
        "/etc/yum.repos.d/",
        "/etc/zypp/",
        "/etc/pki/rpm-gpg/",
        "/etc/apk/",
    ];
    let is_there = |file: &str| FOLDERS.iter().any(|folder| file.starts_with(folder));
    let call = download.call;
    let piped = call.script.shell.downstream(call.command);
    let written = piped.iter().flat_map(|command| {
        let redirects = command.redirects.iter().filter_map(|redirect| match &redirect.target {
            Target::File(word) => Some(word),
            _ => None,
        });
        command.arguments().iter().chain(redirects)
    });
    download.file.as_deref().is_some_and(is_there)
        || written.map(|word| word.text.as_str()).any(is_there)
        || piped.iter().any(|command| command.is("apt-key"))
}

/// The first download of each piece of code that a RUN hands to an interpreter, unless the code looks at a digest.
fn by_code(subject: &Subject<'_>, language: Language) -> Vec<Draft> {
    let of_code = |code: &ForeignCode<'_>| {
        if ["sha256", "sha512", "md5", "blake2", "digest"].iter().any(|word| code.text.contains(word)) {
            return None;
        }
        function_calls(&code.text, language).into_iter().find_map(|call| {
            let fetches = match call.last() {
                "urlretrieve" | "urlopen" => true,
                "get" => call.name.starts_with("requests.") || call.name.starts_with("httpx."),
                "download" => call.name.starts_with("wget.") || call.name.starts_with("gdown."),
                "file" => call.name == "download.file",
                _ => false,
            };
            let url = call.first_or(&["url"]).filter(|_| fetches)?.strings.first()?;
            let message =
                format!("{} may be other bytes tomorrow, and nothing here would notice", shown(url));
            let help =
                "compare a digest of what came with one that is written down, or ADD --checksum=sha256:… it";
            is_remote(url).then(|| Draft::at(code.place(call.range), message).help(help))
        })
    };
    code_of(subject, language).iter().filter_map(of_code).collect()
}

fn draft(download: &Download<'_>, check: Check) -> Draft {
    let url = shown(&download.url);
    // A shortened URL is no argument.
    let given = if url == download.url { url.as_str() } else { "URL" };
    let message = match check {
        Check::Served => format!("the checksum of {url} comes from the server too, and moves with the file"),
        _ => format!("{url} may be other bytes tomorrow, and nothing here would notice"),
    };
    Draft::at(download.span, message).help(help(download, given)).confidence(confidence_in(download.known))
}

/// What holds a download, by how it is named: ADD takes URLs alone.
fn help(download: &Download<'_>, url: &str) -> String {
    let takes_folder = |text: &str| matches!(text, "-r" | "-R" | "--recursive" | "sync" | "rsync" | "mirror");
    let is_folder = download.form == DownloadForm::Place
        && download.call.arguments().iter().any(|word| takes_folder(&word.text));
    let file = download.file.as_deref().filter(|file| !is_folder && !file.contains(['*', '?']));
    match download.form {
        DownloadForm::Url if download.is_windows() => {
            let name = file.unwrap_or_else(|| last_part(&download.url));
            format!(
                "compare its digest with one that is written down: (Get-FileHash {name} -Algorithm SHA256).Hash"
            )
        }
        // A pipe writes no file that could be checked behind it.
        DownloadForm::Url if file.is_none() => format!(
            "write its checksum down: ADD --checksum=sha256:… {url} …, or send it to a file, check that (echo 'SHA256  FILE' | sha256sum -c), and go on from there"
        ),
        DownloadForm::Url => {
            let name = file.unwrap_or_else(|| last_part(&download.url));
            format!(
                "write its checksum down: ADD --checksum=sha256:… {url} …, or echo 'SHA256  {name}' | sha256sum -c behind it"
            )
        }
        DownloadForm::Place => match file {
            Some(name) => format!("write its checksum down behind it: echo 'SHA256  {name}' | sha256sum -c"),
            None => {
                "write the checksums of its files down, and check them behind it: sha256sum -c SHA256SUMS"
                    .to_owned()
            }
        },
        DownloadForm::List => {
            "write the checksums of its files down, and check them behind it: sha256sum -c SHA256SUMS"
                .to_owned()
        }
        DownloadForm::Name => match download.call.program().unwrap_or_default() {
            "composer" => {
                "COPY composer.json composer.lock ./, and take what the lock says: composer install"
                    .to_owned()
            }
            "pecl" | "pear" => {
                "fetch the release by its URL, check it, and install the file: pecl install ./NAME-1.2.3.tgz"
                    .to_owned()
            }
            _ => "write the checksums of what comes down, and check them behind it: sha256sum -c SHA256SUMS"
                .to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    fn flagged(lines: &str) -> Vec<String> {
        dockerfile("download-unverified", &format!("FROM a\n{lines}\n")).lines()
    }

    #[test]
    fn files_pipes_and_redirects_are_downloads() {
        for command in [
            "curl -fsSLO https://example.org/a.tgz",
            "curl -sSL https://example.org/a.tgz | tar xz",
            "wget -q https://example.org/a.tgz -P /tmp",
            "curl https://example.org/key | gpg --dearmor > /usr/share/keyrings/a.gpg",
            "curl -o /x https://example.org/a && bash /x",
            "aria2c -x 16 https://example.org/a -o a",
            "sh -c 'wget $URL'",
            "wget -i urls.txt",
            "aria2c --input-file=urls.txt",
            "python -c \"import urllib.request as r; r.urlretrieve('https://example.org/a', 'a')\"",
            "python3 -c \"import requests; open('a', 'wb').write(requests.get('https://example.org/a').content)\"",
            "Rscript -e \"download.file('https://example.org/a', 'a')\"",
            "gsutil -m cp gs://b/x .",
            "gcloud storage cp gs://b/x /x",
            "aws --region eu-west-1 s3 cp s3://b/x .",
            "aws s3 sync s3://b/x /x",
            "rclone copy r:x .",
            "azcopy copy https://example.org/b/x /x",
            "scp host:/x /x",
            "rsync -a rsync://example.org/x /x",
            "gdown 1AbCdEf",
            "gh release download v1 -R o/r",
            "kaggle datasets download -d o/d",
            "rpm -ivh https://example.org/x.rpm",
            "rpm -i https://example.org/x.rpm",
            "rpm --import https://example.org/KEY",
            "dnf install -y https://example.org/x.rpm y-1.2-3",
            "yum localinstall -y https://example.org/x.rpm",
            "apt-get install -y https://example.org/x.deb",
            "pecl install redis",
            "composer require monolog/monolog",
            "install-php-extensions gd",
            "curl.exe -L -o x.exe https://example.org/x.exe",
            "powershell -Command \"Invoke-WebRequest https://example.org/x -OutFile C:\\x\"",
        ] {
            assert_eq!(flagged(&format!("RUN {command}")).len(), 1, "{command}");
        }
    }

    #[test]
    fn what_is_sent_or_stays_here_is_no_download() {
        for command in [
            "gsutil cp x gs://b/x",
            "aws s3 cp x s3://b/x",
            "aws s3 cp s3://a/x s3://b/x",
            "rsync -a /x /y",
            "scp x host:/x",
            "rpm -i ./x.rpm",
            "rpm -q x",
            "dnf install -y x-1.2-3",
            "rclone copy /x r:y",
            "pecl install ./redis.tgz",
            "python -c \"import hashlib, urllib.request as r; assert hashlib.sha256(r.urlopen('https://example.org/a').read()).hexdigest() == 'x'\"",
        ] {
            assert_eq!(flagged(&format!("RUN {command}")), Vec::<String>::new(), "{command}");
        }
    }

    #[test]
    fn powershell_and_cmd_are_read_for_downloads() {
        let base = "FROM mcr.example.org/windows/servercore:ltsc2022";
        for run in [
            "RUN curl -L -o x.exe https://example.org/x.exe && choco install -y git",
            "SHELL [\"powershell\", \"-Command\"]\nRUN Invoke-WebRequest https://example.org/x.exe -OutFile C:\\x.exe; rm x",
            "SHELL [\"C:\\\\Windows\\\\powershell.exe\", \"-Command\"]\nRUN $u = 'https://example.org/x'; (New-Object System.Net.WebClient).DownloadFile($u, 'x')",
            "SHELL [\"pwsh\", \"-c\"]\nRUN if ($true) { Start-BitsTransfer -Source https://example.org/x -Destination x }",
            "RUN certutil -urlcache -split -f https://example.org/x x",
        ] {
            let text = format!("{base}\n{run}\n");
            assert_eq!(dockerfile("download-unverified", &text).flagged().len(), 1, "{run}");
        }
    }

    #[test]
    fn a_checksum_that_the_dockerfile_knows_holds_the_file() {
        for lines in [
            "RUN curl -O https://example.org/a.tgz && echo 'abc  a.tgz' | sha256sum -c - && tar xf a.tgz",
            "ARG SUM\nRUN wget -O /tmp/a.tgz https://example.org/a && echo \"$SUM */tmp/a.tgz\" | sha256sum --check --status",
            "RUN curl -o a https://example.org/a && sha256sum -c <<< 'abc  a'",
            "RUN curl -o a https://example.org/a && printf '%s  %s' abc a > sums && sha256sum -c sums",
            "COPY SHA256SUMS .\nRUN curl -O https://example.org/a && sha256sum -c SHA256SUMS",
            "RUN wget https://example.org/a && [ \"$(sha256sum a | cut -d' ' -f1)\" = abc ]",
            "RUN curl -O https://example.org/a && openssl dgst -sha256 a | grep -q abc",
            "RUN curl -O https://example.org/a -O https://example.org/a.asc && gpg --batch --verify a.asc a",
            "RUN aria2c --checksum=sha-256=abc https://example.org/a",
            "RUN wget https://example.org/o/a/raw/48b16204aeeda5bc1f87e49c6b8e23d9abb07c73/dind",
            "RUN curl -o a https://example.org/a\nRUN echo 'abc a' | shasum -a 256 -c",
            "RUN F=a.tgz && curl -o $F https://example.org/$F && echo \"abc  $F\" | sha256sum -c",
        ] {
            assert_eq!(flagged(lines), Vec::<String>::new(), "{lines}");
        }
    }

    #[test]
    fn powershell_compares_a_digest_by_get_filehash() {
        let of = |check: &str| {
            let text = format!(
                "FROM example.org/windows/servercore:1\nSHELL [\"powershell\", \"-Command\"]\nENV URL https://example.org/x.exe\nRUN Invoke-WebRequest -Uri $env:URL -OutFile bin\\x.exe; {check}\n"
            );
            dockerfile("download-unverified", &text).flagged().len()
        };
        assert_eq!(of("if ((Get-FileHash bin\\x.exe -Algorithm sha512).Hash -ne $env:SUM) { exit 1; }"), 0);
        assert_eq!(of("if ((Get-FileHash bin\\y.exe -Algorithm sha512).Hash -ne $env:SUM) { exit 1; }"), 1);
        assert_eq!(of("$h = (Get-FileHash bin\\x.exe).Hash; if ($h -ne 'ABC') { exit 1 }"), 0);
        assert_eq!(of("Get-FileHash bin\\x.exe"), 1);
    }

    #[test]
    fn help_asks_nothing_of_a_tool_that_it_cannot_do() {
        for (command, wanted) in [
            (
                "gsutil cp gs://b/a.tgz .",
                "write its checksum down behind it: echo 'SHA256  a.tgz' | sha256sum -c",
            ),
            ("aws s3 sync s3://b/dir /x/", "the checksums of its files down, and check them behind it"),
            ("wget -i urls.txt", "sha256sum -c SHA256SUMS"),
            ("curl https://example.org/key | gpg --dearmor > /x.gpg", "or send it to a file, check that"),
            ("curl https://example.org/a.tgz | tar xz", "or send it to a file, check that"),
            ("composer require a/b", "composer install"),
            ("pecl install redis", "pecl install ./NAME-1.2.3.tgz"),
            ("azcopy copy https://example.org/a b", "ADD --checksum=sha256:… https://example.org/a"),
            ("powershell -Command iwr https://example.org/a -OutFile a", "Get-FileHash a -Algorithm SHA256"),
        ] {
            let case = dockerfile("download-unverified", &format!("FROM a\nRUN {command}\n"));
            let help = case.findings().remove(0).help.unwrap();
            assert!(help.contains(wanted), "{command}: {help}");
        }
    }

    #[test]
    fn a_release_is_named_by_its_tag_and_repository() {
        assert!(flagged("RUN gh release download v1 -R o/r")[0].contains("release v1 of o/r may be"));
        assert!(flagged("RUN gh release download -R o/r")[0].contains("the latest release of o/r may be"));
        assert!(flagged("RUN az storage blob download -c x -n y -f z")[0].contains("y of x may be"));
    }

    #[test]
    fn a_checksum_of_another_file_holds_nothing() {
        let lines = "RUN curl -O https://example.org/a.tgz && curl -O https://example.org/b.tgz && echo 'abc  b.tgz' | sha256sum -c";
        assert_eq!(
            flagged(lines),
            [
                "2: https://example.org/a.tgz: https://example.org/a.tgz may be other bytes tomorrow, and nothing here would notice"
            ]
        );
    }

    #[test]
    fn a_checksum_from_the_same_server_holds_nothing() {
        for command in [
            "curl -O https://example.org/a -O https://example.org/a.sha256 && sha256sum -c a.sha256",
            "wget https://example.org/a && curl -s https://example.org/a.sha256 | sha256sum -c",
        ] {
            let actual = flagged(&format!("RUN {command}"));
            assert_eq!(
                actual,
                [
                    "2: https://example.org/a: the checksum of https://example.org/a comes from the server too, and moves with the file"
                ],
                "{command}"
            );
        }
    }

    #[test]
    fn requests_that_bring_no_file_are_left_alone() {
        for command in [
            "curl -I https://example.org/",
            "curl -X POST -d x https://example.org/",
            "curl http://localhost:8080/health",
            "curl -o /dev/null https://example.org/",
            "wget --spider https://example.org/",
            "curl --version",
            "curl https://example.org/i | bash",
        ] {
            assert_eq!(flagged(&format!("RUN {command}")), Vec::<String>::new(), "{command}");
        }
        assert_eq!(flagged("HEALTHCHECK CMD curl https://example.org/"), Vec::<String>::new());
    }

    #[test]
    fn a_key_that_gpg_gives_out_by_its_fingerprint_is_held() {
        let flagged = |export: &str| {
            let text = format!(
                "FROM a\nRUN wget -O k.gpg https://example.org/k.gpg; gpg --batch --import k.gpg; gpg --batch --export --armor --output /etc/apt/keyrings/k.asc {export}\n"
            );
            dockerfile("download-unverified", &text).flagged().len()
        };
        assert_eq!(flagged("35BAA0B33E9EB396F59CA838C0BA5CE6DC6315A3"), 0);
        assert_eq!(flagged("DC6315A3"), 1);
        assert_eq!(flagged(""), 1);
    }
}
