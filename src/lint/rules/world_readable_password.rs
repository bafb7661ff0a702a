//! world-readable-password: a password, or sudo without one, baked into the image.

use crate::finding::{Confidence, Severity};
use crate::lint::{About, Call, Findings, Found, Remedy, Rule, Set, Subject};
use crate::shell::{Arguments, Style};

static ABOUT: About = About {
    id: "world-readable-password",
    summary: "a password, or sudo without one, baked into the image",
    severity: Severity::Warning,
    confidence: Confidence::High,
    set: Set::Default,
    remedy: Remedy::None,
    doc: include_str!("../../../docs/rules/world-readable-password.md"),
};

/// See [`ABOUT`].
pub(super) struct WorldReadablePassword;

impl Rule for WorldReadablePassword {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for call in subject.build_calls() {
            findings.extend(password(&call).or_else(|| sudo(&call)));
        }
    }
}

const USERADD: Style = Style {
    values: &["-p", "--password", "-u", "-g", "-G", "-d", "-s", "-c", "-e", "-f", "-k", "-K", "-b"],
    single_dash: false,
    stop_at_operand: false,
};

/// A command that sets a password.
fn password(call: &Call<'_>) -> Option<Found> {
    let span = match call.program()? {
        "chpasswd" => call.span(),
        "passwd" => {
            let arguments = Arguments::of(call.arguments(), &USERADD);
            if arguments.has(&["-d", "-l", "--delete", "--lock", "-e", "--expire"]) {
                return None;
            }
            call.span()
        }
        "useradd" | "usermod" => {
            let arguments = Arguments::of(call.arguments(), &USERADD);
            call.script.place(arguments.value(&["-p", "--password"])?.span())
        }
        _ => return None,
    };
    Some(
        Found::at(span, "the password's hash is drawn with a new salt in each build, and everybody who has the image has it")
            .help("put no password into the image: run as that user (USER), or mount what it needs when the container is run"),
    )
}

/// `user ALL=(ALL) NOPASSWD:ALL`
fn sudo(call: &Call<'_>) -> Option<Found> {
    let word = call.arguments().iter().find(|word| word.text.contains("NOPASSWD"))?;
    Some(
        Found::at(
            call.place(word),
            "whoever runs in the container is root without a password, whatever USER says",
        )
        .help("install as root before USER, and leave sudo out of the image"),
    )
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn passwords_and_sudo_without_one_are_flagged_wherever_they_are_set() {
        let text = "FROM a\nRUN echo 'root:x' | chpasswd\nRUN useradd -m -p $(openssl passwd x) me\nRUN echo \"me ALL=(ALL) NOPASSWD:ALL\" >> /etc/sudoers.d/me\nRUN passwd -d me && useradd -m you\n";
        assert_eq!(
            dockerfile("world-readable-password", text).flagged(),
            ["chpasswd", "$(openssl passwd x)", "\"me ALL=(ALL) NOPASSWD:ALL\""]
        );
    }
}
