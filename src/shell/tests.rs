//! What is found in scripts, in the words of the shell.

use super::*;
use crate::base::text::Span;

/// Each command: where it stands, what wraps it, its words.
fn commands(text: &str) -> Vec<String> {
    shown(&Script::parse(text))
}

fn shown(script: &Script) -> Vec<String> {
    let show = |command: &Command| {
        let mut parts: Vec<String> = script
            .contexts_of(command)
            .filter(|context| !matches!(context.kind, ContextKind::Script | ContextKind::And))
            .map(|context| format!("{:?}:", context.kind))
            .collect();
        parts.reverse();
        parts.extend(command.wrappers.iter().map(|wrapper| format!("{}>", wrapper.name)));
        parts.extend(command.words.iter().map(|word| word.text.clone()));
        parts.join(" ")
    };
    script.commands.iter().map(show).collect()
}

fn only(text: &str) -> Command {
    let script = Script::parse(text);
    assert_eq!(script.commands.len(), 1, "{:?}", shown(&script));
    script.commands[0].clone()
}

#[test]
fn commands_are_found_behind_operators_and_in_compound_commands() {
    assert_eq!(commands("a && b || c; d & e | f"), ["a", "b", "Or: c", "d", "e", "f"]);
    assert_eq!(
        commands("if a; then b; elif c; then d; else e; fi; f"),
        ["Condition: a", "Branch: b", "Branch: Condition: c", "Branch: Branch: d", "Branch: e", "f"]
    );
    assert_eq!(commands("for x in 1 2; do a $x; done; b"), ["Loop: a $x", "b"]);
    assert_eq!(
        commands("while a; do b; done; until c; do d; done"),
        ["Loop: a", "Loop: b", "Loop: c", "Loop: d"]
    );
    assert_eq!(
        commands("if a; then if b; then c; fi else d; fi"),
        ["Condition: a", "Branch: Condition: b", "Branch: Branch: c", "Branch: d"]
    );
    assert_eq!(commands("case $x in y) a;; *) b;; esac"), ["Branch: a", "Branch: b"]);
    assert_eq!(
        commands("f() { a; }; (b; c); { d; }; ! e"),
        ["Function: a", "Subshell: b", "Subshell: c", "d", "e"]
    );
}

#[test]
fn substitutions_are_commands_of_their_own_and_know_their_owner() {
    assert_eq!(
        commands("a $(b \"$(c)\") `d` <(e); X=$(f)"),
        [
            "a $(b \"$(c)\") `d` <(e)",
            "Substitution: b $(c)",
            "Substitution: Substitution: c",
            "Substitution: d",
            "Substitution: e",
            "Substitution: f"
        ]
    );
    let script = Script::parse("x; bash -c \"$(curl y)\"");
    let curl = script.commands.iter().find(|command| command.is("curl")).unwrap();
    assert_eq!(script.consumers(curl)[0].name.as_deref(), Some("bash"));
    assert_eq!(script.commands.iter().filter(|command| command.is("curl")).count(), 1);
}

