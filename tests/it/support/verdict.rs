//! What a run must look like: a result that fits its schema, or a refusal that says why and what to do.

use std::sync::LazyLock;

use serde_json::Value;

use super::Run;

impl Run {
    /// The notes of the result, of a freeze in JSON.
    pub(crate) fn notes(&self) -> Vec<String> {
        let notes = self.json();
        notes["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap().to_owned()).collect()
    }

    /// The result as JSON, held to the schema that it names.
    pub(crate) fn json(&self) -> Value {
        let document: Value =
            serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"));
        let name = document["schema"].as_str().unwrap_or_default();
        let (_, validator) =
            SCHEMAS.iter().find(|(id, _)| id == name).unwrap_or_else(|| panic!("no schema {name:?}"));
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}\n{document:#}");
        document
    }

    /// The error and its hint, one line each, of a run that could not do what it was asked.
    pub(crate) fn refusal(&self) -> (String, String) {
        assert_eq!(self.stdout, "", "{}", self.stderr);
        self.complaint()
    }

    /// The same of a run that did what else it could.
    pub(crate) fn complaint(&self) -> (String, String) {
        assert_eq!(self.code, 2, "{}", self.stderr);
        let lines: Vec<&str> = self.stderr.lines().collect();
        let [error, hint @ ..] = lines.as_slice() else { panic!("nothing on stderr") };
        let error = error.strip_prefix("error: ").unwrap_or_else(|| panic!("{}", self.stderr));
        let hint = match hint {
            [] => "",
            [hint] => hint.strip_prefix("hint: ").unwrap_or_else(|| panic!("{}", self.stderr)),
            _ => panic!("more than an error and a hint: {}", self.stderr),
        };
        assert!(!self.stderr.replace('\n', "").contains(char::is_control), "{:?}", self.stderr);
        (error.to_owned(), hint.to_owned())
    }
}

static SCHEMAS: LazyLock<Vec<(String, jsonschema::Validator)>> = LazyLock::new(|| {
    ["freeze", "verify", "inspect", "diff", "lint"]
        .map(|command| {
            let path = format!("{}/docs/schemas/{command}-1.json", env!("CARGO_MANIFEST_DIR"));
            let schema: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            assert_eq!(
                jsonschema::meta::validate(&schema).map_err(|error| error.to_string()),
                Ok(()),
                "{path}"
            );
            (format!("reprolock/{command}/1"), jsonschema::validator_for(&schema).unwrap())
        })
        .into()
});
