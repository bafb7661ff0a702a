//! pip's installation report (`pip install --report`), version 1: what was installed, and from which archives.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Archive, HashSource, digests, file_name};
use crate::base::path::printable;
use crate::python::name::normal_name;

/// The file's shape. Other keys are passed over.
#[derive(Deserialize)]
struct Report {
    version: String,
    install: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    download_info: DownloadInfo,
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
    version: String,
}

#[derive(Deserialize)]
struct DownloadInfo {
    url: String,
    archive_info: Option<ArchiveInfo>,
}

#[derive(Deserialize)]
struct ArchiveInfo {
    hash: Option<String>,
    hashes: Option<BTreeMap<String, String>>,
}

/// The archives of a report; the error says why it is none.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Archive>, String> {
    let report: Report =
        serde_json::from_slice(bytes).map_err(|error| printable(error.to_string().as_bytes()))?;
    if report.version != "1" {
        return Err(format!("its version is {}, expected 1", printable(report.version.as_bytes())));
    }
    Ok(report.install.into_iter().filter_map(archive).collect())
}

/// The archive of an item; `None` of a checkout or a folder.
fn archive(item: Item) -> Option<Archive> {
    let info = item.download_info.archive_info?;
    let named = info.hashes.iter().flatten().map(|(name, hex)| (name.as_str(), hex.as_str()));
    let hashes = digests(named.chain(info.hash.as_deref().and_then(|hash| hash.split_once('='))));
    let file = file_name::of_url(&item.download_info.url);
    // What was built from an sdist has tags that no file name tells.
    let tags = file_name::parse(&file).and_then(|(_, _, tags)| tags);
    let name = normal_name(&item.metadata.name);
    let (version, url) = (item.metadata.version, Some(item.download_info.url));
    Some(Archive { name, version, tags, file, url, hashes, source: HashSource::PipReport })
}
