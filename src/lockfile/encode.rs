//! The canonical TOML of a lockfile: keys in the model's order, one a line; lists sorted where order means nothing.
//!
//! Written by hand, because a serializer lays out for machines: reviewers want `requirement` on one line, `env` one
//! pair a line, and a package's lines to stay together in a diff.

use std::fmt::Display;

use toml_writer::{ToTomlKey as _, ToTomlValue as _, TomlStringBuilder};

use super::hiding;
use super::model::{
    AgreementFile, AgreementRow, Arg, ArgSource, Build, LockedAgreement, LockedCatalog, LockedConfig,
    LockedLayer, LockedPackage, Lockfile, SCHEMA,
};
use crate::base::path::misleads;
use crate::base::runners;
use crate::python::archives::HashSource;

/// The lockfile's bytes, without what is secret in it.
pub(super) fn encode(lock: &Lockfile) -> String {
    let hidden = hiding::hidden(lock);
    let lock = hidden.as_ref();
    let mut out = Toml::default();
    // For editors; a reader takes the version alone.
    out.comment(&format!(":schema {SCHEMA}"));
    out.line("version", lock.version);
    out.table("image");
    out.text("reference", lock.image.reference.as_deref());
    out.text("platform", Some(&lock.image.platform));
    out.text("media-type", lock.image.media_type.as_deref());
    out.display("index", lock.image.index);
    out.display("manifest", lock.image.manifest);
    out.display("config", Some(lock.image.config));
    out.text("created", lock.image.created.as_deref());
    out.text("distribution", lock.image.distribution.as_deref());
    out.text("distribution-version", lock.image.distribution_version.as_deref());
    out.display("files", lock.image.files);
    out.strings("detours", some(&lock.image.detours));
    if let Some(base) = &lock.base {
        out.table("base");
        out.text("reference", base.reference.as_deref());
        out.display("digest", base.digest);
        out.display("manifest", base.manifest);
        out.number("layers", base.layers);
    }
    build(&mut out, &lock.build);
    config(&mut out, &lock.config);
    lock.layer.iter().for_each(|item| layer(&mut out, item));
    lock.catalog.iter().for_each(|item| catalog(&mut out, item));
    for (ecosystem, packages) in &lock.package {
        let header = format!("package.{}", key(ecosystem));
        packages.iter().for_each(|item| package(&mut out, &header, item));
    }
    lock.agreement.iter().for_each(|item| agreement(&mut out, item));
    out.0
}

fn build(out: &mut Toml, build: &Build) {
    if *build == Build::default() {
        return;
    }
    out.table("build");
    out.text("dockerfile", build.dockerfile.as_deref());
    out.display("dockerfile-digest", build.dockerfile_digest);
    out.number("source-date-epoch", build.source_date_epoch);
    out.text("target", build.target.as_deref());
    out.text("platform", build.platform.as_deref());
    out.text("builder", build.builder.as_deref());
    out.pairs("options", &build.options);
    out.display("context-digest", build.context_digest);
    out.text("commit", build.commit.as_deref());
    out.strings("secrets", some(&build.secrets));
    for arg in &build.arg {
        out.item("build.arg");
        out.text("name", Some(&arg.name));
        out.text("value", arg.value.as_deref());
        out.flag("redacted", arg.redacted);
        out.text("source", Some(source(arg)));
    }
    for image in &build.image {
        out.item("build.image");
        out.text("reference", Some(&image.reference));
        out.display("digest", Some(image.digest));
        out.text("source", Some(image.source.name()));
    }
    for file in &build.requirements {
        out.item("build.requirements");
        out.text("path", Some(&file.path));
        out.display("digest", Some(file.digest));
    }
}

fn source(arg: &Arg) -> &'static str {
    match arg.source {
        ArgSource::History => "history",
        ArgSource::DockerfileDefault => "dockerfile-default",
        ArgSource::CommandLine => "command-line",
        ArgSource::Provenance => "provenance",
    }
}

