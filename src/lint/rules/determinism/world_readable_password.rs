//! world-readable-password: a password, or sudo without one, baked into the image.

use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::shell::{Arguments, OptionStyle};

pub(crate) struct WorldReadablePassword;

impl Rule for WorldReadablePassword {
    profile! {
        id: "world-readable-password",
        summary: "a password, or sudo without one, baked into the image",
        severity: Warning,
        confidence: High,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for call in subject.build_calls() {
            findings.extend(password(&call).or_else(|| sudo(&call)));
        }
    }
}

const USERADD: OptionStyle = OptionStyle {
    values: &["-p", "--password", "-u", "-g", "-G", "-d", "-s", "-c", "-e", "-f", "-k", "-K", "-b"],
    single_dash: false,
    stop_at_operand: false,
};

/// A command that sets a password.
fn password(call: &Call<'_>) -> Option<Draft> {
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
        Draft::at(span, "the password's hash is drawn with a new salt in each build, and everybody who has the image has it")
            .help("put no password into the image: run as that user (USER), or mount what it needs when the container is run"),
    )
}

/// `user ALL=(ALL) NOPASSWD:ALL`
fn sudo(call: &Call<'_>) -> Option<Draft> {
    let word = call.arguments().iter().find(|word| word.text.contains("NOPASSWD"))?;
    Some(
        Draft::at(
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
