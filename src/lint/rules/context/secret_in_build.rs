//! secret-in-build: a secret in ARG or ENV.

use crate::base::secrets::{is_secret, is_secret_name, redact};
use crate::dockerfile::Keyword;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::subject::Subject;

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

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn names_and_shapes_of_secrets_are_flagged_and_paths_to_them_are_not() {
        let text = "FROM a\nARG HF_TOKEN\nENV API_KEY=x A=b\nENV TOKEN_FILE=/run/t\nARG AWS_SECRET=/run/secrets/aws\nENV X=ghp_abcdefghijklmnopqrstuvwxyz0123456789\nARG TOKENIZERS_PARALLELISM=false\n";
        assert_eq!(dockerfile("secret-in-build", text).flagged(), ["HF_TOKEN", "API_KEY", "X"]);
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
