//! secret-in-build: a secret in ARG or ENV.

use crate::base::secrets::{is_secret, is_secret_name, redact};
use crate::dockerfile::Keyword;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::subject::Subject;
use crate::lint::subject::builds::Setting;

pub(crate) struct SecretInBuild;

impl Rule for SecretInBuild {
    profile! {
        id: "secret-in-build",
        summary: "a secret in ARG or ENV",
        severity: Warning,
        confidence: Medium,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        findings.extend(subject.builds.iter().flat_map(|build| &build.arguments).filter_map(passed));
        let containers = subject.containers.iter().flat_map(|container| &container.environment);
        findings.extend(containers.filter_map(written_down));
        let Some(build) = &subject.build else { return };
        for step in &build.steps {
            let arguments = &step.instruction.arguments;
            let words = match step.instruction.keyword {
                Keyword::Arg => {
                    arguments.words().iter().map(|word| (word, word.text.split_once('='))).collect()
                }
                Keyword::Env => arguments
                    .pairs()
                    .iter()
                    .map(|pair| (&pair.key, Some((pair.key.text.as_str(), pair.value.text.as_str()))))
                    .collect(),
                _ => Vec::new(),
            };
            for (word, pair) in words {
                let (name, value) = pair.unwrap_or((&word.text, ""));
                let value = value.trim_matches(['"', '\'']);
                // An ARG without a value is to be given one; an ENV without one takes a secret away.
                let is_given = step.instruction.keyword == Keyword::Arg || !value.is_empty();
                let names_one = match value {
                    "" => is_given && is_secret_name(name),
                    value => is_secret(name, value),
                };
                if names_one || redact(value).is_some() {
                    findings.push(
                        Draft::at(word.span, format!("{name} stays readable in the image's history or config, and its value changes what is built"))
                            .help(format!("mount it for the one command that needs it: RUN --mount=type=secret,id={name},env={name} …")),
                    );
                }
            }
        }
    }
}

/// A build argument that is a secret's, wherever its value comes from.
fn passed(argument: &Setting) -> Option<Draft> {
    let name = &argument.name;
    // What is taken from elsewhere is judged by the name alone.
    let (names_one, has_shape) = match &argument.value {
        Some(value) if value.known => {
            (!value.text.is_empty() && is_secret(name, &value.text), redact(&value.text).is_some())
        }
        _ => (is_secret_name(name), false),
    };
    (names_one || has_shape).then(|| {
        Draft::at(
            argument.span,
            format!("{name} stays readable in the image's history, and its value changes what is built"),
        )
        .help(format!(
            "give it as a secret of the build, and mount it where it is needed: --secret id={name}"
        ))
    })
}

/// A variable of a container whose value has the shape of a secret.
fn written_down(variable: &Setting) -> Option<Draft> {
    let value = variable.value.as_ref().filter(|value| value.known)?;
    redact(&value.text)?;
    let name = &variable.name;
    let draft = Draft::at(
        variable.span,
        format!("{name} has a secret written down here, for whoever reads the file"),
    );
    Some(draft.help("take it from the environment, or from a store of secrets, when it is run"))
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{dockerfile, of};
    use crate::lint::subject::source::SourceKind;

    #[test]
    fn names_and_shapes_of_secrets_are_flagged_and_paths_to_them_are_not() {
        let text = "FROM a\nARG HF_TOKEN\nENV API_KEY=x A=b\nENV TOKEN_FILE=/run/t\nARG AWS_SECRET=/run/secrets/aws\nENV X=ghp_abcdefghijklmnopqrstuvwxyz0123456789\nARG TOKENIZERS_PARALLELISM=false\n";
        assert_eq!(dockerfile("secret-in-build", text).flagged(), ["HF_TOKEN", "API_KEY", "X"]);
    }

    #[test]
    fn arguments_of_builds_and_keys_in_the_environment_are_flagged_wherever_they_are_given() {
        let compose = "services:\n  a:\n    build:\n      context: .\n      args:\n        HF_TOKEN: ${HF_TOKEN}\n        AUTH_TYPE: oidc\n        NPM_TOKEN:\n    environment:\n      X: ghp_abcdefghijklmnopqrstuvwxyz0123456789\n      DB_PASSWORD: ${DB_PASSWORD}\n";
        let case = of("secret-in-build", SourceKind::Compose, compose);
        let names: Vec<&str> =
            case.flagged().into_iter().map(|text| text.split(':').next().unwrap_or_default()).collect();
        assert_eq!(names, ["HF_TOKEN", "NPM_TOKEN", "X"]);
        let bake = "target \"a\" {\n  args = { API_KEY = \"abc123\", MODE = \"x\" }\n}\n";
        assert_eq!(of("secret-in-build", SourceKind::Bake, bake).flagged().len(), 1);
    }

    #[test]
    fn settings_of_a_secret_and_secrets_taken_away_are_none() {
        let text = "FROM a\nENV APP_AUTH_MODE=none AUTH_TYPE=oidc PASSWORD_MIN_LENGTH=12 TOKEN_EXPIRY=3600\nENV NPM_TOKEN= AUTH=basic\nENV SECRET_NAME=x\nARG NPM_TOKEN=\nENV DB_PASSWORD=\"x\"\n";
        assert_eq!(dockerfile("secret-in-build", text).flagged(), ["NPM_TOKEN=", "DB_PASSWORD"]);
    }

    #[test]
    fn what_redaction_takes_for_a_choice_is_none_and_what_it_cannot_hide_is_one() {
        let text = "FROM a\nARG X\nENV PASSWORD_HASHERS=argon2 AUTH=keycloak SSL_KEY=server.pem LICENSE_KEY=Apache-1.0\nENV SECRET_STORE=vault KMS_KEY=alias/a1\nENV DB_PASSWORD=$X API_TOKEN=\"a b\" GITHUBPAT=x1 DB=${A:-https://u:p1@h/}\n";
        let flagged = ["DB_PASSWORD", "API_TOKEN", "GITHUBPAT", "DB"];
        assert_eq!(dockerfile("secret-in-build", text).flagged(), flagged);
    }
}
