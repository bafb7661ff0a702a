//! conda-channel-floating: conda mixes channels, or updates itself.

use crate::finding::{Edit, Fix};
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::edits::without_command;
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::conda::{CondaCommand, commands};
use crate::lint::subject::Subject;

pub(crate) struct CondaChannelFloating;

impl Rule for CondaChannelFloating {
    profile! {
        id: "conda-channel-floating",
        summary: "conda mixes channels, or updates itself",
        severity: Warning,
        confidence: Medium,
        set: Inputs,
        remedy: UnsafeRewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        findings.extend(commands(subject).filter_map(|command| draft(subject, &command)));
    }
}

fn draft(subject: &Subject<'_>, command: &CondaCommand<'_>) -> Option<Draft> {
    if command.updates {
        let message =
            format!("{} updates to what its channels have on the day of the build", command.program);
        let fix = without_command(subject, &command.call).map(|edit| Fix::not_safe([edit]));
        return Some(
            Draft::at(command.call.span(), message)
                .help("take the update out, and name versions where you install")
                .fix(fix),
        );
    }
    let channel = command.channels.first()?;
    let strict = command.strict || command.program == "micromamba";
    if strict && !command.channels.iter().any(|channel| channel.text == "defaults") {
        return None;
    }
    // https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-channels.html: by default a channel goes before those
    // behind it, which are asked for what it has not, and where no set of its packages fits.
    let message = format!(
        "what {} has not, or has in no version that fits, comes from the channels that are configured besides, which changes with each of them",
        channel.text
    );
    let fix = (!command.strict)
        .then(|| Fix::not_safe([Edit::insert(channel.option, "--override-channels ".to_owned())]));
    Some(
        Draft::at(channel.span, message)
            .help(format!("name all channels that are meant, and no others: {}", named(command)))
            .within(&["conda-unpinned"], command.call.span())
            .advising("and take the channels that are named alone, with --override-channels")
            .fix(fix.filter(|_| channel.verbatim)),
    )
}

/// The options that take the command's channels alone. All but conda-forge need another one for Python itself.
fn named(command: &CondaCommand<'_>) -> String {
    let names: Vec<&str> = command.channels.iter().map(|channel| channel.text.as_str()).collect();
    let is_whole = names.iter().any(|name| matches!(*name, "conda-forge" | "defaults"));
    let more = if is_whole { "" } else { " -c …" };
    format!("--override-channels -c {}{more}", names.join(" -c "))
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn channels_beside_the_defaults_and_updates_are_flagged() {
        let text = "FROM a\nRUN conda update -n base -y conda && conda install -y -c conda-forge a=1=0 && conda install --override-channels -c conda-forge b=1=0 && micromamba install -c conda-forge c=1=0\n";
        let case = dockerfile("conda-channel-floating", text);
        assert_eq!(case.flagged(), ["conda update -n base -y conda", "conda-forge"]);
        let expected = text
            .replace("conda update -n base -y conda && ", "")
            .replace("-y -c", "-y --override-channels -c");
        assert_eq!(case.fixed_unsafely(), expected);
    }

    #[test]
    fn the_help_names_every_channel_of_the_command() {
        let help = |channels: &str| {
            let case =
                dockerfile("conda-channel-floating", &format!("FROM a\nRUN conda install -y {channels} x\n"));
            case.findings().remove(0).help.unwrap_or_default()
        };
        assert!(help("-c conda-forge").ends_with(": --override-channels -c conda-forge"));
        assert!(
            help("-c pytorch -c conda-forge").ends_with(": --override-channels -c pytorch -c conda-forge")
        );
        assert!(help("-c menpo").ends_with(": --override-channels -c menpo -c …"));
    }
}