fn config(out: &mut Toml, config: &LockedConfig) {
    if *config == LockedConfig::default() {
        return;
    }
    out.table("config");
    out.text("user", config.user.as_deref());
    out.text("workdir", config.workdir.as_deref());
    out.strings("entrypoint", config.entrypoint.as_deref());
    out.strings("cmd", config.cmd.as_deref());
    out.strings("shell", config.shell.as_deref());
    out.text("stop-signal", config.stop_signal.as_deref());
    out.number("stop-timeout", config.stop_timeout);
    out.text("healthcheck", config.healthcheck.as_deref());
    out.flag("args-escaped", config.args_escaped);
    out.strings("exposed-ports", some(&config.exposed_ports));
    out.strings("volumes", some(&config.volumes));
    out.strings("onbuild", some(&config.onbuild));
    out.pairs("env", &config.env);
    out.pairs("labels", &config.labels);
    match config.other.as_deref() {
        // That nothing else is set is a fact too: older locks say nothing of it.
        Some([]) => out.line("other", "[]"),
        Some(other) => out.pairs("other", other),
        None => {}
    }
    for secret in &config.secret {
        out.item("config.secret");
        out.text("field", Some(&secret.field));
        out.text("name", Some(&secret.name));
        out.flag("redacted", secret.redacted);
    }
}

fn layer(out: &mut Toml, layer: &LockedLayer) {
    out.item("layer");
    out.display("digest", layer.digest);
    out.display("diff-id", Some(layer.diff_id));
    out.display("content", Some(layer.content));
    out.line("size", layer.size);
    out.line("uncompressed-size", layer.uncompressed_size);
    out.text("compression", Some(&layer.compression));
    out.line("files", layer.files);
    out.text("instruction", layer.instruction.as_deref());
    out.number("dockerfile-line", layer.dockerfile_line);
}

fn catalog(out: &mut Toml, catalog: &LockedCatalog) {
    out.item("catalog");
    out.text("ecosystem", Some(&catalog.ecosystem));
    out.text("path", Some(&catalog.path));
    out.line("layer", catalog.layer);
    out.display("digest", catalog.digest);
    out.line("packages", catalog.packages);
    out.strings("problems", some(&catalog.problems));
}

fn package(out: &mut Toml, header: &str, package: &LockedPackage) {
    out.item(header);
    out.text("name", Some(&package.name));
    out.text("version", Some(&package.version));
    out.text("architecture", package.architecture.as_deref());
    out.text("build", package.build.as_deref());
    out.text("channel", package.channel.as_deref());
    out.text("source", package.source.as_deref());
    out.text("source-version", package.source_version.as_deref());
    out.text("state", package.state.as_deref());
    out.text("checksum", package.checksum.as_deref());
    out.text("payload", package.payload.as_deref());
    out.text("modularity", package.modularity.as_deref());
    out.text("location", Some(&package.location));
    out.text("installer", package.installer.as_deref());
    out.text("origin", package.origin.as_deref());
    out.text("archive", package.archive.as_deref());
    out.text("owner", package.owner.as_deref());
    if let Some(asked) = &package.requirement {
        let via = asked.via.as_ref().map_or(String::new(), |via| format!(", via = {}", string(via)));
        let (file, specifier) = (string(&asked.file), string(&asked.specifier));
        let line = asked.line;
        out.line(
            "requirement",
            format_args!("{{ file = {file}, line = {line}, specifier = {specifier}{via} }}"),
        );
    }
    out.display("content", package.content);
    let hashes: Vec<String> = package.hashes.iter().map(ToString::to_string).collect();
    out.strings("hashes", some(&hashes));
    out.text("hashes-from", package.hashes_from.map(HashSource::name));
    out.strings("tags", some(&package.tags));
    out.flag("requested", package.requested);
    out.line("layer", package.layer);
}

