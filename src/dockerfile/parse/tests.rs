//! Heredocs, where they may stand and where they end.

use super::Heredoc;
use crate::base::source::SourceError;
use crate::dockerfile::*;

fn parse(source: &str) -> Dockerfile {
    let dockerfile = Dockerfile::parse(source);
    let joined: String = dockerfile.items.iter().map(|item| item.span.text(source)).collect();
    assert_eq!(joined, source);
    dockerfile
}

fn heredocs(source: &str) -> Vec<Heredoc> {
    let dockerfile = parse(source);
    assert_eq!(dockerfile.problems, []);
    dockerfile.instructions().flat_map(|instruction| instruction.effective().heredocs.clone()).collect()
}

fn keywords(dockerfile: &Dockerfile) -> Vec<Keyword> {
    dockerfile.instructions().map(|instruction| instruction.keyword).collect()
}

#[test]
fn two_heredocs_of_one_copy_follow_each_other() {
    let source = "COPY <<one <<two /to/\ntwo\none\nsecond\ntwo\n";
    let parsed = heredocs(source);
    let bodies: Vec<_> = parsed.iter().map(|heredoc| heredoc.body.text(source)).collect();
    assert_eq!(bodies, ["two\n", "second\n"]);
    assert_eq!(parsed[1].word.text(source), "<<two");
    assert_eq!(parsed[1].terminator.text(source), "two\n");
}

#[test]
fn a_descriptor_and_quotes_in_part_of_the_name_are_understood() {
    let parsed = heredocs("RUN 3<<X cat <&3\nx\nX\nRUN <<en'd'\n$y\nend\n");
    assert_eq!((parsed[0].descriptor, parsed[0].expand), (3, true));
    assert_eq!((parsed[1].name.as_str(), parsed[1].expand), ("end", false));
}

#[test]
fn a_dash_strips_tabs_from_body_and_end_and_the_map_leads_back() {
    let source = "RUN <<-END\n\t\tpip install x\n  y\n\tEND\nUSER z\n";
    let parsed = heredocs(source);
    let content = &parsed[0].content;
    assert_eq!(content.text(), "pip install x\n  y\n");
    let at = content.text().find("install").unwrap();
    assert_eq!(content.source_span(at..at + 7).text(source), "install");
    assert_eq!(heredocs("RUN <<END\n\tEND\nEND\n")[0].body.len(), 5);
}

#[test]
fn a_body_may_look_like_instructions_and_the_next_instruction_follows_at_once() {
    let source = "RUN <<END\nFROM x\n# not a comment \\\nRUN y\nEND\nCOPY a b\n";
    let dockerfile = parse(source);
    assert_eq!(keywords(&dockerfile), [Keyword::Run, Keyword::Copy]);
    let lines: Vec<_> = dockerfile.instructions().map(|instruction| instruction.lines).collect();
    assert_eq!(lines, [(1, 5), (6, 6)]);
}

#[test]
fn only_run_copy_and_add_take_heredocs_and_none_from_json_or_quotes() {
    let dockerfile = parse("USER <<A\nA\nRUN [\"<<A\"]\nRUN \"<<A\"\nENV a=<<A\n");
    assert_eq!(dockerfile.instructions().count(), 5);
    assert!(dockerfile.instructions().all(|instruction| instruction.heredocs.is_empty()));
}

#[test]
fn a_heredoc_may_stand_inside_onbuild_and_after_continuation_lines_with_crlf() {
    let source = "ONBUILD RUN \\\r\n  <<END sh\r\nx\r\nEND\r\nUSER a\r\n";
    let dockerfile = parse(source);
    assert_eq!(keywords(&dockerfile), [Keyword::Onbuild, Keyword::User]);
    let run = dockerfile.instructions().next().unwrap().effective();
    assert_eq!((run.keyword, run.lines), (Keyword::Run, (1, 4)));
    assert_eq!(run.heredocs[0].body.text(source), "x\r\n");
}

#[test]
fn a_heredoc_without_end_is_fatal_and_the_lines_after_it_are_instructions() {
    let source = "RUN <<END\necho\nRUN <<OTHER\nOTHER\nUSER a\n";
    let dockerfile = parse(source);
    assert_eq!(keywords(&dockerfile), [Keyword::Run, Keyword::Unknown, Keyword::Run, Keyword::User]);
    let fatal: Vec<_> = dockerfile.fatal_problems().map(|problem| problem.span.text(source)).collect();
    assert_eq!(fatal, ["<<END"]);
}

