//! npm-unlocked: npm, yarn, pnpm or bun install what the lockfile of the project doesn't hold.

use crate::dockerfile::Keyword;
use crate::finding::{Edit, Fix};
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::named_package::{NamedPackage, is_exact_version, is_path, one_finding};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::shell::{Arguments, OptionStyle, Word};

pub(crate) struct NpmUnlocked;

const STYLE: OptionStyle = OptionStyle {
    values: &[
        "--prefix",
        "-C",
        "--registry",
        "--cache",
        "--loglevel",
        "--cwd",
        "--dir",
        "--filter",
        "-F",
        "-w",
        "--workspace",
        "--network-timeout",
        "--omit",
        "--include",
    ],
    single_dash: false,
    stop_at_operand: false,
};

/// Options that hold an install to the lockfile.
const HELD: &[&str] = &["--frozen-lockfile", "--immutable", "--pure-lockfile", "--ci"];

impl Rule for NpmUnlocked {
    profile! {
        id: "npm-unlocked",
        summary: "npm, yarn, pnpm or bun install what no lockfile or version holds",
        severity: Warning,
        confidence: High,
        set: Default,
        remedy: UnsafeRewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for call in subject.build_calls_of(&["npm", "yarn", "pnpm", "bun"]) {
            findings.extend(draft(subject, &call));
        }
    }
}

fn draft(subject: &Subject<'_>, call: &Call<'_>) -> Option<Draft> {
    let program = call.program()?;
    let words = call.expanded();
    let arguments = Arguments::of(&words, &STYLE);
    let verb = arguments.subcommand();
    let mut packages = arguments.after_subcommand();
    // `yarn global add x`
    if verb == Some("global") {
        packages = packages.get(1..).unwrap_or_default();
    }
    let installs = match (program, verb) {
        ("npm", Some("install" | "i" | "add" | "in" | "isntall")) => true,
        ("yarn", None) => arguments
            .options
            .iter()
            .all(|option| !matches!(option.name.as_str(), "-v" | "--version" | "-h" | "--help")),
        ("yarn", Some("install" | "add" | "global")) | ("pnpm" | "bun", Some("install" | "i" | "add")) => {
            true
        }
        _ => false,
    };
    if !installs {
        return None;
    }
    if packages.is_empty() && !arguments.has(&["-g", "--global"]) && verb != Some("global") {
        return (!arguments.has(HELD)).then(|| project(subject, call, program, verb));
    }
    let open: Vec<NamedPackage> =
        packages.iter().filter(|word| is_open(word)).map(|word| NamedPackage::of(call, word)).collect();
    let message = |names: &str| {
        format!("{program} installs {names} in whatever version the registry has on the day of the build")
    };
    let name = open.first().map(|wanted| bare(&wanted.text).to_owned()).unwrap_or_default();
    one_finding(
        &open,
        message,
        format!("name the version: {name}@1.2.3; what it depends on is held by a lockfile only, with npm ci"),
    )
}

/// The project's own packages, installed without holding them to its lockfile.
fn project(subject: &Subject<'_>, call: &Call<'_>, program: &str, verb: Option<&str>) -> Draft {
    let held = match program {
        "npm" => "npm ci".to_owned(),
        _ => format!("{program} install --frozen-lockfile"),
    };
    let message = format!(
        "{program} {} may resolve other versions than the lockfile has, and write a new one",
        verb.unwrap_or("install")
    );
    Draft::at(call.span(), message)
        .help(format!("copy the lockfile in, and hold the install to it: {held}"))
        .fix(fix(subject, call, program, verb))
}

