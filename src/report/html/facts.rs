//! The page of `freeze` and `inspect`: what the image is.

use super::super::model::{Frozen, Inspected};
use super::super::style::{bytes, counted};
use super::markup::{Html, bar, notes, section, table};
use super::verify::count;
use crate::lockfile::Lockfile;
use crate::lockfile::model::Package;

pub(super) fn frozen(frozen: &Frozen<'_>) -> Html {
    let mut html = Html::default();
    html.raw("<header>\n<h1>wrote <span class=\"mono\">")
        .text(frozen.lockfile)
        .raw("</span></h1>\n</header>\n");
    html.raw("<main>\n").add(identity(frozen.image, frozen.lock));
    html.add(section("notes", "Notes", notes(frozen.notes))).raw("</main>\n");
    html
}

pub(super) fn inspected(inspected: &Inspected<'_>) -> Html {
    let lock = inspected.lock;
    let mut html = Html::default();
    html.raw("<header>\n<h1 class=\"mono\">").text(inspected.image).raw("</h1>\n</header>\n<main>\n");
    html.add(identity(inspected.image, lock));
    html.add(section("layers", "Layers", layers(lock)));
    html.add(section("args", "Build arguments", args(lock)));
    html.add(section("config", "Config", config(lock)));
    html.add(section("packages", "Packages", packages(lock)));
    html.add(section("notes", "Notes", notes(inspected.notes))).raw("</main>\n");
    html
}

fn identity(image: &str, lock: &Lockfile) -> Html {
    let files: usize = lock.layer.iter().map(|layer| layer.files).sum();
    let size = lock.layer.iter().map(|layer| layer.size).fold(0, u64::saturating_add);
    let holds =
        format!("{}, {}, {}", counted(lock.layer.len(), "layer"), bytes(size), counted(files, "file"));
    let rows = [
        ("image", Some(image.to_owned())),
        ("platform", Some(lock.image.platform.clone())),
        ("manifest", lock.image.manifest.map(|digest| digest.to_string())),
        ("config", Some(lock.image.config.to_string())),
        ("created", lock.image.created.clone()),
        ("builder", lock.build.builder.clone()),
        ("base", lock.base.as_ref().and_then(|base| base.reference.clone())),
        ("holds", Some(holds)),
    ];
    let mut html = Html::default();
    html.raw("<dl class=\"facts\">\n");
    for (label, value) in rows {
        if let Some(value) = value {
            html.raw("<dt>").raw(label).raw("</dt><dd>").text(&value).raw("</dd>\n");
        }
    }
    html.raw("</dl>\n");
    html
}

fn layers(lock: &Lockfile) -> Html {
    let mut html = Html::default();
    let largest = lock.layer.iter().map(|layer| layer.size).max().unwrap_or(0);
    html.raw(
        "<table class=\"layers\">\n<thead><tr><th scope=\"col\">layer</th><th scope=\"col\">instruction</th>",
    );
    html.raw("<th scope=\"col\">line</th><td class=\"wide\"></td><th scope=\"col\">size</th>");
    html.raw("<th scope=\"col\">files</th></tr></thead>\n<tbody>\n");
    for (index, layer) in lock.layer.iter().enumerate() {
        html.raw("<tr><td class=\"num\">")
            .text(&index.to_string())
            .raw("</td><td class=\"what\"><span class=\"cut\">");
        html.text(layer.instruction.as_deref().unwrap_or("(no history)"))
            .raw("</span></td><td class=\"num\">");
        html.text(&layer.dockerfile_line.map_or(String::new(), |line| format!(":{line}")));
        html.raw("</td><td class=\"wide\">")
            .add(bar(layer.size, largest, "plain"))
            .raw("</td><td class=\"num\">");
        html.text(&bytes(layer.size)).raw("</td><td class=\"num count\">").add(count(layer.files));
        html.raw("</td></tr>\n");
    }
    html.raw("</tbody>\n</table>\n");
    html
}

fn args(lock: &Lockfile) -> Html {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "(redacted)".to_owned());
    table(&["name", "value"], lock.build.arg.iter().map(|arg| vec![arg.name.clone(), value(&arg.value)]))
}

fn config(lock: &Lockfile) -> Html {
    let config = &lock.config;
    let words = |words: &Option<Vec<String>>| words.as_ref().map(|words| words.join(" "));
    let list = |items: &[String]| (!items.is_empty()).then(|| items.join(", "));
    let fields = [
        ("user", config.user.clone()),
        ("workdir", config.workdir.clone()),
        ("entrypoint", words(&config.entrypoint)),
        ("cmd", words(&config.cmd)),
        ("ports", list(&config.exposed_ports)),
        ("volumes", list(&config.volumes)),
    ];
    let fields = fields.into_iter().filter_map(|(field, value)| Some(vec![field.to_owned(), value?]));
    let named = |field: &'static str| {
        move |(name, value): &(String, String)| vec![format!("{field} {name}"), value.clone()]
    };
    let redacted = config
        .secret
        .iter()
        .map(|secret| vec![format!("{} {}", secret.field, secret.name), "(redacted)".to_owned()]);
    let rows =
        fields.chain(config.env.iter().map(named("env"))).chain(config.labels.iter().map(named("label")));
    table(&["field", "value"], rows.chain(redacted))
}

fn packages(lock: &Lockfile) -> Html {
    let mut html = Html::default();
    for (ecosystem, packages) in &lock.package {
        html.raw("<details><summary>").text(&format!("{ecosystem}: {}", counted(packages.len(), "package")));
        html.raw("</summary>\n");
        let row = |package: &Package| {
            let asked = package.requirement.as_ref().map(|asked| format!("{}:{}", asked.file, asked.line));
            let layer = package.layer.to_string();
            vec![package.name.clone(), package.version.clone(), layer, asked.unwrap_or_default()]
        };
        html.add(table(&["package", "version", "layer", "asked for in"], packages.iter().map(row)));
        html.raw("</details>\n");
    }
    html
}
