//! clock-or-random: a RUN writes the time, a random value or the host's name.

use crate::base::text::Span;
use crate::finding::{Edit, Fix};
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::shell::{Arguments, OptionStyle};

pub(crate) struct ClockOrRandom;

impl Rule for ClockOrRandom {
    profile! {
        id: "clock-or-random",
        summary: "a RUN writes the time, a random value or the host's name",
        severity: Error,
        confidence: Medium,
        set: Inputs,
        remedy: UnsafeRewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for call in subject.build_calls() {
            findings.extend(command(&call));
            for word in call.arguments() {
                let variables = word.variables();
                let named = |names: &[&str]| {
                    variables
                        .iter()
                        .map(|parameter| &parameter.name)
                        .find(|name| names.contains(&name.as_str()))
                };
                let file = ["/proc/sys/kernel/random/", "/dev/urandom", "/dev/random"]
                    .iter()
                    .find(|path| word.text.starts_with(**path));
                if let Some(name) = named(&["EPOCHSECONDS", "EPOCHREALTIME"]) {
                    let message = format!("{name} is the time of the build");
                    findings.push(Draft::at(call.place(word), message).help(OF_A_TIME));
                } else if let Some(name) = named(&["RANDOM", "SRANDOM"]) {
                    findings.push(drawn(call.place(word), name));
                } else if let Some(file) = file {
                    findings.push(drawn(call.place(word), file.trim_end_matches('/')));
                }
            }
        }
    }
}

/// Options of date that take the next word.
const DATE: OptionStyle = OptionStyle {
    values: &["-d", "-f", "-r", "-s", "--date", "--file", "--reference", "--set"],
    single_dash: false,
    stop_at_operand: false,
};

/// A command whose output is another in every build, and goes somewhere.
fn command(call: &Call<'_>) -> Option<Draft> {
    let program = call.program()?;
    match program {
        "date" => {
            let arguments = Arguments::of(call.arguments(), &DATE);
            let is_given = arguments.has(&["-d", "-r", "-f", "--date", "--reference", "--file"]);
            let draft = || Draft::at(call.span(), "date writes the time of the build");
            (!is_given && goes_somewhere(call)).then(|| draft().help(OF_A_TIME).fix(of_the_epoch(call)))
        }
        "hostname" if call.arguments().iter().all(|word| word.text.starts_with('-')) => {
            let draft = || Draft::at(call.span(), "hostname writes the name of the build's container");
            goes_somewhere(call).then(|| draft().help("leave it out, or read it when the container starts"))
        }
        "uuidgen" | "dbus-uuidgen" | "ssh-keygen" | "systemd-machine-id-setup" => {
            let only_asks = call
                .arguments()
                .iter()
                .any(|word| matches!(word.text.as_str(), "-R" | "-F" | "-l" | "-y" | "-B"));
            (!only_asks).then(|| drawn(call.span(), program))
        }
        "openssl" => call
            .arguments()
            .first()
            .is_some_and(|word| matches!(word.text.as_str(), "rand" | "genrsa" | "genpkey"))
            .then(|| drawn(call.span(), program)),
        _ => None,
    }
}

/// Whether what a command prints is kept: in a file, a variable, another command's words.
fn goes_somewhere(call: &Call<'_>) -> bool {
    let (script, command) = (&call.script.shell, call.command);
    !command.redirects.is_empty()
        || !script.consumers(command).is_empty()
        || !script.downstream(command).is_empty()
        || script.is_assigned(command)
}

const OF_A_TIME: &str = "take the time from SOURCE_DATE_EPOCH: date -u -d @$SOURCE_DATE_EPOCH";

/// What `program` draws anew.
fn drawn(span: Span, program: &str) -> Draft {
    let what = if program == "ssh-keygen" { "new keys" } else { "a new value" };
    Draft::at(span, format!("{program} draws {what} in every build")).help(
        "draw keys and ids when the container starts: one in the image is shared by all who have it, too",
    )
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