fn agreement(out: &mut Toml, agreement: &LockedAgreement) {
    out.item("agreement");
    out.text("lock", Some(&agreement.lock));
    out.text("format", Some(&agreement.format));
    out.text("ecosystem", Some(&agreement.ecosystem));
    out.text("environment", agreement.environment.as_deref());
    out.strings("asked", some(&agreement.asked));
    out.text("asked-by", Some(agreement.asked_by.name()));
    out.number("dockerfile-line", agreement.dockerfile_line);
    out.strings("as-locked", some(&agreement.as_locked));
    for AgreementFile { path, digest } in &agreement.file {
        out.item("agreement.file");
        out.text("path", Some(path));
        out.display("digest", Some(digest));
    }
    for AgreementRow { name, status, reason, locked, installed, layer } in &agreement.package {
        out.item("agreement.package");
        out.text("name", Some(name));
        out.text("status", Some(status.name()));
        out.text("reason", reason.as_deref());
        out.text("locked", locked.as_deref());
        out.text("installed", installed.as_deref());
        out.number("layer", *layer);
    }
}

fn some(list: &[String]) -> Option<&[String]> {
    Some(list).filter(|list| !list.is_empty())
}

#[derive(Default)]
struct Toml(String);

impl Toml {
    fn comment(&mut self, text: &str) {
        self.0.push_str(&format!("#{text}\n"));
    }

    fn table(&mut self, name: &str) {
        self.0.push_str(&format!("\n[{name}]\n"));
    }

    fn item(&mut self, name: &str) {
        self.0.push_str(&format!("\n[[{name}]]\n"));
    }

    fn line(&mut self, key: &str, value: impl Display) {
        self.0.push_str(&format!("{key} = {value}\n"));
    }

    fn text(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.line(key, string(value));
        }
    }

    fn display(&mut self, key: &str, value: Option<impl Display>) {
        self.text(key, value.map(|value| value.to_string()).as_deref());
    }

    fn number(&mut self, key: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.line(key, value);
        }
    }

    fn flag(&mut self, key: &str, value: bool) {
        if value {
            self.line(key, value);
        }
    }

    fn strings(&mut self, key: &str, values: Option<&[String]>) {
        if let Some(values) = values {
            let values: Vec<String> = values.iter().map(|value| string(value)).collect();
            self.line(key, format_args!("[{}]", values.join(", ")));
        }
    }

    fn pairs(&mut self, key: &str, pairs: &[(String, String)]) {
        if pairs.is_empty() {
            return;
        }
        self.0.push_str(&format!("{key} = [\n"));
        for (name, value) in pairs {
            self.0.push_str(&format!("  [{}, {}],\n", string(name), string(value)));
        }
        self.0.push_str("]\n");
    }
}

/// A text as a TOML string on one line, with nothing in it that misleads a reader or that a log of CI acts on.
pub(crate) fn string(text: &str) -> String {
    // Always one line and always double quotes: a value's look must not depend on what is in it.
    let quoted = TomlStringBuilder::new(text).as_basic().to_toml_value();
    // TOML asks for fewer escapes than a reviewer's terminal does, or the log of CI where a lock is printed.
    let is_command = |at: usize| quoted.get(at..).is_some_and(|rest| runners::is_command(rest.as_bytes()));
    let acts = |at: usize, c: char| misleads(c) || c == '#' && is_command(at);
    let escaped = |(at, c): (usize, char)| match u32::from(c) {
        code if !acts(at, c) => char::from_u32(code).map_or_else(String::new, String::from),
        code @ ..=0xffff => format!("\\u{code:04X}"),
        code => format!("\\U{code:08X}"),
    };
    let is_odd = quoted.contains(misleads) || runners::has_command(&quoted);
    if is_odd { quoted.char_indices().map(escaped).collect() } else { quoted }
}

fn key(text: &str) -> String {
    text.to_toml_key()
}
