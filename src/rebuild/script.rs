//! A build as a script for a shell, for who wants to run it by hand.

use std::path::Path;

use super::builders::Commands;
use super::command::quoted;
use super::recipe::{DOCKERFILE_FOLDER, Recipe, RecipeFile};
use crate::base::path::misleads;
use crate::base::runners;

/// The commands of `recipe`, one after the other; what they make lies in the folder `$work`.
pub fn script(recipe: &Recipe, commands: &Commands) -> String {
    let mut text = "work=$(mktemp -d)\n".to_owned();
    if let RecipeFile::Made(made) = &recipe.dockerfile {
        text.push_str(&format!("mkdir \"$work/{DOCKERFILE_FOLDER}\"\n"));
        text.push_str(&file(&made.name, &made.text));
        let ignores = made.ignores.as_ref();
        text.push_str(
            &ignores.map(|ignores| file(&format!("{}.dockerignore", made.name), ignores)).unwrap_or_default(),
        );
    }
    for command in &commands.build {
        text.push_str(&command.shell());
        text.push('\n');
    }
    text
}

/// What writes a file into the Dockerfile's folder: its lines as they are, but where they would act on who shows them.
fn file(name: &str, text: &str) -> String {
    let place = format!("\"$work/{DOCKERFILE_FOLDER}\"/{}", quoted(name));
    let is_odd = |c: char| misleads(c) && !matches!(c, '\n' | '\t');
    if text.contains(is_odd) || runners::has_command(text) || !text.ends_with('\n') {
        use base64::Engine as _;
        let encoded = base64::engine::general_purpose::STANDARD.encode(text);
        return format!("base64 -d >{place} <<'END'\n{encoded}\nEND\n");
    }
    let mut end = "END".to_owned();
    while text.lines().any(|line| line == end) {
        end.push('_');
    }
    format!("cat >{place} <<'{end}'\n{text}{end}\n")
}

/// The file that the commands leave in `work`, as images are referred to.
pub fn archive(commands: &Commands, work: &Path) -> String {
    let (form, name) = commands.archive;
    format!("{form}:{}", work.join(name).display())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::rebuild::recipe::MadeFile;

    #[test]
    fn a_shell_writes_the_made_dockerfile_byte_for_byte_and_no_terminal_sees_what_acts() {
        for made in [
            "FROM a\nRUN b\n",
            "FROM a",
            "FROM a\nRUN <<END\nb\nEND\nEND_\n",
            "FROM a\n# \u{1b}[31m ::error::x\n",
            "\tx $HOME `id`\n",
        ] {
            let recipe = Recipe {
                dockerfile: RecipeFile::Made(MadeFile {
                    name: "D.f".into(),
                    text: made.into(),
                    ignores: Some("*\n".into()),
                }),
                ..Recipe::default()
            };
            let none = Commands { build: Vec::new(), clean: Vec::new(), archive: ("oci-archive", "x") };
            let text = script(&recipe, &none);
            assert!(!runners::has_command(&text) && !text.contains('\u{1b}'), "{text}");
            let shown = format!(
                "{text}cat \"$work/dockerfile/D.f\"; cat \"$work/dockerfile/D.f.dockerignore\"; rm -r \"$work\""
            );
            let output = Command::new("bash").arg("-ec").arg(shown).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{made}*\n"));
        }
    }
}
