//! locale-timezone: no locale or time zone is set where output is sorted or dated.

use crate::finding::Fix;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::edits::behind_from;
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::shell::{Command, Redirect, Target};

pub(crate) struct LocaleTimezone;

impl Rule for LocaleTimezone {
    profile! {
        id: "locale-timezone",
        summary: "no locale or time zone is set where output is sorted or dated",
        severity: Info,
        confidence: Low,
        set: Pedantic,
        remedy: UnsafeRewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let Some(build) = &subject.build else { return };
        let mut reported = Vec::new();
        for call in subject.build_calls_of(PROGRAMS) {
            let Some((stage, index)) = call.script.step else { continue };
            let is_set = |names: &[&str]| {
                names.iter().any(|name| {
                    build.binding(stage, index, name).is_some()
                        || call.variable(name).is_some()
                        || call.command.assignments.iter().any(|(set, _)| set == name)
                })
            };
            if !is_kept(&call) {
                continue;
            }
            let is_dated = matches!(call.program(), Some("date" | "zip")) || is_long_list(&call);
            let missing: Vec<&str> =
                [("LC_ALL=C.UTF-8", is_set(&["LC_ALL", "LANG"])), ("TZ=UTC", is_set(&["TZ"]) || !is_dated)]
                    .into_iter()
                    .filter(|(_, set)| !set)
                    .map(|(text, _)| text)
                    .collect();
            if missing.is_empty() || reported.contains(&stage) {
                continue;
            }
            reported.push(stage);
            let program = call.program().unwrap_or_default();
            let env = format!("ENV {}", missing.join(" "));
            let fix = behind_from(subject, stage, &env).map(|edit| Fix::not_safe([edit]));
            findings.push(
                Draft::at(
                    call.span(),
                    format!("what {program} writes follows the locale and time zone of the base"),
                )
                .help(format!("set them behind FROM: {env}"))
                .fix(fix),
            );
        }
    }
}

/// What sorts by the locale's order, or writes local time.
const PROGRAMS: &[&str] =
    &["sort", "ls", "date", "zip", "comm", "join", "update-mime-database", "update-desktop-database"];

/// Whether what ls and date print goes anywhere; the others write files, or their output is what they are run for. A date
/// in UTC is told by its own rule, where it is the build's.
fn is_kept(call: &Call<'_>) -> bool {
    let script = &call.script.shell;
    let in_utc = || call.arguments().iter().any(|word| matches!(word.text.as_str(), "-u" | "--utc"));
    let goes_somewhere = || {
        call.command.redirects.iter().any(keeps)
            || !script.consumers(call.command).is_empty()
            || !script.downstream(call.command).is_empty()
            || script.is_assigned(call.command)
    };
    match call.program() {
        Some("date") => !in_utc() && !is_of_epoch(call) && goes_somewhere(),
        Some("ls") => !is_by_time(call) && goes_somewhere(),
        Some("sort") => !orders_arguments(call),
        _ => true,
    }
}

fn keeps(redirect: &Redirect) -> bool {
    let is_output =
        redirect.operator.starts_with('>') && redirect.descriptor.is_none_or(|number| number == 1);
    is_output && !matches!(&redirect.target, Target::File(word) if word.text == "/dev/null")
}

/// Whether what is sorted only becomes the arguments of a command that writes none of it: `sort -u | xargs apt-mark manual`.
fn orders_arguments(call: &Call<'_>) -> bool {
    let script = &call.script.shell;
    let behind = script.downstream(call.command);
    let writes = |command: &&Command| command.redirects.iter().any(keeps) || command.is("tee");
    let is_file =
        call.arguments().iter().any(|word| word.text.starts_with("-o") || word.text.starts_with("--output"));
    behind.iter().any(|command| command.wrappers.iter().any(|wrapper| wrapper.name == "xargs"))
        && !behind.iter().any(writes)
        && !is_file
        && !script.is_assigned(call.command)
        && script.consumers(call.command).is_empty()
}

/// Whether `date` puts a time of its own choice into a variable, for a command of the same zone to read: `touch -t`.
fn is_of_epoch(call: &Call<'_>) -> bool {
    let words: Vec<&str> = call.arguments().iter().map(|word| word.text.as_str()).collect();
    let is_given = words.iter().any(|word| word.trim_start_matches("--date=").starts_with('@'));
    is_given && words.iter().any(|word| word.starts_with('+')) && call.script.shell.is_assigned(call.command)
}

/// Whether `ls` puts names in the order of times or sizes, or in none, and writes neither.
fn is_by_time(call: &Call<'_>) -> bool {
    let is_order = |word: &str| {
        word.starts_with('-') && !word.starts_with("--") && word.contains(['t', 'S', 'U', 'X', 'v'])
    };
    !is_long_list(call)
        && call.arguments().iter().any(|word| is_order(&word.text) || word.text.starts_with("--sort="))
}

/// Whether it is an `ls` that writes times.
fn is_long_list(call: &Call<'_>) -> bool {
    let is_short = |word: &str| word.starts_with('-') && !word.starts_with("--") && word.contains('l');
    call.is("ls")
        && call.arguments().iter().any(|word| is_short(&word.text) || word.text.starts_with("--full-time"))
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn a_list_of_names_has_no_times_and_one_that_scrolls_by_is_not_kept() {
        let text = "FROM a\nENV LC_ALL=C.UTF-8\nRUN pwd && ls -l && X=$(ls /lib/x.so.* | head -1)\nRUN date -u +%F > /y\nRUN ls -l > /x\nRUN if ls *.whl >/dev/null 2>&1; then true; fi; ls 2>/y\n";
        assert_eq!(dockerfile("locale-timezone", text).flagged(), ["ls -l > /x"]);
    }

    #[test]
    fn names_by_time_and_times_for_this_zone_follow_no_locale() {
        let flagged = |command: &str| {
            dockerfile("locale-timezone", &format!("FROM a\nRUN {command}\n")).flagged().len()
        };
        assert_eq!(flagged("W=$(ls -t /d/*.whl | head -1)"), 0);
        assert_eq!(flagged("D=$(date -d @$S '+%Y%m%d%H%M.%S') && touch -t $D x"), 0);
        for command in ["ls -lt > x", "W=$(ls /d/*.whl | head -1)", "D=$(date '+%F')", "date -d @$S +%F > x"]
        {
            assert_eq!(flagged(command), 1, "{command}");
        }
    }

    #[test]
    fn the_order_of_arguments_is_written_nowhere() {
        let flagged = |command: &str| {
            dockerfile("locale-timezone", &format!("FROM a\nRUN {command}\n")).flagged().len()
        };
        assert_eq!(
            flagged(
                "ldd x | sort -u | xargs -r dpkg-query -S | cut -d: -f1 | sort -u | xargs -r apt-mark manual"
            ),
            0
        );
        for command in [
            "sort x",
            "find . | sort | xargs cat > y",
            "find . | sort | xargs ls | tee y",
            "X=$(ls | sort | xargs echo)",
        ] {
            assert_eq!(flagged(command), 1, "{command}");
        }
    }

    #[test]
    fn a_stage_that_sets_them_is_left_alone() {
        let text = "FROM a\nENV LC_ALL=C.UTF-8 TZ=UTC\nRUN ls | sort > /x\nFROM b\nRUN LC_ALL=C sort y\nRUN sort y; sort z\n";
        assert_eq!(dockerfile("locale-timezone", text).flagged(), ["sort y"]);
    }
}
