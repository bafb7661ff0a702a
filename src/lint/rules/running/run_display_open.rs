//! run-display-open: the X server is opened to everybody on the host.

use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::subject::Subject;

pub(crate) struct RunDisplayOpen;

impl Rule for RunDisplayOpen {
    profile! {
        id: "run-display-open",
        summary: "the X server is opened to everybody on the host",
        severity: Warning,
        confidence: High,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for call in subject.calls_of(&["xhost"]).chain(subject.start_calls().filter(|call| call.is("xhost")))
        {
            // `xhost +` opens to all; `+local:` to every local user and container; `+si:localuser:name` to one user.
            let opens = |text: &str| {
                let family = text.trim_start_matches('+').to_ascii_lowercase();
                !text.starts_with('-') && !family.starts_with("si:localuser:")
            };
            let Some(word) = call.arguments().iter().find(|word| opens(&word.text)) else { continue };
            findings.push(
                Draft::at(call.span(), format!("xhost {} lets every program on the host read the screen and type", word.text))
                    .help("give the container a cookie of its own: xauth nlist $DISPLAY | sed -e 's/^..../ffff/' | xauth -f FILE nmerge -, and mount FILE"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::of;
    use crate::lint::subject::source::SourceKind;

    #[test]
    fn opening_to_all_is_flagged_and_to_one_user_or_closing_is_not() {
        let text = "xhost +\nxhost +local:docker\nxhost local:root\nxhost -local:docker\nxhost +si:localuser:vorph\nxhost\n";
        assert_eq!(
            of("run-display-open", SourceKind::Script, text).flagged(),
            ["xhost +", "xhost +local:docker", "xhost local:root"]
        );
    }
}