#[test]
fn an_end_before_its_heredoc_does_not_count() {
    let dockerfile = parse("END\nRUN <<END\nUSER a\n");
    assert_eq!(dockerfile.fatal_problems().count(), 1);
    assert_eq!(dockerfile.instructions().count(), 3);
}

#[test]
fn malformed_instructions_are_problems_and_their_text_is_kept() {
    let source = "ENV LONELY\nCMD [1]\nLABEL a=b c\nENV X=1\n";
    let dockerfile = parse(source);
    let fatal: Vec<_> = dockerfile.fatal_problems().map(|problem| problem.span.text(source)).collect();
    assert_eq!(fatal, ["LONELY", "[1]", "c"]);
    let instructions: Vec<_> = dockerfile.instructions().collect();
    assert_eq!(instructions[1].arguments.text().unwrap().text(), "[1]");
    assert_eq!(instructions[2].arguments.pairs()[0].value.text, "b");
    assert_eq!(instructions[3].arguments.pairs()[0].key.span.text(source), "X");
}

#[test]
fn flags_have_names_values_and_spans_and_end_at_two_dashes() {
    let source = "run --mount=type=bind,target=/x --network='none' --  echo --no\n";
    let dockerfile = parse(source);
    let run = dockerfile.instructions().next().unwrap();
    let mount = run.flag("mount").unwrap().value.as_ref().unwrap();
    assert_eq!(mount.span.text(source), "type=bind,target=/x");
    let network = run.flag("network").unwrap().value.as_ref().unwrap();
    assert_eq!((network.text.as_str(), network.is_verbatim(source)), ("none", false));
    assert_eq!(run.arguments.text().unwrap().text(), "echo --no");
    assert_eq!(run.flag("mount").unwrap().options()["target"], "/x");
}

#[test]
fn words_of_joined_lines_have_spans_in_the_source() {
    let source = "COPY --from=a \\\n  # why\n  one \\\n  tw\\\no ./\n";
    let dockerfile = parse(source);
    let copy = dockerfile.instructions().next().unwrap();
    let words: Vec<_> = copy.arguments.words().iter().map(|word| word.text.as_str()).collect();
    assert_eq!(words, ["one", "two", "./"]);
    assert_eq!(copy.arguments.words()[0].span.text(source), "one");
    assert_eq!(copy.arguments.words()[1].span.text(source), "tw\\\no");
    assert_eq!(copy.comments[0].text(source), "  # why\n");
}

#[test]
fn json_words_are_decoded_and_point_between_their_quotes() {
    let source = "CMD [\"a\\u0062\", \\\n  \"c d\", \"\"]\n";
    let dockerfile = parse(source);
    let words = dockerfile.instructions().next().unwrap().arguments.words().to_vec();
    assert_eq!(words[0].text, "ab");
    assert_eq!(words[0].span.text(source), "a\\u0062");
    assert_eq!(words[1].span.text(source), "c d");
    assert!(words[2].span.is_empty());
}

#[test]
fn a_byte_order_mark_directives_comments_and_blanks_are_items_of_their_own() {
    let dockerfile = parse("\u{feff}# syntax=a\n#escape = `\n\n# note\n  FROM b `\n  AS c\n");
    assert_eq!(dockerfile.escape, '`');
    let names: Vec<_> = dockerfile.directives().map(|directive| directive.name).collect();
    assert_eq!(names, [DirectiveName::Syntax, DirectiveName::Escape]);
    assert_eq!(dockerfile.syntax.as_ref().unwrap().reference, "a");
    assert_eq!(dockerfile.items.len(), 6);
    assert_eq!(dockerfile.instructions().next().unwrap().lines, (5, 6));
}

#[test]
fn onbuild_within_onbuild_ends_somewhere() {
    let dockerfile = parse(&"ONBUILD ".repeat(5_000));
    assert_eq!(dockerfile.instructions().count(), 1);
}

#[test]
fn files_without_instructions_are_fatal() {
    for source in ["", "# only\n", "\n\n"] {
        assert_eq!(parse(source).fatal_problems().count(), 1, "{source:?}");
    }
}

#[test]
fn reading_refuses_what_is_not_a_text_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Dockerfile");
    assert!(matches!(Dockerfile::read(&path), Err(SourceError::Io { .. })));
    assert!(matches!(Dockerfile::read(folder.path()), Err(SourceError::NotAFile { .. })));
    std::fs::write(&path, b"FROM a\xff\n").unwrap();
    assert!(matches!(Dockerfile::read(&path), Err(SourceError::NotUtf8 { offset: 6, .. })));
    std::fs::write(&path, "FROM a\n").unwrap();
    assert_eq!(Dockerfile::read(&path).unwrap().source, "FROM a\n");
}
