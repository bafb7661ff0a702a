//! apk-virtual-timestamp: a virtual package whose version is the time of the build.

use crate::finding::{Edit, Fix};
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::os_packages::options::APK;
use crate::lint::subject::Subject;
use crate::shell::Arguments;

pub(crate) struct ApkVirtualTimestamp;

impl Rule for ApkVirtualTimestamp {
    profile! {
        id: "apk-virtual-timestamp",
        summary: "a virtual package whose version is the time of the build",
        severity: Warning,
        confidence: High,
        set: Bytes,
        remedy: Rewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for call in subject.build_calls_of(&["apk"]) {
            let arguments = Arguments::of(call.arguments(), &APK);
            let given = arguments.value(&["-t", "--virtual"]);
            let Some(value) = given.filter(|value| !value.text().contains('=')) else { continue };
            let name = value.text();
            let edit = call.exact(value.word, value.range.clone()).map(|span| Edit::insert(span.end, "=0"));
            findings.push(
                Draft::at(
                    call.script.place(value.span()),
                    format!("apk gives {name} the time of the build as its version"),
                )
                .help(format!("give it one: {name}=0"))
                .fix(edit.filter(|_| value.is_literal()).map(|edit| Fix::safe([edit]))),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn a_name_without_a_version_is_flagged_in_every_spelling() {
        let text = "FROM a\nRUN apk add -t .a gcc=1-r0 && apk add --virtual=.b make=1-r0 && apk add --virtual .c=0 x=1-r0\n";
        let case = dockerfile("apk-virtual-timestamp", text);
        assert_eq!(case.flagged(), [".a", ".b"]);
        assert_eq!(case.fixed(), text.replace("-t .a", "-t .a=0").replace("=.b", "=.b=0"));
    }
}
