//! npm-unlocked: npm, yarn, pnpm or bun install what the lockfile of the project doesn't hold.

use std::collections::BTreeSet;

use crate::dockerfile::Keyword;
use crate::finding::{Edit, Fix};
use crate::lint::engine::draft::{Draft, Findings, confidence_in};
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

const PROGRAMS: &[&str] = &["npm", "yarn", "pnpm", "bun", "npx", "pnpx", "bunx", "corepack"];

/// npm's words for `install`, as npm's own documentation has them: <https://docs.npmjs.com/cli/commands/npm-install>
const NPM_INSTALLS: &[&str] = &[
    "install",
    "add",
    "i",
    "in",
    "ins",
    "inst",
    "insta",
    "instal",
    "isnt",
    "isnta",
    "isntal",
    "isntall",
    "install-test",
    "it",
    "update",
    "up",
    "upgrade",
    "udpate",
];

/// Options that hold an install to the lockfile.
const HELD: &[&str] = &["--frozen-lockfile", "--immutable", "--pure-lockfile", "--ci"];

const RUN_STYLE: OptionStyle = OptionStyle {
    values: &[
        "-p",
        "--package",
        "-c",
        "--call",
        "--registry",
        "--cache",
        "--prefix",
        "-w",
        "--workspace",
        "-C",
        "--dir",
    ],
    single_dash: false,
    stop_at_operand: false,
};

impl Rule for NpmUnlocked {
    profile! {
        id: "npm-unlocked",
        summary: "npm, yarn, pnpm or bun install what no lockfile or version holds",
        severity: Warning,
        confidence: High,
        set: Inputs,
        remedy: UnsafeRewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        // The stages in which a project's packages were installed before: what is run then is theirs.
        let mut installed = BTreeSet::new();
        for call in subject.installing_calls_of(PROGRAMS) {
            let stage = call.script.step.map(|(stage, _)| stage);
            findings.extend(ran(&call, installed.contains(&stage)).or_else(|| draft(subject, &call)));
            if installs(&call) {
                installed.insert(stage);
            }
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
        ("npm", Some(verb)) if NPM_INSTALLS.contains(&verb) => true,
        ("yarn", None) => arguments
            .options
            .iter()
            .all(|option| !matches!(option.name.as_str(), "-v" | "--version" | "-h" | "--help")),
        ("yarn", Some("install" | "add" | "global" | "upgrade" | "up")) => true,
        ("pnpm", Some("install" | "i" | "add" | "update" | "up" | "upgrade" | "install-test" | "it")) => true,
        ("bun", Some("install" | "i" | "add" | "a" | "update")) => true,
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
    let held = held(program);
    one_finding(
        &open,
        message,
        format!(
            "name the version: {name}@VERSION; what it depends on is held by a lockfile only, with {held}"
        ),
    )
}

/// Packages that are fetched to be run at once: npx, dlx, create, and the package managers that corepack brings.
fn ran(call: &Call<'_>, has_own: bool) -> Option<Draft> {
    let program = call.program()?;
    let words = call.expanded();
    let arguments = Arguments::of(&words, &RUN_STYLE);
    let operands = &arguments.operands;
    let verb = arguments.subcommand();
    let named = arguments.all(&["-p", "--package"]).filter_map(|option| option.value.as_ref());
    let named: Vec<&Word> = named.map(|value| value.word).collect();
    let (at, may_be_own) = match (program, verb) {
        ("npx" | "pnpx" | "bunx", Some(_)) => (0, program != "pnpx"),
        ("npm", Some("exec" | "x")) | ("bun", Some("x")) => (1, true),
        ("yarn" | "pnpm", Some("dlx")) => (1, false),
        ("npm", Some("init" | "create" | "innit")) | ("yarn" | "pnpm" | "bun", Some("create" | "c")) => {
            (1, false)
        }
        ("corepack", Some("prepare" | "use" | "install")) => (1, false),
        _ => return None,
    };
    let word = named.first().copied().or_else(|| operands.get(at).copied())?;
    if !is_open(word) || word.text.starts_with('-') {
        return None;
    }
    // What the project has installed is run from there.
    let is_fetched =
        !may_be_own || !named.is_empty() || word.text.contains('@') || arguments.has(&["-y", "--yes"]);
    if !is_fetched && has_own {
        return None;
    }
    let verb = if at == 1 { verb } else { None };
    let what = std::iter::once(program).chain(verb).collect::<Vec<_>>().join(" ");
    let name = bare(&word.text);
    let message = format!(
        "{what} fetches {} in whatever version the registry has on the day of the build, and runs it",
        word.text
    );
    Some(
        Draft::at(call.place(word), message)
            .help(format!("name the version: {what} {name}@VERSION"))
            .confidence(confidence_in(word.is_literal() && is_fetched)),
    )
}

/// Whether a command installs a project's packages.
fn installs(call: &Call<'_>) -> bool {
    if !matches!(call.program(), Some("npm" | "yarn" | "pnpm" | "bun")) {
        return false;
    }
    let verb =
        call.arguments().iter().find(|word| !word.text.starts_with('-')).map(|word| word.text.as_str());
    verb.is_none_or(|verb| NPM_INSTALLS.contains(&verb) || matches!(verb, "ci" | "clean-install" | "ic"))
}

/// How a program is held to its lockfile.
fn held(program: &str) -> String {
    match program {
        "npm" => "npm ci".to_owned(),
        _ => format!("{program} install --frozen-lockfile"),
    }
}

/// The project's own packages, installed without holding them to its lockfile.
fn project(subject: &Subject<'_>, call: &Call<'_>, program: &str, verb: Option<&str>) -> Draft {
    let held = held(program);
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
            "npx create-x@latest app",
            "npx --yes cowsay hi",
            "npx -p typescript tsc",
            "npm exec -- foo@1",
            "npm init vite my-app",
            "npm create vite@latest",
            "yarn dlx foo",
            "yarn create react-app x",
            "pnpm dlx foo",
            "pnpm create vite",
            "bunx foo",
            "bun x foo@latest",
            "corepack enable && corepack prepare pnpm@latest --activate",
            "corepack use pnpm@9",
            "npm isntall -g x",
            "npm update",
            "pnpm update",
            "yarn up x",
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
            "npx foo@1.2.3",
            "npm ci && npx tsc",
            "npm ci && npm exec tsc",
            "corepack enable",
            "corepack prepare pnpm@9.1.0 --activate",
            "pnpm dlx foo@1.2.3",
            "npx ./local",
            "npm init -y",
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
