//! shadow-date: useradd and its like write today's day into /etc/shadow.

use std::collections::BTreeSet;

use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::epoch::{ShadowDays, declared, is_set};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;

pub(crate) struct ShadowDate;

impl Rule for ShadowDate {
    profile! {
        id: "shadow-date",
        summary: "useradd and its like write today's day into /etc/shadow",
        severity: Warning,
        confidence: Medium,
        set: Bytes,
        remedy: Rewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        // One finding a RUN and remedy: its first such command is enough to say it.
        let mut last = BTreeSet::new();
        let days = ShadowDays::of(subject);
        for call in subject.build_calls_of(PROGRAMS) {
            let reads = days.read_it(&call);
            if !sets_the_day(&call)
                || reads && is_set(subject, &call)
                || !last.insert((call.script.span, reads))
            {
                continue;
            }
            let program = call.program().unwrap_or_default();
            let help = match reads {
                true => {
                    "declare ARG SOURCE_DATE_EPOCH in the stage, and build with that variable set: the day is then taken from it"
                }
                false => {
                    "it reads no SOURCE_DATE_EPOCH: make the user with useradd where that does, or write a fixed day into the field afterwards: sed -i 's/^\\(NAME:[^:]*\\):[0-9]*/\\1:19000/' /etc/shadow"
                }
            };
            let fix = call.script.step.filter(|_| reads).and_then(|(stage, _)| declared(subject, stage));
            findings.push(
                Draft::at(call.span(), format!("{program} writes today's day into /etc/shadow"))
                    .help(help)
                    .fix(fix),
            );
        }
    }
}

/// What writes the third field of /etc/shadow.
const PROGRAMS: &[&str] = &["useradd", "adduser", "usermod", "chpasswd", "passwd", "newusers"];

/// usermod and passwd write the day only with a new password: not with another uid, group or shell, nor for a lock.
fn sets_the_day(call: &Call<'_>) -> bool {
    let arguments = || call.arguments().iter().map(|word| word.text.as_str());
    match call.program() {
        Some("usermod") => arguments().any(|word| word == "-p" || word.starts_with("--password")),
        Some("passwd") => !arguments().any(|word| {
            matches!(word, "-d" | "-l" | "-u" | "-S" | "--delete" | "--lock" | "--unlock" | "--status")
        }),
        // adduser USER GROUP makes no user.
        Some("adduser") => {
            let names = arguments().filter(|word| !word.starts_with('-')).count();
            names != 2 || arguments().count() != 2
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn users_made_without_the_epoch_are_flagged_once_a_run() {
        let text =
            "FROM a\nRUN groupadd g && useradd u && usermod -aG g u\nARG SOURCE_DATE_EPOCH\nRUN useradd v\n";
        assert_eq!(dockerfile("shadow-date", text).flagged(), ["useradd u"]);
        assert!(
            dockerfile("shadow-date", "FROM a\nRUN SOURCE_DATE_EPOCH=0 useradd u\n").flagged().is_empty()
        );
        assert!(
            dockerfile("shadow-date", "FROM a\nRUN export SOURCE_DATE_EPOCH=0; useradd u\n")
                .flagged()
                .is_empty()
        );
    }

    #[test]
    fn what_sets_no_password_writes_no_day() {
        let text = "FROM a\nRUN usermod -u 1234 u && usermod -aG g u && passwd -l u && adduser u g\nRUN usermod -p x u\n";
        assert_eq!(dockerfile("shadow-date", text).flagged(), ["usermod -p x u"]);
    }

    #[test]
    fn an_arg_ends_with_its_stage_and_an_env_goes_on() {
        let arg = "FROM a AS x\nARG SOURCE_DATE_EPOCH\nFROM x\nRUN useradd u\n";
        assert_eq!(dockerfile("shadow-date", arg).flagged(), ["useradd u"]);
        let env = "FROM a AS x\nENV SOURCE_DATE_EPOCH=0\nFROM x\nRUN useradd u\n";
        assert!(dockerfile("shadow-date", env).flagged().is_empty());
    }

    #[test]
    fn what_reads_no_epoch_is_not_silenced_by_it_and_gets_no_declaration() {
        for (base, command) in [
            ("alpine:3.20", "adduser -D u"),
            ("alpine:3.20", "echo u:x | chpasswd"),
            ("python:3.12-alpine", "adduser -D -s /bin/sh u"),
            ("acme/tools", "busybox adduser -D u"),
            ("acme/tools", "apk add --no-cache x && adduser -D u"),
            ("debian:12", "echo u:x | chpasswd"),
            ("debian:12", "passwd u"),
            ("debian:12", "newusers list"),
            ("debian:10", "useradd u"),
            ("nvidia/cuda:11.2-ubuntu18.04", "useradd u"),
        ] {
            for declaration in ["", "ARG SOURCE_DATE_EPOCH\n"] {
                let text = format!("FROM {base}\n{declaration}RUN {command}\n");
                let case = dockerfile("shadow-date", &text);
                assert_eq!((case.flagged().len(), case.fixed_unsafely()), (1, text.clone()), "{text}");
            }
        }
        for (base, command) in [
            ("alpine:3.20", "useradd u"),
            ("debian:12", "adduser --disabled-password u"),
            ("debian:12", "echo u:x | chpasswd -e"),
            ("ubuntu:22.04", "useradd u"),
        ] {
            let text = format!("FROM {base}\nRUN {command}\n");
            let fixed = dockerfile("shadow-date", &text).fixed();
            assert_eq!(fixed, text.replacen("\nRUN", "\nARG SOURCE_DATE_EPOCH\nRUN", 1), "{text}");
            assert!(dockerfile("shadow-date", &fixed).flagged().is_empty(), "{text}");
        }
    }
}
