//! gem-unpinned: gem installs without a version.

use crate::dockerfile::Keyword;
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::named_package::{NamedPackage, is_path, one_finding};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::Call;
use crate::shell::{Arguments, OptionStyle};

pub(crate) struct GemUnpinned;

const STYLE: OptionStyle = OptionStyle {
    values: &[
        "-v",
        "--version",
        "-i",
        "--install-dir",
        "-n",
        "--bindir",
        "-s",
        "--source",
        "-P",
        "--trust-policy",
        "--platform",
        "-g",
        "--file",
        "--document",
        "--build-root",
    ],
    single_dash: false,
    stop_at_operand: false,
};

impl Rule for GemUnpinned {
    profile! {
        id: "gem-unpinned",
        summary: "gem installs without a version",
        severity: Warning,
        confidence: High,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        findings.extend(subject.installing_calls_of(&["gem"]).filter_map(|call| draft(&call)));
        findings.extend(
            subject.installing_calls_of(&["bundle", "bundler"]).filter_map(|call| bundle(subject, &call)),
        );
    }
}

/// A bundle that no Gemfile.lock holds. <https://bundler.io/man/bundle-install.1.html>
fn bundle(subject: &Subject<'_>, call: &Call<'_>) -> Option<Draft> {
    let words = call.expanded();
    let arguments = Arguments::of(&words, &STYLE);
    let verb = arguments.subcommand();
    if matches!(verb, Some("update" | "add" | "lock")) && !arguments.has(&["--local"]) {
        let message = format!("bundle {} resolves anew in each build", verb.unwrap_or_default());
        return Some(Draft::at(call.span(), message).help("do that where you work, and commit Gemfile.lock"));
    }
    if !matches!(verb, None | Some("install" | "i")) || arguments.has(&["--version", "-v", "--help", "-h"]) {
        return None;
    }
    let is_held = arguments.has(&["--frozen", "--deployment", "--local"]) || brings_lock(subject);
    (!is_held).then(|| {
        Draft::at(call.span(), "without Gemfile.lock in the image, bundle resolves anew in each build")
            .help("COPY Gemfile Gemfile.lock ./ before it, and set BUNDLE_FROZEN=true")
    })
}

/// Whether a COPY, ADD or mount brings a Gemfile.lock, or may.
fn brings_lock(subject: &Subject<'_>) -> bool {
    let Some(build) = &subject.build else { return false };
    let may = |text: &str| {
        let name = text.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        text.contains("Gemfile.lock")
            || text.contains('*')
            || !name.contains('.') && name != "Gemfile"
            || matches!(text, "." | "./")
    };
    build.steps.iter().any(|step| {
        let is_copy = matches!(step.instruction.keyword, Keyword::Copy | Keyword::Add);
        let sources =
            step.instruction.arguments.words().split_last().map(|(_, sources)| sources).unwrap_or_default();
        is_copy && sources.iter().any(|word| may(&word.text))
            || step.instruction.flags_named("mount").next().is_some()
    })
}

fn draft(call: &Call<'_>) -> Option<Draft> {
    let words = call.expanded();
    // What follows `--` goes to the compiler of the gem.
    let own: Vec<_> = words.into_iter().take_while(|word| word.text != "--").collect();
    let arguments = Arguments::of(&own, &STYLE);
    let updates = arguments.subcommand() == Some("update");
    if !updates && !matches!(arguments.subcommand(), Some("install" | "i")) {
        return None;
    }
    let given = arguments.value(&["-v", "--version"]).map(crate::shell::Value::text);
    let is_open = |text: &str| {
        let version = text.split_once(':').map(|(_, version)| version).or(given);
        !text.ends_with(".gem") && !is_path(text) && !version.is_some_and(is_one)
    };
    let open: Vec<NamedPackage> = arguments
        .after_subcommand()
        .iter()
        .filter(|word| updates || is_open(&word.text))
        .map(|word| NamedPackage::of(call, word))
        .collect();
    let verb = if updates { "brings" } else { "installs" };
    let end = if updates { " to" } else { " in" };
    let message = |names: &str| {
        format!("gem {verb} {names}{end} whatever version the server has on the day of the build")
    };
    let name = open
        .first()
        .map(|wanted| wanted.text.split(':').next().unwrap_or_default().to_owned())
        .unwrap_or_default();
    one_finding(
        &open,
        message,
        format!(
            "name the version: gem install {name} -v VERSION; a Gemfile.lock holds what it depends on, too"
        ),
    )
}

/// Whether a requirement is one version: `1.2.3`, `=1.2`.
fn is_one(version: &str) -> bool {
    let number = version.trim_start_matches(['=', ' ']);
    number.starts_with(|c: char| c.is_ascii_digit()) && !number.contains([',', '>', '<', '~', '*'])
        || number.starts_with('$')
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn versions_are_named_in_three_ways() {
        let text = "FROM ruby\nRUN gem install a -v 1.2.3 && gem install b:2.0 && gem install --no-document c d\nRUN gem install e -v '~> 1.2'\nRUN gem install ./f.gem g.gem\nRUN gem update --system\nRUN gem update h\nRUN gem install i -v 1.0 -- --with-x\n";
        assert_eq!(
            dockerfile("gem-unpinned", text).lines(),
            [
                "2: c: gem installs c and d in whatever version the server has on the day of the build",
                "3: e: gem installs e in whatever version the server has on the day of the build",
                "6: h: gem brings h to whatever version the server has on the day of the build",
            ]
        );
    }

    #[test]
    fn a_bundle_is_held_by_its_lock() {
        let flagged =
            |lines: &str| dockerfile("gem-unpinned", &format!("FROM ruby\n{lines}\n")).flagged().len();
        for lines in [
            "COPY Gemfile .\nRUN bundle install",
            "COPY Gemfile ./\nRUN bundle config set without dev && bundle",
            "COPY . .\nRUN bundle update",
        ] {
            assert_eq!(flagged(lines), 1, "{lines}");
        }
        for lines in [
            "COPY Gemfile Gemfile.lock ./\nRUN bundle install",
            "COPY Gemfile* ./\nRUN bundle install",
            "COPY . .\nRUN bundle install && bundle exec rake",
            "COPY Gemfile ./\nRUN bundle install --local",
            "RUN bundle config set frozen true && bundle --version",
        ] {
            assert_eq!(flagged(lines), 0, "{lines}");
        }
    }
}
