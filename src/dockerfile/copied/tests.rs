//! Which requirements files a Dockerfile is seen to install from.

use super::super::{BuildInputs, Dockerfile};
use super::*;

/// Paths of the files the last stage installs from.
fn paths_where(source: &str, exists: &dyn Fn(&str) -> bool) -> Vec<String> {
    let dockerfile = Dockerfile::parse(source);
    let stages = Stages::of(&dockerfile, &BuildInputs::default());
    let target = stages.stages.len() - 1;
    installed_requirements(&stages, target, exists).into_iter().map(|found| found.path).collect()
}

fn paths(source: &str) -> Vec<String> {
    paths_where(source, &|_| true)
}

#[test]
fn a_copied_file_is_found_however_it_is_copied() {
    for (copy, expected) in [
        ("COPY requirements.txt requirements.txt", "requirements.txt"),
        ("COPY requirements.txt ./", "requirements.txt"),
        ("COPY requirements.txt .", "requirements.txt"),
        ("COPY requirements.txt /app/requirements.txt", "requirements.txt"),
        ("COPY requirements.txt /app", "requirements.txt"),
        ("COPY docker/gpu.txt ./requirements.txt", "docker/gpu.txt"),
        ("COPY . .", "requirements.txt"),
        ("COPY ./src/ /app", "src/requirements.txt"),
        ("COPY requirements*.txt setup.py ./", "requirements.txt"),
        ("COPY reqs/*.txt ./", "reqs/requirements.txt"),
        ("COPY [\"requirements.txt\", \"./\"]", "requirements.txt"),
        ("ADD requirements.txt $HERE/", "requirements.txt"),
    ] {
        let source =
            format!("FROM a\nENV HERE=/app\nWORKDIR /app\n{copy}\nRUN pip install -r requirements.txt\n");
        assert_eq!(paths(&source), [expected], "{copy}");
    }
}

#[test]
fn a_bind_mount_brings_a_file_too() {
    let source = "FROM a\nWORKDIR /w\nRUN --mount=type=bind,source=req/a.txt,target=a.txt \\\n  pip install -r a.txt\n";
    assert_eq!(paths(source), ["req/a.txt"]);
    let whole = "FROM a\nRUN --mount=type=bind,target=/src pip install -r /src/req/a.txt\n";
    assert_eq!(paths(whole), ["req/a.txt"]);
    let other = "FROM x AS b\nFROM a\nRUN --mount=type=bind,from=b,target=/src pip install -r /src/a.txt\n";
    assert!(paths(other).is_empty());
}

#[test]
fn where_a_source_may_be_file_or_folder_the_context_decides() {
    let source = "FROM a\nCOPY app /app\nRUN pip install -r /app/app\n";
    assert_eq!(paths_where(source, &|path| path == "app/app"), ["app/app"]);
    assert_eq!(paths_where(source, &|path| path == "app"), ["app"]);
}

#[test]
fn files_from_other_stages_and_heredocs_are_not_in_the_context() {
    assert!(
        paths("FROM a AS b\nFROM a\nCOPY --from=b /x.txt /x.txt\nRUN pip install -r /x.txt\n").is_empty()
    );
    assert!(paths("FROM a\nCOPY <<x.txt /\nnumpy\nx.txt\nRUN pip install -r /x.txt\n").is_empty());
    assert!(paths("FROM a\nRUN pip install -r x.txt\n").is_empty());
    let hidden =
        "FROM a\nCOPY x.txt /x.txt\nADD https://example.org/x.txt /x.txt\nRUN pip install -r /x.txt\n";
    assert!(paths(hidden).is_empty());
}

#[test]
fn stages_below_count_and_variables_and_cd_are_followed() {
    let source = "FROM a AS b\nARG DIR=reqs\nWORKDIR /w\nCOPY $DIR ./$DIR\nFROM b\nRUN cd reqs && pip install -r x.txt\n";
    assert_eq!(paths(source), ["reqs/x.txt"]);
    let heredoc = "FROM a\nCOPY . /w\nRUN <<END\ncd /w\npip install -r x.txt\nEND\n";
    assert_eq!(paths(heredoc), ["x.txt"]);
}

#[test]
fn the_span_leads_to_the_line_that_names_the_file() {
    let source = "FROM a\nCOPY . .\nRUN set -e && \\\n    # why\n    pip install \\\n      -r x.txt\n";
    let dockerfile = Dockerfile::parse(source);
    let stages = Stages::of(&dockerfile, &BuildInputs::default());
    let found = installed_requirements(&stages, 0, &|_| true);
    assert_eq!(found[0].span.text(source), "x.txt");
    assert_eq!(found[0].brought_by.lines, (2, 2));
    assert_eq!(found[0].installed_by.lines, (3, 6));
}
