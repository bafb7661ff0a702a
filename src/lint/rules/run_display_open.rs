//! run-display-open: the X server is opened to everybody on the host.

use crate::finding::{Confidence, Severity};
use crate::lint::{About, Findings, Found, Remedy, Rule, Set, Subject};

static ABOUT: About = About {
    id: "run-display-open",
    summary: "the X server is opened to everybody on the host",
    severity: Severity::Warning,
    confidence: Confidence::High,
    set: Set::Default,
    remedy: Remedy::None,
    doc: include_str!("../../../docs/rules/run-display-open.md"),
};

/// See [`ABOUT`].
pub(super) struct RunDisplayOpen;

impl Rule for RunDisplayOpen {
    fn about(&self) -> &'static About {
        &ABOUT
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
                Found::at(call.span(), format!("xhost {} lets every program on the host read the screen and type", word.text))
                    .help("give the container a cookie of its own: xauth nlist $DISPLAY | sed -e 's/^..../ffff/' | xauth -f FILE nmerge -, and mount FILE"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::Kind;
    use crate::lint::rules::testing::of;

    #[test]
    fn opening_to_all_is_flagged_and_to_one_user_or_closing_is_not() {
        let text = "xhost +\nxhost +local:docker\nxhost local:root\nxhost -local:docker\nxhost +si:localuser:vorph\nxhost\n";
        assert_eq!(
            of("run-display-open", Kind::Script, text).flagged(),
            ["xhost +", "xhost +local:docker", "xhost local:root"]
        );
    }
}
