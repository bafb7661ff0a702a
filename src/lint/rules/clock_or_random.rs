//! clock-or-random: a RUN writes the time, a random value or the host's name.

use crate::finding::{Confidence, Severity};
use crate::finding::{Edit, Fix};
use crate::lint::{About, Call, Findings, Found, Purpose, Remedy, Rule, Set, Subject};
use crate::shell::{Arguments, Style};

static ABOUT: About = About {
    id: "clock-or-random",
    summary: "a RUN writes the time, a random value or the host's name",
    severity: Severity::Error,
    confidence: Confidence::Medium,
    set: Set::Default,
    remedy: Remedy::UnsafeRewrite,
    doc: include_str!("../../../docs/rules/clock-or-random.md"),
};

/// See [`ABOUT`].
pub(super) struct ClockOrRandom;

impl Rule for ClockOrRandom {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for call in subject.calls().filter(|call| call.script.purpose == Purpose::Build) {
            findings.extend(command(&call));
            for word in call.arguments() {
                let random = word.variables().iter().any(|parameter| {
                    matches!(parameter.name.as_str(), "RANDOM" | "SRANDOM" | "EPOCHSECONDS" | "EPOCHREALTIME")
                });
                let file = ["/proc/sys/kernel/random/", "/dev/urandom", "/dev/random"]
                    .iter()
                    .find(|path| word.text.starts_with(**path));
                if random || file.is_some() {
                    findings.push(found(call.place(word), "is another value in every build"));
                }
            }
        }
    }
}

/// Options of date that take the next word.
const DATE: Style = Style {
    values: &["-d", "-f", "-r", "-s", "--date", "--file", "--reference", "--set"],
    single_dash: false,
    stop_at_operand: false,
};

/// A command whose output is another in every build, and goes somewhere.
fn command(call: &Call<'_>) -> Option<Found> {
    let script = &call.script.shell;
    let goes_somewhere = || {
        !call.command.redirects.is_empty()
            || !script.consumers(call.command).is_empty()
            || !script.downstream(call.command).is_empty()
            || script.assignments.iter().any(|assignment| {
                assignment.span.start <= call.command.span.start
                    && call.command.span.end <= assignment.span.end
            })
    };
    match call.program()? {
        "date" => {
            let arguments = Arguments::of(call.arguments(), &DATE);
            let is_given = arguments.has(&["-d", "-r", "-f", "--date", "--reference", "--file"]);
            (!is_given && goes_somewhere())
                .then(|| found(call.span(), "is the time of the build").fix(of_the_epoch(call)))
        }
        "hostname" if call.arguments().iter().all(|word| word.text.starts_with('-')) => {
            goes_somewhere().then(|| found(call.span(), "is the name of the build's container"))
        }
        "uuidgen" | "dbus-uuidgen" | "ssh-keygen" | "systemd-machine-id-setup" => {
            let only_asks = call
                .arguments()
                .iter()
                .any(|word| matches!(word.text.as_str(), "-R" | "-F" | "-l" | "-y" | "-B"));
            (!only_asks).then(|| found(call.span(), "draws another value in every build"))
        }
        "openssl" => call
            .arguments()
            .first()
            .is_some_and(|word| matches!(word.text.as_str(), "rand" | "genrsa" | "genpkey"))
            .then(|| found(call.span(), "draws another value in every build")),
        _ => None,
    }
}

fn found(span: crate::base::text::Span, what: &str) -> Found {
    Found::at(span, format!("what it writes {what}"))
        .help("take times from SOURCE_DATE_EPOCH (date -u -d @$SOURCE_DATE_EPOCH), and draw keys and ids when the container starts")
}

/// `date` asked for the epoch's time.
fn of_the_epoch(call: &Call<'_>) -> Option<Fix> {
    let word = call.command.words.first()?;
    let span = call.exact(word, 0..word.text.len())?;
    Some(Fix::not_safe([Edit::insert(span.end, " -u -d \"@${SOURCE_DATE_EPOCH:-0}\"")]))
        .filter(|_| !call.script.place(call.command.span).text(call.source).contains('"') && call.is_plain())
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn what_is_written_down_is_flagged_and_what_only_scrolls_by_is_not() {
        let text = "FROM a\nRUN date && date > /built && echo $(date +%F) > /x && date -u -d @0 > /y\nRUN uuidgen > /id; echo $RANDOM > /r; cat /proc/sys/kernel/random/uuid > /u\nRUN V=$(hostname) && hostname x\nCMD date > /x\n";
        assert_eq!(
            dockerfile("clock-or-random", text).flagged(),
            [
                "date > /built",
                "date +%F",
                "uuidgen > /id",
                "$RANDOM",
                "/proc/sys/kernel/random/uuid",
                "hostname"
            ]
        );
    }
}