#[test]
fn quotes_and_escapes_are_taken_off() {
    let command = only(r#"a 'b c'd "e\"f" g\ h $'i\tj' "k"'l'm 'n'"#);
    let words: Vec<_> = command.words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(words, ["a", "b cd", "e\"f", "g h", "i\tj", "klm", "n"]);
    assert!(command.words.iter().all(|word| word.is_literal() && word.verbatim));
    let texts = |text: &str| only(text).words.iter().map(|word| word.text.clone()).collect::<Vec<_>>();
    assert_eq!(
        texts("pip install 'x[a,b]>=1' y[c] z==1.*"),
        ["pip", "install", "x[a,b]>=1", "y[c]", "z==1.*"]
    );
    assert_eq!(texts("a \\\n b\\\nc"), ["a", "bc"]);
}

#[test]
fn spans_lead_into_scripts_inside_words() {
    let text = r#"sh -c 'pip install "a b"' && bash -lc "pip install \"c d\" e""#;
    let script = Script::parse(text);
    assert_eq!(shown(&script)[1], "ShellText: pip install a b");
    let word = |command: usize, word: usize| &script.commands[command].words[word];
    assert_eq!(word(1, 2).span.text(text), "\"a b\"");
    assert!(word(1, 2).verbatim);
    assert_eq!(word(3, 2).span.text(text), "\\\"c d\\\"");
    assert!(!word(3, 2).verbatim);
    assert_eq!(word(3, 3).span.text(text), "e");
    assert!(word(3, 3).verbatim);
}

#[test]
fn shells_run_the_text_that_options_heredocs_and_eval_give_them() {
    for text in [
        "sh -c 'pip x'",
        "/bin/bash -euxo pipefail -c 'pip x'",
        "bash -o pipefail -lc 'pip x'",
        "su - user -c 'pip x'",
        "runuser -l user -c 'pip x'",
        "bash <<EOF\npip x\nEOF",
        "bash -s <<'EOF'\npip x\nEOF\n",
        "sh <<-EOF\n\tpip x\n\tEOF\n",
        "bash <<< 'pip x'",
        "eval pip 'x'",
        "eval \"pip x\"",
        "trap 'pip x' EXIT",
        "find . -name y -exec pip x \\;",
        "find . -exec sudo pip x {} +",
        "scl enable a 'pip x'",
        "xargs sh -c 'pip x'",
        "sudo -E bash -c \"pip x\"",
    ] {
        let lines = commands(text);
        assert_eq!(lines.len(), 2, "{text}: {lines:?}");
        assert!(lines[1].contains("pip x"), "{text}: {lines:?}");
    }
    assert_eq!(commands("<<EOF bash -e\npip x\nEOF\n"), ["bash -e", "ShellInput: pip x"]);
    assert_eq!(commands("bash script.sh -c x"), ["bash script.sh -c x"]);
    assert_eq!(commands("cat <<EOF > f\npip x $(d)\nEOF\ng"), ["cat", "Substitution: d", "g"]);
}

#[test]
fn wrappers_are_peeled_off() {
    for (text, wrappers) in [
        ("env -i A=1 B=2 pip x", vec!["env"]),
        ("sudo -E -u me A=1 pip x", vec!["sudo"]),
        ("sudo -H -- timeout -k 5 10 nice -n 5 pip x", vec!["sudo", "timeout", "nice"]),
        ("exec -a z pip x", vec!["exec"]),
        ("command pip x", vec!["command"]),
        ("time -p pip x", vec!["time"]),
        ("/opt/venv/bin/python3.11 -m pip x", vec!["python"]),
        ("python -I -W ignore -m pip x", vec!["python"]),
        ("conda run -n e --no-capture-output pip x", vec!["conda"]),
        ("uv run --with a pip x", vec!["uv"]),
        ("gosu me pip x", vec!["gosu"]),
        ("find . | xargs -n 1 -r pip x", vec!["xargs"]),
        ("faketime '2020-01-01' pip x", vec!["faketime"]),
        ("scl enable a b -- pip x", vec!["scl"]),
    ] {
        let script = Script::parse(text);
        let command = script.commands.last().unwrap();
        let names: Vec<_> = command.wrappers.iter().map(|wrapper| wrapper.name.as_str()).collect();
        assert_eq!(names, wrappers, "{text}");
        assert_eq!(command.name.as_deref(), Some("pip"), "{text}");
        assert_eq!(command.words[1].text, "x", "{text}");
    }
    assert_eq!(
        commands("command -v pip; sudo -l; busybox --install /bin; python -c 'm'; python x.py; env"),
        ["command -v pip", "sudo -l", "busybox --install /bin", "python -c m", "python x.py", "env"]
    );
    let command = only("A=1 env B='2 3' pip x");
    let set: Vec<_> =
        command.assignments.iter().map(|(name, word)| (name.as_str(), word.text.as_str())).collect();
    assert_eq!(set, [("A", "1"), ("B", "2 3")]);
}

#[test]
fn programs_are_named_without_folder_version_or_quotes() {
    let name = |text: &str| Script::parse(text).commands[0].name.clone();
    for text in [
        "/usr/bin/pip3.11 x",
        "pip3 x",
        "\"$VENV/bin/pip\" x",
        "$(which pip3) x",
        "p=pip; $p x",
        "p='pip x'; $p",
    ] {
        assert_eq!(name(text).as_deref(), Some("pip"), "{text}");
    }
    for text in ["python${V} -m pip x", "$PYTHON -m pip x", "pip${V} x"] {
        assert_eq!(name(text).as_deref(), Some("pip"), "{text}");
    }
    let guessed = Script::parse("if a; then p=pip; fi; $p x").commands[1].clone();
    assert!(guessed.is("pip") && guessed.name_is_guess);
    let guessed = only("for p in /a/pip /b/pip; do $p x; done");
    assert!(guessed.is("pip") && guessed.name_is_guess);
    assert!(!only("for p in /a/pip; do $p x; done").name_is_guess);
    assert_eq!(name("$p x"), None);
    assert_eq!(name("$(a) x"), None);
    let outside = |name: &str| (name == "PIP").then(|| "uv pip".to_owned());
    let script = Script::parse_in("$PIP install x", &outside);
    assert_eq!(shown(&script), ["uv pip install x"]);
    assert_eq!(script.commands[0].name.as_deref(), Some("uv"));
}

#[test]
fn pipelines_connect_commands_through_compound_ones_and_heredocs() {
    let readers = |text: &str, of: &str| {
        let script = Script::parse(text);
        let from = script.commands.iter().find(|command| command.is(of)).unwrap();
        let names = script.downstream(from).into_iter().filter_map(|command| command.name.clone());
        names.collect::<Vec<_>>()
    };
    assert_eq!(readers("curl x | tee y | sh", "curl"), ["tee", "sh"]);
    assert_eq!(readers("a; curl x 2>&1 | sudo bash -s; b", "curl"), ["bash"]);
    assert_eq!(readers("(curl x; a) | { b; c; }", "curl"), ["b", "c"]);
    assert_eq!(readers("cat <<EOF | sh\nx\nEOF\na", "cat"), ["sh"]);
    assert_eq!(readers("a | cat <<EOF | sh\nx\nEOF\nb", "a"), ["cat", "sh"]);
    assert_eq!(readers("sh -c 'curl x' | gpg", "curl"), ["gpg"]);
    assert_eq!(readers("echo $(curl x) | sh", "curl"), [""; 0]);
}

#[test]
fn redirects_belong_to_the_command_they_stand_behind() {
    let redirects = |text: &str| {
        let script = Script::parse(text);
        let mut shown = Vec::new();
        for command in &script.commands {
            for redirect in &command.redirects {
                let target = match &redirect.target {
                    Target::File(word) | Target::HereString(word) | Target::Heredoc(word) => {
                        word.text.clone()
                    }
                    Target::Closed => "closed".to_owned(),
                };
                let name = command.name.clone().unwrap_or_default();
                let descriptor = redirect.descriptor.map(|number| number.to_string()).unwrap_or_default();
                shown.push(format!("{name} {descriptor}{} {target}", redirect.operator));
            }
        }
        shown
    };
    assert_eq!(redirects("a && b > c"), ["b > c"]);
    assert_eq!(redirects("a | b >> c 2>&1"), ["b >> c", "b 2>& 1"]);
    assert_eq!(redirects("> c a 2>/dev/null <d"), ["a > c", "a 2> /dev/null", "a < d"]);
    assert_eq!(redirects("a <<X >c\n1$2\\$\nX\n"), ["a > c", "a << 1$2$\n"]);
    assert_eq!(redirects("a <<'X' && b >c\n1\\$\nX\n"), ["a << 1\\$\n", "b > c"]);
    assert_eq!(commands("a > b c d"), ["a c d"]);
    assert_eq!(commands("cat <<X c\n1\nX\nd"), ["cat c", "d"]);
}

#[test]
fn variables_have_the_value_they_were_given_before() {
    let resolved = |text: &str| {
        let outside = |name: &str| (name == "OUT").then(|| "out".to_owned());
        let script = Script::parse_in(text, &outside);
        let command = script.commands.iter().rev().find(|command| command.is("p")).unwrap();
        let words = script.expanded(command, &outside);
        words
            .iter()
            .skip(1)
            .map(|word| format!("{}{}", word.text, if word.is_literal() { "" } else { "?" }))
            .collect::<Vec<_>>()
    };
    for (text, words) in [
        ("V=1.2; p x==$V", vec!["x==1.2"]),
        ("V=1 && V=${V}.2 && p x==\"${V}\"", vec!["x==1.2"]),
        ("export V=$OUT; p $V", vec!["out"]),
        ("V='a b'; p $V \"$V\"", vec!["a", "b", "a b"]),
        ("V=; p $V \"$V\"", vec![""]),
        ("p ${V:-y}-$V", vec!["y-$V?"]),
        ("V=1; V+=2; p $V", vec!["12"]),
        ("V=$(date); p $V", vec!["$V?"]),
        ("(V=1); p $V$OUT", vec!["$Vout?"]),
        ("if a; then V=1; fi; p $V", vec!["$V?"]),
        ("if a; then V=1; p $V; fi", vec!["1"]),
        ("a && V=1 && p $V", vec!["1"]),
        ("a && V=1 || b && p $V", vec!["$V?"]),
        ("a && V=1; p $V", vec!["$V?"]),
        ("V=1; unset V; p $V", vec!["$V?"]),
        ("V=1 p $V", vec!["$V?"]),
        ("V=1 sh -c 'p $V'", vec!["1"]),
        (
            "V=12.4.1; p ${V%.*} ${V%%.*} ${V//./-} ${V:0:2} ${V#*.}",
            vec!["12.4", "12", "12-4-1", "12", "4.1"],
        ),
        ("for v in a; do p $v; done", vec!["a"]),
        ("for v in a b; do p $v; done", vec!["$v?"]),
        ("p {a,b}c", vec!["ac", "bc"]),
        ("V=$V; p $V", vec!["$V?"]),
        ("V=$(a); p ${V:-y}", vec!["${V:-y}?"]),
        ("unset V; p ${V:-y}", vec!["y"]),
        ("A=$B; B=$A; p $B", vec!["$B?"]),
    ] {
        assert_eq!(resolved(text), words, "{text}");
    }
}

#[test]
fn a_resolved_word_still_knows_where_its_own_text_stands() {
    let text = "V=1; pip install torch==$V";
    let script = Script::parse(text);
    let word = script.resolve(&script.commands[0], &script.commands[0].words[2], &|_| None);
    assert_eq!(word.text, "torch==1");
    assert_eq!(word.exact(0..5).unwrap().text(text), "torch");
    assert_eq!(word.exact(7..8), None);
    assert_eq!(word.source(7..8).text(text), "$V");
}

#[test]
fn the_json_form_is_not_read_by_a_shell_unless_it_runs_one() {
    let source = r#"["sh","-c","pip install \"a b\" c"] ["pip","$X"]"#;
    let span = |text: &str| {
        let start = source.find(text).unwrap();
        Span::new(start, start + text.len())
    };
    let raw = r#"pip install \"a b\" c"#;
    let script = Script::from_exec(
        source,
        &[("sh", span("sh")), ("-c", span("-c")), ("pip install \"a b\" c", span(raw))],
    );
    assert_eq!(shown(&script)[1], "ShellText: pip install a b c");
    let words = &script.commands[1].words;
    assert_eq!(words[3].span.text(source), "c");
    assert!(words[3].verbatim && !words[2].verbatim);
    assert_eq!(words[2].span.text(source), r#"\"a b\""#);
    let script = Script::from_exec(source, &[("pip", span("pip")), ("$X", span("$X"))]);
    assert!(script.commands[0].words[1].is_literal());
}

#[test]
fn what_is_no_shell_is_read_as_far_as_it_goes() {
    for text in ["pip install x && (", "if a; then pip install x", "pip install x ) ; y", "\"pip install"] {
        let script = Script::parse(text);
        assert!(script.has_errors, "{text}");
        assert!(!script.commands.is_empty(), "{text}");
    }
    let deep = format!("{}a{}", "$(".repeat(200), ")".repeat(200));
    assert!(Script::parse(&deep).incomplete);
}

#[test]
fn a_script_that_is_cut_into_pieces_keeps_its_commands_and_places() {
    let text = format!("pip install a\n{}\nsh -c 'pip install b'\n", "(".repeat(10_000));
    let script = Script::parse(&text);
    let pips: Vec<_> = script.commands.iter().filter(|command| command.is("pip")).collect();
    assert_eq!(pips.len(), 2, "{:?}", shown(&script));
    assert_eq!(pips[1].words[2].span.text(&text), "b");
    assert!(script.has_errors);
}

#[test]
fn values_that_double_end_early() {
    let text = format!("V=; {} p $V", "V=$V$V;".repeat(60));
    let script = Script::parse(&text);
    let _ = script.expanded(&script.commands[0], &|_| None);
}

const APT: OptionStyle =
    OptionStyle { values: &["-o", "-t", "--option"], single_dash: false, stop_at_operand: false };

#[test]
fn arguments_are_told_into_options_and_operands() {
    let command = only("apt-get -y -o Dpkg::Options::=x install -qqt stable --option=y a 'b=1' -- -c");
    let arguments = Arguments::of(command.arguments(), &APT);
    assert_eq!(arguments.subcommand(), Some("install"));
    let operands: Vec<_> = arguments.after_subcommand().iter().map(|word| word.text.as_str()).collect();
    assert_eq!(operands, ["a", "b=1", "-c"]);
    let options: Vec<_> = arguments
        .options
        .iter()
        .map(|option| (option.name.as_str(), option.value.as_ref().map_or("", Value::text)))
        .collect();
    assert_eq!(
        options,
        [
            ("-y", ""),
            ("-o", "Dpkg::Options::=x"),
            ("-q", ""),
            ("-q", ""),
            ("-t", "stable"),
            ("--option", "y")
        ]
    );
    assert!(arguments.has(&["-y", "--yes"]) && !arguments.has(&["--no"]));
    assert_eq!(arguments.value(&["-t"]).unwrap().text(), "stable");
}

#[test]
fn values_of_options_have_places_of_their_own() {
    let text = "pip install --requirement='a.txt' -rb.txt -r c.txt";
    let command = only(text);
    let style = OptionStyle { values: &["-r", "--requirement"], ..OptionStyle::default() };
    let arguments = Arguments::of(command.arguments(), &style);
    let spans: Vec<_> = arguments
        .all(&["-r", "--requirement"])
        .map(|option| option.value.as_ref().unwrap().exact().unwrap().text(text))
        .collect();
    assert_eq!(spans, ["a.txt", "b.txt", "c.txt"]);
}

#[test]
fn options_before_a_subcommand_can_be_read_apart() {
    let command = only("git -C x clone -C y url");
    let style = OptionStyle { values: &["-C"], stop_at_operand: true, ..OptionStyle::default() };
    let before = Arguments::of(command.arguments(), &style);
    assert_eq!(before.subcommand(), Some("clone"));
    assert_eq!(before.options.len(), 1);
    assert_eq!(command.arguments()[before.rest].text, "-C");
}