/// The install held to the lockfile, where the Dockerfile copies one in by name.
fn fix(subject: &Subject<'_>, call: &Call<'_>, program: &str, verb: Option<&str>) -> Option<Fix> {
    let (lockfiles, new): (&[&str], _) = match (program, verb?) {
        ("npm", "install" | "i") => (&["package-lock.json", "npm-shrinkwrap.json"], "ci"),
        ("pnpm", "install" | "i") => (&["pnpm-lock.yaml"], "install --frozen-lockfile"),
        ("bun", "install" | "i") => (&["bun.lock", "bun.lockb"], "install --frozen-lockfile"),
        _ => return None,
    };
    if !copies_one_of(subject, call, lockfiles) {
        return None;
    }
    let word: &Word = call.arguments().iter().find(|word| Some(word.text.as_str()) == verb)?;
    let span = call.exact(word, 0..word.text.len())?;
    Some(Fix::not_safe([Edit::replace(span, new)]))
}

fn copies_one_of(subject: &Subject<'_>, call: &Call<'_>, names: &[&str]) -> bool {
    let (Some(build), Some((stage, index))) = (&subject.build, call.script.step) else { return false };
    let steps = build.steps.iter().filter(|step| step.stage == stage && step.index < index);
    let copies = steps.filter(|step| matches!(step.instruction.keyword, Keyword::Copy | Keyword::Add));
    let mut words = copies.flat_map(|step| step.instruction.arguments.words());
    let is_one = |text: &str| {
        let name = text.rsplit('/').next().unwrap_or_default();
        // `package*.json` takes package-lock.json, too.
        names.contains(&name) || name == "package*.json" && names.contains(&"package-lock.json")
    };
    words.any(|word| is_one(&word.text))
}

/// Name and range: `@scope/name@range`.
fn is_open(word: &Word) -> bool {
    let text = word.text.as_str();
    let version = text.get(bare(text).len()..).and_then(|rest| rest.strip_prefix('@'));
    let is_commit = text.rsplit('#').next().is_some_and(|end| text.contains('#') && end.len() == 40);
    let is_archive = text.ends_with(".tgz") || text.ends_with(".tar.gz");
    let is_local = is_path(text) && !text.contains("://");
    !(is_local || is_archive || is_commit || version.is_some_and(is_exact_version))
}

/// The name without `@range`.
fn bare(text: &str) -> &str {
    let at = text.char_indices().skip(1).find(|(_, c)| *c == '@').map_or(text.len(), |(at, _)| at);
    text.get(..at).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    fn flagged(command: &str) -> usize {
        dockerfile("npm-unlocked", &format!("FROM a\nRUN {command}\n")).flagged().len()
    }

    #[test]
    fn installs_that_no_lockfile_or_version_holds_are_flagged() {
        for command in [
            "npm install",
            "npm i --omit=dev",
            "npm install -g pnpm @scope/x@1.2.3",
            "npm i -g x@latest",
            "npm install --global x@^1.2.0",
            "yarn",
            "yarn install --production",
            "yarn global add serve",
            "yarn add x",
            "pnpm install",
            "pnpm add -g x@9",
            "bun install",
        ] {
            assert_eq!(flagged(command), 1, "{command}");
        }
    }

    #[test]
    fn held_installs_and_other_commands_are_left_alone() {
        for command in [
            "npm ci",
            "npm run build",
            "npm install -g @scope/x@1.2.3 y@v2.0.0-rc.1",
            "npm install ./x.tgz",
            "yarn install --frozen-lockfile",
            "yarn install --immutable",
            "yarn --version",
            "yarn build",
            "pnpm install --frozen-lockfile --prod",
            "npm cache clean --force",
        ] {
            assert_eq!(flagged(command), 0, "{command}");
        }
    }

    #[test]
    fn an_install_is_held_where_the_lockfile_is_copied_in() {
        let text = "FROM node:22\nCOPY package.json package-lock.json ./\nRUN npm install --omit=dev\n";
        assert_eq!(
            dockerfile("npm-unlocked", text).fixed_unsafely(),
            "FROM node:22\nCOPY package.json package-lock.json ./\nRUN npm ci --omit=dev\n"
        );
        let without = "FROM node:22\nCOPY package.json ./\nRUN npm install\n";
        assert_eq!(dockerfile("npm-unlocked", without).fixed_unsafely(), without);
    }
}
