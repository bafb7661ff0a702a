//! Names of Dockerfiles, as people spell them: `Dockerfile`, `Dockerfile.cpu`, `Dockerfile-cuda`, `Dockerfile2`, `DockerfileGPU`,
//! `x.dockerfile`, `app.Dockerfile.gpu`, `Containerfile`.
//!
//! Vocabulary: the *word* is `dockerfile` or `containerfile`. It stands alone in a name: nothing, or one of `.`, `-`, `_`, before
//! it; nothing, one of these, a digit, or (`DockerfileGPU`) a capital behind it.
//!
//! What is named after a Dockerfile and is none is known by its extension: ignore files, texts, templates, copies, programs.
//! `.pre-commit-hooks.yaml` has the same in regular expressions, which `tests/it/lint/hooks.rs` holds to this.

const WORDS: [&str; 2] = ["dockerfile", "containerfile"];

/// Extensions of what is about a Dockerfile, or becomes one.
const ABOUT: &[&str] = &[
    "bak",
    "cfg",
    "conf",
    "css",
    "csv",
    "diff",
    "dockerignore",
    "ejs",
    "erb",
    "golden",
    "hbs",
    "html",
    "in",
    "ini",
    "ipynb",
    "j2",
    "jinja",
    "jinja2",
    "json",
    "jsonc",
    "jsonl",
    "jsonnet",
    "lock",
    "log",
    "m4",
    "mako",
    "md",
    "mdx",
    "mustache",
    "old",
    "orig",
    "out",
    "patch",
    "rej",
    "rst",
    "sarif",
    "sh",
    "svg",
    "swp",
    "template",
    "tmpl",
    "toml",
    "tpl",
    "txt",
    "xml",
    "yaml",
    "yml",
];

/// Extensions of programs. The word and such an extension alone (`Dockerfile.go`) may be either: the text decides.
const LANGUAGES: &[&str] = &[
    "bash", "bat", "c", "cc", "cjs", "cmd", "cpp", "cs", "cxx", "fish", "go", "gradle", "groovy", "h", "hcl",
    "hpp", "java", "jl", "js", "jsx", "kt", "kts", "lua", "mjs", "mk", "nix", "php", "pl", "pm", "proto",
    "ps1", "psm1", "py", "pyi", "r", "rb", "rs", "scala", "sql", "star", "swift", "tf", "ts", "tsx", "vim",
    "vue", "zig", "zsh",
];

/// What the name of a file says of its being a Dockerfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    /// It is one.
    Dockerfile,
    /// It is one, or a program of that name.
    Either,
    /// It is none.
    Other,
}

/// What the last part of a path says.
pub(crate) fn named(name: &str) -> Named {
    if !has_word(name) {
        return Named::Other;
    }
    let lower = name.to_ascii_lowercase();
    let Some((stem, extension)) = lower.rsplit_once('.') else { return Named::Dockerfile };
    match extension {
        _ if ABOUT.contains(&extension) => Named::Other,
        _ if !LANGUAGES.contains(&extension) => Named::Dockerfile,
        _ if WORDS.contains(&stem) => Named::Either,
        _ => Named::Other,
    }
}

fn has_word(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    WORDS.iter().any(|word| {
        lower.match_indices(word).any(|(at, _)| {
            let (before, behind) = (name.get(..at), name.get(at + word.len()..));
            let (before, behind) = (before.unwrap_or_default(), behind.unwrap_or_default());
            let is_end = |c: char| matches!(c, '.' | '-' | '_');
            let ends_small = name.get(..at + word.len()).is_some_and(|text| text.ends_with('e'));
            let is_alone = |c: char| is_end(c) || c.is_ascii_digit() || ends_small && c.is_ascii_uppercase();
            (before.is_empty() || before.ends_with(is_end))
                && (behind.is_empty() || behind.starts_with(is_alone))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dockerfile_is_known_by_its_name_however_people_spell_it() {
        for name in [
            "Dockerfile",
            "dockerfile",
            "DOCKERFILE",
            "Dockerfile.cpu",
            "Dockerfile-cuda",
            "Dockerfile_amd",
            "Dockerfile2",
            "Dockerfile3.9-slim",
            "DockerfileGPU",
            "x.dockerfile",
            "gpu.Dockerfile",
            "build-Dockerfile",
            "app.Dockerfile.gpu",
            "my_dockerfile-dev",
            "Dockerfile.12.4",
            "Containerfile",
            "Containerfile.gpu",
            "x.py.Dockerfile",
        ] {
            assert_eq!(named(name), Named::Dockerfile, "{name}");
        }
    }

    #[test]
    fn what_is_only_named_after_a_dockerfile_is_none() {
        for name in [
            "Dockerfile.dockerignore",
            "Dockerfile.md",
            "Dockerfile.j2",
            "Dockerfile.gpu.tmpl",
            "app.Dockerfile.jinja2",
            "Dockerfile.in",
            "dockerfile_parser.py",
            "Dockerfile_test.go",
            "dockerfile-lint.rs",
            "DockerfileParser.java",
            "dockerfile-lint.yml",
            "dockerfiles",
            "dockerfilegpu",
            "mydockerfile",
            "docker",
            "x.go",
            "README.md",
        ] {
            assert_eq!(named(name), Named::Other, "{name}");
        }
    }

    #[test]
    fn a_language_behind_the_word_alone_may_be_either() {
        for name in ["Dockerfile.go", "dockerfile.rs", "Containerfile.PY"] {
            assert_eq!(named(name), Named::Either, "{name}");
        }
    }
}
