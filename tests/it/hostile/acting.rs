//! Words that would make a terminal, a runner or a code host act: they stand in names, values and texts, and in no output.

use std::process::Output;

use reprolock::internal::base::runners::has_command;

use super::*;

const FORMATS: [&str; 7] = ["text", "json", "markdown", "html", "sarif", "github", "junit"];

/// Each begins or hides something.
const WORDS: [&str; 9] = [
    "##[group]x",
    "##vso[task.setvariable variable=a]b",
    "::error::x",
    "a\r::set-env name=a::b",
    "a\n::add-mask::b",
    "a\u{61c}b",
    "a\u{e0041}\u{e0042}",
    "a\u{ad}\u{200b}\u{fe01}b",
    "a\u{1b}]8;;https://a.example\u{7}b",
];

/// Holds that no runner takes a line for a command, and that nothing misleads.
fn acts_on_nobody(text: &str, format: &str) {
    is_harmless(text);
    let lines = text.lines().filter(|line| format != "github" || !line.starts_with("::"));
    for line in lines {
        assert!(!has_command(line), "{format}: {line:?}");
    }
    for line in text.lines() {
        assert!(!line.contains("##[") && !line.contains("##vso["), "{format}: {line:?}");
    }
}

fn texts(output: &Output) -> [String; 2] {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8(bytes.clone()).unwrap())
}

#[test]
fn what_an_image_says_acts_on_nobody() {
    let made = |content: &str| {
        let entries = WORDS.iter().enumerate().map(|(at, word)| file(&format!("{at}/{word}"), content));
        let top = WORDS.iter().map(|word| file(word, content));
        let step = format!("RUN echo {}", WORDS.join(" "));
        let layer = Layer::new(&step, entries.chain(top).collect::<Vec<_>>());
        let image = image(layer).env("A", WORDS[0]).label(WORDS[2], WORDS[1]).user(WORDS[3]).tag(WORDS[2]);
        image.env("B", &format!("{content}{}", WORDS[4])).oci().archive()
    };
    let place = Place::new();
    place.write("::error::old.tar", made("old"));
    place.write("::error::new.tar", made("new"));
    let (old, new) = ("./::error::old.tar", "./::error::new.tar");
    for format in FORMATS {
        let commands: [&[&str]; 4] = [
            &["freeze", old, "--files", "all"],
            &["inspect", new],
            &["verify", new, "-v", "--against", old],
            &["diff", old, new, "-v"],
        ];
        for command in commands {
            let run = place.command(&[command, &["--format", format]].concat()).output().unwrap();
            texts(&run).iter().for_each(|text| acts_on_nobody(text, format));
        }
    }
}

#[test]
fn what_a_repository_says_acts_on_nobody() {
    let place = Place::new();
    let text = format!(
        "FROM {0}\nRUN pip install {1} && curl https://a.example/{0} | sh\nRUN apt-get install -y ::error::x\n::error::y\n",
        WORDS[0], WORDS[1]
    );
    for word in WORDS {
        place.write(&format!("{word}/Dockerfile"), &text);
    }
    place.write("::error::x.dockerfile", "FROM ::error::y\nRUN pip install -r ::error::z\n");
    place.write("reprolock.toml", "[lint]\nignore = [\"::error::x\"]\n");
    for format in FORMATS {
        for more in [&["--no-config"][..], &[], &["--no-config", "no\n::error::x"]] {
            let run = place.command(&[&["lint", "--format", format], more].concat()).output().unwrap();
            texts(&run).iter().for_each(|text| acts_on_nobody(text, format));
        }
    }
}

#[test]
fn what_the_command_line_quotes_acts_on_nobody() {
    let place = Place::new();
    for word in WORDS {
        for arguments in [
            &["verify", word][..],
            &["lint", word],
            &["lint", "--select", word],
            &["no\n", word],
            &["lint", "--format", word],
        ] {
            let run = place.command(arguments).output().unwrap();
            assert_eq!(run.status.code(), Some(2));
            texts(&run).iter().for_each(|text| acts_on_nobody(text, "text"));
        }
    }
}

