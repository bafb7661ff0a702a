//! Which requirements files a Dockerfile is seen to install from.

use super::*;
use crate::dockerfile::{BuildInputs, Dockerfile};

/// Paths of the files the last stage installs from.
fn paths_where(source: &str, exists: &dyn Fn(&str) -> bool) -> Vec<String> {
    let dockerfile = Dockerfile::parse(source);
    let stages = Stages::of(&dockerfile, &BuildInputs::default());
    let target = stages.stages.len() - 1;
    installed_requirements(&stages, target, exists).into_iter().map(|file| file.path).collect()
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
fn a_path_of_windows_is_the_one_that_copy_brings() {
    for lines in [
        r"COPY r.txt C:\r.txt|RUN pip install -r C:\r.txt",
        r"COPY r.txt C:/r.txt|RUN pip install -r C:\r.txt",
        r"COPY r.txt C:\|RUN pip install -r C:\r.txt",
        r"WORKDIR C:\app|COPY r.txt .|RUN pip install -r C:\app\r.txt",
        r"WORKDIR /app|SHELL ['powershell', '-Command']|COPY r.txt .|RUN pip install -r .\r.txt",
    ] {
        let lines = lines.replace('|', "\n").replace('\'', "\"");
        assert_eq!(paths(&format!("# escape=`\nFROM a\n{lines}\n")), ["r.txt"], "{lines}");
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
    let files = installed_requirements(&stages, 0, &|_| true);
    assert_eq!(files[0].span.text(source), "x.txt");
    assert_eq!(files[0].brought_by.lines, (2, 2));
    assert_eq!(files[0].installed_by.lines, (3, 6));
}

/// What of `RUN …` is installed from: `a.txt` and `b.txt` stand in /w, where it runs, and `c.txt` in /w/sub.
fn installed_by(run: &str) -> Vec<String> {
    let source = format!("FROM a\nENV FROM_ENV=a.txt\nWORKDIR /w\nCOPY . .\n{run}\n");
    paths_where(&source, &|path| ["a.txt", "b.txt", "sub/c.txt"].contains(&path))
}

#[test]
fn commands_are_read_as_the_shell_reads_them() {
    for (run, expected) in [
        ("RUN pip install -r a.txt", vec!["a.txt"]),
        // A subshell's folder is its own.
        ("RUN (cd sub && true) && pip install -r b.txt", vec!["b.txt"]),
        ("RUN (cd sub && pip install -r c.txt) && pip install -r b.txt", vec!["sub/c.txt", "b.txt"]),
        ("RUN cd sub && pip install -r c.txt && cd .. && pip install -r a.txt", vec!["sub/c.txt", "a.txt"]),
        ("RUN cd sub; cd - ; pip install -r a.txt", vec!["a.txt"]),
        ("RUN cd $UNKNOWN && pip install -r a.txt -r /w/b.txt", vec!["b.txt"]),
        ("RUN bash -c 'cd sub && pip install -r c.txt'", vec!["sub/c.txt"]),
        // Variables of the shell, and of the Dockerfile.
        ("RUN F=a.txt && pip install -r $F", vec!["a.txt"]),
        ("RUN F=sub; pip install -r \"$F/c.txt\"", vec!["sub/c.txt"]),
        ("RUN pip install -r $FROM_ENV", vec!["a.txt"]),
        ("RUN pip install -r ${NONE:-b.txt}", vec!["b.txt"]),
        ("ARG F=b.txt\nRUN pip install -r $F", vec!["b.txt"]),
        ("ENV PIP=\"pip install\"\nRUN $PIP -r a.txt", vec!["a.txt"]),
        ("RUN pip install -r '$FROM_ENV'", vec![]),
        ("RUN pip install -r $UNKNOWN", vec![]),
        // What is only said is not done.
        ("RUN echo \"pip install -r a.txt\"", vec![]),
        ("RUN echo pip install -r a.txt", vec![]),
        ("RUN cat <<E > x.sh\npip install -r a.txt\nE", vec![]),
        // Every form of RUN.
        ("RUN [\"pip\", \"install\", \"-r\", \"a.txt\"]", vec!["a.txt"]),
        ("RUN [\"sh\", \"-c\", \"cd sub && pip install -r c.txt\"]", vec!["sub/c.txt"]),
        ("RUN <<E\ncd sub\npip install -r c.txt\nE", vec!["sub/c.txt"]),
        ("RUN bash <<E\npip install -r a.txt\nE", vec!["a.txt"]),
        ("RUN <<E\n#!/usr/bin/env python3\npip install -r a.txt\nE", vec![]),
        ("RUN uv pip sync a.txt", vec!["a.txt"]),
        // Simple commands look alike in shells that are not POSIX's.
        ("SHELL [\"pwsh\", \"-Command\"]\nRUN pip install -r a.txt; x", vec!["a.txt"]),
    ] {
        assert_eq!(installed_by(run), expected, "{run}");
    }
}

#[test]
fn each_run_is_read_once_however_many_stages_build_on_it() {
    let source = "FROM a AS base\nCOPY . .\nRUN pip install -r a.txt\nFROM base AS x\nFROM base AS y\nRUN pip install -r b.txt\n";
    let dockerfile = Dockerfile::parse(source);
    let stages = Stages::of(&dockerfile, &BuildInputs::default());
    let mut installs = Installs::of(&stages);
    let files: Vec<usize> = (0..3).map(|target| installs.files(target, &|_| true).len()).collect();
    assert_eq!(files, [1, 1, 2]);
    assert_eq!(installs.read.values().filter(|named| !named.is_empty()).count(), 2);
}

#[test]
fn files_of_one_command_are_told_from_those_of_the_next() {
    let source = "FROM a\nCOPY . .\nRUN pip install -r a.txt -c b.txt && pip install -r c.txt\n";
    let dockerfile = Dockerfile::parse(source);
    let stages = Stages::of(&dockerfile, &BuildInputs::default());
    let files = installed_requirements(&stages, 0, &|_| true);
    assert_eq!(files[0].command, files[1].command);
    assert_ne!(files[1].command, files[2].command);
    assert_eq!(files[2].command.text(source), "pip");
}

#[test]
fn a_file_that_comes_through_an_earlier_stage_is_the_contexts() {
    let source = "FROM a AS b\nWORKDIR /src\nCOPY req/a.txt .\nFROM a\nCOPY --from=b /src/a.txt /tmp/a.txt\nRUN pip install -r /tmp/a.txt\n";
    assert_eq!(paths(source), ["req/a.txt"]);
    let made =
        "FROM a AS b\nRUN x > /a.txt\nFROM a\nCOPY --from=b /a.txt /a.txt\nRUN pip install -r /a.txt\n";
    assert_eq!(paths(made), [""; 0]);
}

#[test]
fn a_list_that_is_filtered_on_the_way_is_the_one_it_is_made_of() {
    for run in [
        "grep -v torch /a.txt > /b.txt && pip install -r /b.txt",
        "sed '/torch/d' /a.txt > /b.txt; pip install -r /b.txt",
        "cat /a.txt | grep -v x > /b.txt && pip install -r /b.txt",
        "pip install -r <(grep -v torch /a.txt)",
        "cat /a.txt | xargs -n1 pip install",
        "cp /a.txt /b.txt && pip install -r /b.txt",
    ] {
        let source = format!("FROM a\nSHELL [\"/bin/bash\", \"-c\"]\nCOPY a.txt /\nRUN {run}\n");
        assert_eq!(paths_where(&source, &|path| path == "a.txt"), ["a.txt"], "{run}");
    }
}

#[test]
fn constraints_of_variables_are_files_too() {
    for set in ["ENV PIP_CONSTRAINT=/c.txt", "ARG PIP_CONSTRAINT=/c.txt"] {
        let source = format!("FROM a\nCOPY c.txt /\n{set}\nRUN pip install numpy\n");
        assert_eq!(paths(&source), ["c.txt"], "{set}");
    }
    assert_eq!(paths("FROM a\nCOPY c.txt /\nRUN UV_CONSTRAINT=/c.txt uv pip install numpy\n"), ["c.txt"]);
}
