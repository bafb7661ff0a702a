//! `spdx`: a bill of materials as SPDX 2.3, in JSON.
//!
//! The document describes the image, which contains the packages; one that another brings is contained in that one. Nothing is
//! said of licenses: a lock does not know them.
//!
//! Source: SPDX specification 2.3 (ISO/IEC 5962 in its 2.2.1), spdx-schema.json.

use serde::Serialize;

use super::{Bill, Part, written};
use crate::base::about::{About, AboutKind};
use crate::base::digest::Digest;
use crate::export::error::ExportError;
use crate::export::interface::{Export, ExportOptions, Exported};
use crate::lockfile::Lockfile;

static ABOUT: About = About {
    kind: AboutKind::Export,
    id: "spdx",
    summary: "every package of the image as a bill of materials, SPDX 2.3 in JSON",
    page: include_str!("../../../docs/exports/spdx.md"),
};

const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const IMAGE: &str = "SPDXRef-image";
const UNKNOWN: &str = "NOASSERTION";

/// Where a lock has no time, since SPDX has to have one.
const NO_TIME: &str = "1970-01-01T00:00:00Z";

/// SPDX.
pub(in crate::export) struct Spdx;

impl Export for Spdx {
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
    #[serde(rename = "SPDXID")]
    id: &'static str,
    spdx_version: &'static str,
    data_license: &'static str,
    name: String,
    document_namespace: String,
    creation_info: CreationInfo,
    document_describes: Vec<&'static str>,
    packages: Vec<Package>,
    relationships: Vec<Relationship>,
}

#[derive(Serialize)]
struct CreationInfo {
    created: String,
    creators: Vec<String>,
    comment: String,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Package {
    #[serde(rename = "SPDXID")]
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_info: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    primary_package_purpose: Option<&'static str>,
    download_location: String,
    files_analyzed: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checksums: Vec<Checksum>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_info: Option<String>,
    license_concluded: &'static str,
    license_declared: &'static str,
    copyright_text: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    external_refs: Vec<ExternalRef>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Checksum {
    algorithm: &'static str,
    checksum_value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExternalRef {
    reference_category: &'static str,
    reference_type: &'static str,
    reference_locator: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relationship {
    spdx_element_id: String,
    relationship_type: &'static str,
    related_spdx_element: String,
}

fn document(bill: &Bill<'_>) -> Document {
    let system = bill.distribution.as_ref().map(|distribution| Package {
        name: distribution.id.clone(),
        version_info: distribution.version.clone(),
        primary_package_purpose: Some("OPERATING_SYSTEM"),
        ..unknown(format!("SPDXRef-os-{}", plain(&distribution.id)))
    });
    let packages: Vec<Package> =
        std::iter::once(image(bill)).chain(system).chain(bill.parts.iter().map(package)).collect();
    let of_system = bill
        .distribution
        .iter()
        .map(|system| (IMAGE.to_owned(), format!("SPDXRef-os-{}", plain(&system.id))));
    let of_parts = bill.parts.iter().map(|part| {
        let owner = part.owner.and_then(|owner| bill.parts.get(owner));
        (owner.map_or_else(|| IMAGE.to_owned(), reference), reference(part))
    });
    let contains = of_system.chain(of_parts).map(|(from, to)| relationship(&from, "CONTAINS", &to));
    Document {
        id: DOCUMENT,
        spdx_version: "SPDX-2.3",
        data_license: "CC0-1.0",
        name: bill.image.name.clone(),
        document_namespace: format!("urn:uuid:{}", bill.number),
        creation_info: creation(bill),
        document_describes: vec![IMAGE],
        packages,
        relationships: std::iter::once(relationship(DOCUMENT, "DESCRIBES", IMAGE)).chain(contains).collect(),
    }
}

fn creation(bill: &Bill<'_>) -> CreationInfo {
    let comment = match &bill.created {
        Some(_) => "The time is the image's: a lock's export has no clock.",
        None => "The lock has no time, and its export no clock: the time says nothing.",
    };
    CreationInfo {
        created: bill.created.clone().unwrap_or_else(|| NO_TIME.to_owned()),
        creators: vec![format!("Tool: {}-{}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))],
        comment: comment.to_owned(),
    }
}

fn image(bill: &Bill<'_>) -> Package {
    let image = &bill.image;
    let properties = image.properties.iter().cloned();
    Package {
        name: image.name.clone(),
        version_info: Some(image.version.clone()),
        primary_package_purpose: Some("CONTAINER"),
        external_refs: purl(image.purl.as_deref()),
        source_info: sentence(properties.collect()),
        comment: (!bill.unread.is_empty())
            .then(|| format!("Packages may be missing: {}", bill.unread.join("; "))),
        ..unknown(IMAGE.to_owned())
    }
}

fn package(part: &Part<'_>) -> Package {
    Package {
        name: part.package.name.clone(),
        version_info: Some(part.package.version.clone()),
        download_location: part.source().map_or_else(|| UNKNOWN.to_owned(), |(url, _)| url.to_owned()),
        checksums: part.hashes().iter().map(checksum).collect(),
        external_refs: purl(part.purl.as_deref()),
        source_info: sentence(part.properties()),
        ..unknown(reference(part))
    }
}

/// A package of which nothing is known.
fn unknown(id: String) -> Package {
    Package {
        id,
        download_location: UNKNOWN.to_owned(),
        license_concluded: UNKNOWN,
        license_declared: UNKNOWN,
        copyright_text: UNKNOWN,
        ..Package::default()
    }
}

fn reference(part: &Part<'_>) -> String {
    format!("SPDXRef-{}", part.id)
}

fn plain(id: &str) -> String {
    id.replace(|c: char| !c.is_ascii_alphanumeric() && c != '.', "-")
}

fn relationship(from: &str, kind: &'static str, to: &str) -> Relationship {
    Relationship {
        spdx_element_id: from.to_owned(),
        relationship_type: kind,
        related_spdx_element: to.to_owned(),
    }
}

fn purl(purl: Option<&str>) -> Vec<ExternalRef> {
    let of = |purl: &str| ExternalRef {
        reference_category: "PACKAGE-MANAGER",
        reference_type: "purl",
        reference_locator: purl.to_owned(),
    };
    purl.map(of).into_iter().collect()
}

fn checksum(hash: &Digest) -> Checksum {
    let algorithm = match hash {
        Digest::Sha256(_) => "SHA256",
        Digest::Sha512(_) => "SHA512",
    };
    Checksum { algorithm, checksum_value: hash.hex() }
}

/// `location usr/lib, layer 3`
fn sentence(properties: Vec<(&'static str, String)>) -> Option<String> {
    let words: Vec<String> = properties.into_iter().map(|(name, value)| format!("{name} {value}")).collect();
    Some(words.join(", ")).filter(|text| !text.is_empty())
}