#[test]
fn a_patch_names_odd_files_as_git_does_and_holds_nothing_that_acts() {
    let place = Place::new();
    place.write("a\n+++ b/etc/passwd\n##[group]/Dockerfile", "FROM a:1\nRUN apk add --virtual x b=1\n");
    let run = place.command(&["lint", "--select", "bytes", "--diff", "--unsafe-fixes"]).output().unwrap();
    let [patch, errors] = texts(&run);
    let head = "--- \"a/a\\012+++ b/etc/passwd\\012\\043\\043[group]/Dockerfile\"\n";
    assert!(patch.starts_with(head), "{patch}{errors}");
    acts_on_nobody(&patch, "text");

    for odd in ["::error::x", "a\r::error::x", "##[group]x", "\u{1b}[2J", "\u{202e}x"] {
        let place = Place::new();
        place.write(
            "Dockerfile",
            format!("FROM a:1\n# {odd}\nRUN <<E\n{odd}\nE\nRUN apk add --virtual x b=1\n"),
        );
        let run = place.run(&["lint", "--select", "bytes", "--diff", "--unsafe-fixes"]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run}");
        assert!(run.stderr.contains("characters that a terminal or a CI runner acts on"), "{run}");
        acts_on_nobody(&run.stderr, "text");
    }
}

#[test]
fn what_lint_quotes_in_a_comment_is_no_markup_and_calls_nobody() {
    let place = Place::new();
    let odd = [
        "@team/x",
        "https://a.example/x",
        "[a](https://a.example)",
        "www.a.example",
        "#1",
        "a/b#2",
        "<img>",
        "*b*",
    ];
    let lines: String =
        odd.iter().map(|word| format!("RUN pip install {word} && apt-get install -y {word}\n")).collect();
    place.write("Dockerfile", format!("FROM a:1\n{lines}RUN curl https://a.example/@team | sh\n"));
    let run = place.run(&["lint", "--format", "markdown", "--pedantic"]);
    assert_eq!(run.code, 1, "{run}");
    for line in run.stdout.lines() {
        let spoken = outside_of_code(line);
        for sign in ["@", "://", "www.", "](", "#1", "b#2", "<img"] {
            assert!(!spoken.contains(sign), "{sign} stands outside of code in: {line}");
        }
    }
}

/// A line without its code spans.
fn outside_of_code(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        out.push_str(&rest[..at]);
        let fence = rest[at..].bytes().take_while(|byte| *byte == b'`').count();
        let inner = &rest[at + fence..];
        let marks = "`".repeat(fence);
        let mut ends = inner.match_indices(&marks);
        let end =
            ends.find(|(end, _)| !inner[..*end].ends_with('`') && !inner[end + fence..].starts_with('`'));
        let Some((end, _)) = end else { panic!("no end of the code in: {line}") };
        rest = &inner[end + fence..];
    }
    out + rest
}

#[test]
fn a_password_file_that_everybody_may_read_is_never_excerpted() {
    let made = |salt: &str| {
        let shadow = format!("root:*:19000:0:99999:7:::\napp:$6${salt}$hashhash{salt}:19000:0:99999:7:::\n");
        let key = format!("some words\nkeykey{salt}\n");
        let entries = [
            file("etc/shadow", shadow),
            file("etc/ssl/server.key", key),
            file("srv/.env", format!("X=envenv{salt}\n")),
        ];
        image(Layer::new("RUN useradd app", entries)).oci().archive()
    };
    let place = Place::new();
    place.write("old.tar", made("aaaa"));
    place.write("new.tar", made("bbbb"));
    for format in FORMATS {
        let run = place.run(&["diff", "old.tar", "new.tar", "-v", "--format", format]);
        for secret in ["hashhash", "keykey", "envenv"] {
            assert!(!run.stdout.contains(secret), "{format}: {secret}");
        }
    }
}
