//! go-unpinned: go installs a module without one version.

use crate::finding::Confidence;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::downloads::is_commit;
use crate::lint::knowledge::named_package::{NamedPackage, is_exact_version, is_path, one_finding};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::shell::{Arguments, OptionStyle};

pub(crate) struct GoUnpinned;

const STYLE: OptionStyle = OptionStyle {
    values: &[
        "-ldflags",
        "-tags",
        "-mod",
        "-modfile",
        "-o",
        "-p",
        "-gcflags",
        "-asmflags",
        "-C",
        "-exec",
        "-buildmode",
        "-overlay",
        "-pkgdir",
    ],
    single_dash: true,
    stop_at_operand: false,
};

impl Rule for GoUnpinned {
    profile! {
        id: "go-unpinned",
        summary: "go installs a module without one version",
        severity: Warning,
        confidence: High,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        findings.extend(subject.build_calls_of(&["go"]).filter_map(|call| draft(&call)));
    }
}

fn draft(call: &Call<'_>) -> Option<Draft> {
    let words = call.expanded();
    let arguments = Arguments::of(&words, &STYLE);
    let verb = arguments.subcommand()?;
    if verb == "mod" {
        return tidied(call, &arguments);
    }
    let modules = match verb {
        "install" | "get" => arguments.after_subcommand(),
        // What follows the package are its own arguments.
        "run" => arguments.after_subcommand().get(..1).unwrap_or_default(),
        _ => return None,
    };
    let updates = verb == "get" && arguments.has(&["-u"]);
    let open: Vec<NamedPackage> = modules
        .iter()
        .filter(|word| is_open(verb, &word.text, updates))
        .map(|word| NamedPackage::of(call, word))
        .collect();
    let name = open.first().map(|wanted| wanted.text.split('@').next().unwrap_or_default().to_owned());
    let message = |names: &str| format!("go {verb} takes {names} as it is on the day of the build");
    one_finding(&open, message, format!("name the version: {}@vVERSION", name.unwrap_or_default()))
}

/// `go mod tidy` takes the newest version of what go.mod does not name. <https://go.dev/ref/mod#go-mod-tidy>
fn tidied(call: &Call<'_>, arguments: &Arguments<'_>) -> Option<Draft> {
    let is_tidy = arguments.after_subcommand().first().is_some_and(|word| word.text == "tidy");
    (is_tidy && !arguments.has(&["-diff"])).then(|| {
        Draft::at(call.span(), "go mod tidy takes the newest version of each module that go.mod does not name")
            .help("do that where you work, commit go.mod and go.sum, and hold the build to them: go build -mod=readonly")
            .confidence(Confidence::Low)
    })
}

/// Whether the version of a module is left open. Without `@`, install and run take it from go.mod.
fn is_open(verb: &str, text: &str, updates: bool) -> bool {
    match text.split_once('@') {
        Some((_, version)) => {
            !(is_exact_version(version) && version.starts_with('v')
                || is_commit(version)
                || version == "none")
        }
        None => {
            verb == "get"
                && (updates || text.split('/').next().is_some_and(|host| host.contains('.')))
                && !is_path(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn a_version_is_one_only_with_all_its_numbers() {
        let text = "FROM golang\nARG V=v1.2.3\nRUN go install example.org/a@latest example.org/b@v1.2.3\nRUN go install example.org/c@v1\nRUN go get -u example.org/d\nRUN go run example.org/e@main x\nRUN go install example.org/f@$V && go install ./cmd/x && go install example.org/own/cmd\nRUN go install -ldflags '-s -w' example.org/g@v0.0.0-20240101000000-abcdefabcdef\nRUN go build ./... && go get -d ./...\nRUN go install example.org/h@$UNKNOWN\n";
        assert_eq!(
            dockerfile("go-unpinned", text).flagged(),
            [
                "example.org/a@latest",
                "example.org/c@v1",
                "example.org/d",
                "example.org/e@main",
                "example.org/h@$UNKNOWN"
            ]
        );
    }
}
