//! missing-source-date-epoch: a stage runs what reads SOURCE_DATE_EPOCH, and declares none.

use crate::finding::Confidence;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::epoch::{declared, is_set};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;

pub(crate) struct MissingSourceDateEpoch;

impl Rule for MissingSourceDateEpoch {
    profile! {
        id: "missing-source-date-epoch",
        summary: "a stage runs what reads SOURCE_DATE_EPOCH, and declares none",
        severity: Warning,
        confidence: High,
        set: Bytes,
        remedy: Lock,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let mut reported = Vec::new();
        for call in subject.build_calls().filter(reads_it) {
            let Some((stage, _)) = call.script.step else { continue };
            if reported.contains(&stage) || is_set(subject, &call) {
                continue;
            }
            reported.push(stage);
            let program = call.program().unwrap_or_default();
            // What they run is told by files that nobody reads here.
            let (message, confidence) = match matches!(program, "make" | "ninja" | "cmake") {
                true => (
                    format!(
                        "what {program} runs may write the time of the build: most of it would take SOURCE_DATE_EPOCH, but this stage has none"
                    ),
                    Confidence::Low,
                ),
                false => (
                    format!(
                        "{program} would write SOURCE_DATE_EPOCH and not the time of the build, but this stage has none"
                    ),
                    Confidence::High,
                ),
            };
            findings.push(
                Draft::at(call.span(), message)
                    .confidence(confidence)
                    .help("declare it behind FROM: ARG SOURCE_DATE_EPOCH, build with it set, and let the exporter rewrite file times: --output type=image,rewrite-timestamp=true")
                    .fix(declared(subject, stage)),
            );
        }
    }
}

/// Whether the command writes times that it takes from the variable. Users and what pip compiles have rules of their own,
/// shadow-date and pyc-timestamp, which ask for the same declaration.
fn reads_it(call: &Call<'_>) -> bool {
    if only_asks(call) {
        return false;
    }
    let runs = |verbs: &[&str]| call.arguments().iter().any(|word| verbs.contains(&word.text.as_str()));
    match call.program().unwrap_or_default() {
        "python" => runs(&["compileall", "py_compile", "bdist_wheel", "build", "sdist", "install"]),
        "compileall" | "gcc" | "g++" | "cc" | "c++" | "clang" | "clang++" | "nvcc" | "sphinx-build"
        | "dpkg-buildpackage" | "dpkg-deb" | "rpmbuild" | "mksquashfs" | "xorriso" | "pdflatex"
        | "doxygen" | "asciidoctor" => true,
        "make" | "ninja" => !runs(&["clean"]),
        "cmake" => runs(&["--build"]),
        _ => false,
    }
}

/// Whether the program is only asked about itself, and makes nothing: `gcc --version`.
fn only_asks(call: &Call<'_>) -> bool {
    let asks = |text: &str| {
        matches!(
            text,
            "--version"
                | "--help"
                | "-version"
                | "-dumpversion"
                | "-dumpfullversion"
                | "-dumpmachine"
                | "--target-help"
        ) || text.starts_with("-print-")
            || text.starts_with("--print-")
            || text.starts_with("--help=")
            || text.starts_with("--help-")
    };
    let words = call.arguments();
    let alone = words.iter().all(|word| matches!(word.text.as_str(), "-v" | "-V" | "-h" | "-###"));
    words.iter().any(|word| asks(&word.text)) || alone && !words.is_empty()
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn it_is_said_once_a_stage() {
        let text = "FROM a AS x\nRUN make\nRUN make\nFROM b\nARG SOURCE_DATE_EPOCH\nRUN make\nFROM x\nRUN cmake --build . && cmake -S .\n";
        assert_eq!(dockerfile("missing-source-date-epoch", text).flagged(), ["make", "cmake --build ."]);
    }

    #[test]
    fn a_compiler_that_is_asked_for_its_version_makes_nothing() {
        for command in [
            "gcc --version",
            "make -v",
            "cmake --version",
            "gcc -dumpmachine",
            "g++ -v",
            "cargo --version",
            "gcc -print-search-dirs",
        ] {
            let text = format!("FROM a\nRUN {command}\n");
            assert_eq!(dockerfile("missing-source-date-epoch", &text).flagged(), [""; 0], "{command}");
        }
        assert_eq!(dockerfile("missing-source-date-epoch", "FROM a\nRUN gcc -v x.c\n").flagged().len(), 1);
    }

    #[test]
    fn what_other_rules_tell_is_left_to_them() {
        let text = "FROM a\nRUN useradd u\nRUN pip install b\n";
        assert_eq!(dockerfile("missing-source-date-epoch", text).flagged(), [""; 0]);
    }

    #[test]
    fn a_declaration_of_the_whole_file_reaches_no_run() {
        let text = "ARG SOURCE_DATE_EPOCH=0\nFROM a\nRUN make b\n";
        assert_eq!(dockerfile("missing-source-date-epoch", text).flagged(), ["make b"]);
    }
}
