//! `cyclonedx`: a bill of materials as CycloneDX 1.6, in JSON.
//!
//! A package that another one brings is a component of it. What the packages need of each other is not in a lock: of the image
//! alone it is said what it depends on, and that is not claimed to be all.
//!
//! Source: CycloneDX 1.6 (ECMA-424), bom-1.6.schema.json.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Bill, Part, Place, owned, written};
use crate::base::about::{About, AboutKind};
use crate::base::digest::Digest;
use crate::export::error::ExportError;
use crate::export::interface::{Export, ExportOptions, Exported};
use crate::lockfile::Lockfile;

static ABOUT: About = About {
    kind: AboutKind::Export,
    id: "cyclonedx",
    summary: "every package of the image as a bill of materials, CycloneDX 1.6 in JSON",
    page: include_str!("../../../docs/exports/cyclonedx.md"),
};

/// What the image is called in the document.
const IMAGE: &str = "image";

/// CycloneDX.
pub(in crate::export) struct CycloneDx;

impl Export for CycloneDx {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn is_of_one_place(&self) -> bool {
        false
    }

    fn write(&self, lock: &Lockfile, _: &ExportOptions) -> Result<Exported, ExportError> {
        Ok(written(lock, ABOUT.id, document))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(rename = "$schema")]
    schema: &'static str,
    bom_format: &'static str,
    spec_version: &'static str,
    serial_number: String,
    version: u32,
    metadata: Metadata,
    components: Vec<Component>,
    dependencies: Vec<Dependency>,
    compositions: Vec<Composition>,
}

#[derive(Serialize)]
struct Metadata {
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    tools: Tools,
    component: Component,
}

#[derive(Serialize)]
struct Tools {
    components: Vec<Component>,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Component {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "bom-ref", skip_serializing_if = "Option::is_none")]
    bom_ref: Option<String>,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<Hash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_references: Vec<ExternalReference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    components: Vec<Component>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property>,
}

#[derive(Serialize)]
struct Hash {
    alg: &'static str,
    content: String,
}

#[derive(Serialize)]
struct ExternalReference {
    #[serde(rename = "type")]
    kind: &'static str,
    url: String,
}

#[derive(Serialize)]
struct Property {
    name: String,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency {
    #[serde(rename = "ref")]
    reference: String,
    depends_on: Vec<String>,
}

#[derive(Serialize)]
struct Composition {
    aggregate: &'static str,
    assemblies: Vec<String>,
}

fn document(bill: &Bill<'_>) -> Document {
    let brought = owned(&bill.parts);
    let system = bill.distribution.as_ref().map(|distribution| Component {
        kind: "operating-system",
        bom_ref: Some(format!("os-{}", distribution.id)),
        name: distribution.id.clone(),
        version: distribution.version.clone(),
        ..Component::default()
    });
    let own = bill.parts.iter().enumerate().filter(|(_, part)| part.owner.is_none());
    let packages =
        own.map(|(at, part)| Component { components: components(&brought, at), ..component(part) });
    let components: Vec<Component> = system.into_iter().chain(packages).collect();
    let depends_on = components.iter().filter_map(|component| component.bom_ref.clone()).collect();
    // That nothing else is in the image is more than a lock can say: files may belong to no package.
    let aggregate = if bill.unread.is_empty() { "unknown" } else { "incomplete" };
    Document {
        schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        bom_format: "CycloneDX",
        spec_version: "1.6",
        serial_number: format!("urn:uuid:{}", bill.number),
        version: 1,
        metadata: metadata(bill),
        components,
        dependencies: vec![Dependency { reference: IMAGE.to_owned(), depends_on }],
        compositions: vec![Composition { aggregate, assemblies: vec![IMAGE.to_owned()] }],
    }
}

fn metadata(bill: &Bill<'_>) -> Metadata {
    let tool = Component {
        kind: "application",
        name: env!("CARGO_PKG_NAME").to_owned(),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        ..Component::default()
    };
    let image = &bill.image;
    let unread = bill.unread.iter().map(|unread| ("unread", unread.clone()));
    Metadata {
        timestamp: bill.created.clone(),
        tools: Tools { components: vec![tool] },
        component: Component {
            kind: "container",
            bom_ref: Some(IMAGE.to_owned()),
            name: image.name.clone(),
            version: Some(image.version.clone()),
            purl: image.purl.clone(),
            properties: properties(image.properties.iter().cloned().chain(unread)),
            ..Component::default()
        },
    }
}

/// What the part at `owner` brings. Nothing owns what is owned: a package of one kind brings those of another.
fn components(brought: &BTreeMap<usize, Vec<&Part<'_>>>, owner: usize) -> Vec<Component> {
    brought.get(&owner).map(Vec::as_slice).unwrap_or_default().iter().map(|part| component(part)).collect()
}

fn component(part: &Part<'_>) -> Component {
    let source = part.source().map(|(url, place)| ExternalReference {
        kind: match place {
            Place::Archive => "distribution",
            Place::Checkout => "vcs",
        },
        url: url.to_owned(),
    });
    let ecosystem = ("ecosystem", part.ecosystem.to_owned());
    Component {
        kind: "library",
        bom_ref: Some(part.id.clone()),
        name: part.package.name.clone(),
        version: Some(part.package.version.clone()),
        hashes: part.hashes().iter().map(hash).collect(),
        purl: part.purl.clone(),
        external_references: source.into_iter().collect(),
        properties: properties(std::iter::once(ecosystem).chain(part.properties())),
        ..Component::default()
    }
}

fn hash(hash: &Digest) -> Hash {
    let alg = match hash {
        Digest::Sha256(_) => "SHA-256",
        Digest::Sha512(_) => "SHA-512",
    };
    Hash { alg, content: hash.hex() }
}

fn properties(pairs: impl Iterator<Item = (&'static str, String)>) -> Vec<Property> {
    pairs.map(|(name, value)| Property { name: format!("reprolock:{name}"), value }).collect()
}
