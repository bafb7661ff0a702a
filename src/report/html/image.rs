//! The page of `freeze` and `inspect`: what the image is.

use maud::{Markup, html};

use super::markup::{Shown, bar, count, table};
use crate::report::story::{ConfigValue, Fact, Holds, Installed, InstalledPackage, KnownArg, LayerRow};
use crate::report::style::{bytes, counted};

/// The facts, in a list.
pub(super) fn facts(facts: &[Fact<'_>]) -> Markup {
    let row = |fact: &Fact<'_>| match fact {
        Fact::Image(name) => Some(("image", (*name).to_owned())),
        Fact::Platform(platform) => Some(("platform", (*platform).to_owned())),
        Fact::Manifest(digest) => Some(("manifest", digest.to_string())),
        Fact::Config(digest) => Some(("config", digest.to_string())),
        Fact::Created(created) => Some(("created", (*created).to_owned())),
        Fact::Builder(builder) => Some(("builder", (*builder).to_owned())),
        Fact::Base(base) => base.reference.clone().map(|name| ("base", name)),
        Fact::Layers(Holds { layers, size, unpacked: _, files }) => {
            let (layers, files) = (counted(*layers, "layer"), counted(*files, "file"));
            Some(("holds", format!("{layers}, {}, {files}", bytes(*size))))
        }
        // The packages are listed below, each with the file that asked for it; what is not known is not told.
        Fact::UnknownBase | Fact::Packages(_) | Fact::Required(_) => None,
    };
    html! {
        dl class="facts" { "\n"
            @for (label, value) in facts.iter().filter_map(row) {
                dt { (label) } dd { (Shown(&value)) } "\n"
            }
        } "\n"
    }
}

pub(super) fn layers(layers: &[LayerRow<'_>]) -> Markup {
    let largest = layers.iter().map(|row| row.size).max().unwrap_or(0);
    html! {
        table class="layers" { "\n"
            thead { tr {
                th scope="col" { "layer" } th scope="col" { "instruction" } th scope="col" { "line" }
                td class="wide" {} th scope="col" { "size" } th scope="col" { "files" }
            } } "\n"
            tbody { "\n"
                @for row in layers { (layer(row, largest)) }
            } "\n"
        } "\n"
    }
}

fn layer(row: &LayerRow<'_>, largest: u64) -> Markup {
    let LayerRow { index, what, line, size, files } = row;
    html! {
        tr {
            td class="num" { (index) }
            td class="what" { span class="cut" { (Shown(what)) } }
            td class="num" { (line) }
            td class="wide" { (bar(*size, largest, "plain")) }
            td class="num" { (bytes(*size)) }
            td class="num count" { (count(*files)) }
        } "\n"
    }
}

pub(super) fn args(args: &[KnownArg<'_>]) -> Markup {
    let row = |arg: &KnownArg<'_>| {
        let KnownArg { name, value, source: _ } = arg;
        vec![(*name).to_owned(), value.unwrap_or("(redacted)").to_owned()]
    };
    table(["name", "value"], args.iter().map(row))
}

pub(super) fn config(values: &[ConfigValue<'_>]) -> Markup {
    let row = |value: &ConfigValue<'_>| {
        let ConfigValue { field, name, value } = value;
        let field = name.map_or_else(|| (*field).to_owned(), |name| format!("{field} {name}"));
        vec![field, value.clone().unwrap_or_else(|| "(redacted)".to_owned())]
    };
    table(["field", "value"], values.iter().map(row))
}

pub(super) fn packages(ecosystems: &[Installed<'_>]) -> Markup {
    let row = |package: &InstalledPackage<'_>| {
        let InstalledPackage {
            name,
            version: _,
            build: _,
            location: _,
            layer,
            requirement,
            state: _,
            owner: _,
        } = package;
        let asked = requirement.map(|asked| format!("{}:{}", asked.file, asked.line));
        vec![(*name).to_owned(), package.version_and_build(), layer.to_string(), asked.unwrap_or_default()]
    };
    html! {
        @for Installed { ecosystem, packages } in ecosystems {
            details { summary { (Shown(&format!("{ecosystem}: {}", counted(packages.len(), "package")))) } "\n"
                (table(["package", "version", "layer", "asked for in"], packages.iter().map(row)))
            } "\n"
        }
    }
}
