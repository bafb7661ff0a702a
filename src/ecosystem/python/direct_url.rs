//! `direct_url.json` (PEP 610) and `provenance_url.json` (PEP 710, a draft): where a package came from.
//!
//! Credentials that an installer left in a URL are dropped, so they cannot reach a lockfile. Hashes other than
//! sha256 and sha512 are passed over.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::base::digest::Digest;
use crate::base::path::printable;

/// What is said about a package's origin.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Origin {
    /// A URL, `<vcs>+<url>@<commit>`, or `editable` and the URL of the folder.
    pub(super) place: Option<String>,
    /// What was asked for of a version control system.
    pub(super) requested: Option<String>,
    /// Digests of the archive.
    pub(super) hashes: Vec<Digest>,
}

/// The file's shape. Other keys are passed over: the specification lets tools add some.
#[derive(Deserialize)]
struct DirectUrl {
    url: String,
    subdirectory: Option<String>,
    dir_info: Option<DirInfo>,
    vcs_info: Option<VcsInfo>,
    archive_info: Option<ArchiveInfo>,
}

#[derive(Deserialize)]
struct DirInfo {
    editable: Option<bool>,
}

#[derive(Deserialize)]
struct VcsInfo {
    vcs: String,
    commit_id: String,
    requested_revision: Option<String>,
}

/// uv writes it empty; older pip writes `hash` only.
#[derive(Deserialize)]
struct ArchiveInfo {
    hash: Option<String>,
    hashes: Option<BTreeMap<String, String>>,
}

/// Reads the file; the error says what is wrong with it.
pub(super) fn parse(bytes: &[u8]) -> Result<Origin, String> {
    let read: DirectUrl =
        serde_json::from_slice(bytes).map_err(|error| printable(error.to_string().as_bytes()))?;
    let is_editable = read.dir_info.as_ref().is_some_and(|dir| dir.editable == Some(true));
    let hashes = hashes(&read);
    let asked = read.vcs_info.as_ref().and_then(|vcs| vcs.requested_revision.as_deref());
    let requested = asked.map(|asked| printable(asked.as_bytes()));
    let place = place(read);
    let place = if is_editable { format!("editable {place}") } else { place };
    Ok(Origin { place: Some(printable(place.as_bytes())), requested, hashes })
}

fn place(read: DirectUrl) -> String {
    let url = without_credentials(&read.url);
    let place = match read.vcs_info {
        Some(VcsInfo { vcs, commit_id, requested_revision: _ }) => format!("{vcs}+{url}@{commit_id}"),
        None => url,
    };
    match read.subdirectory {
        Some(subdirectory) => format!("{place}#subdirectory={subdirectory}"),
        None => place,
    }
}

/// The hashes that `archive_info` names, and the one that an installer was given, and checked, in the URL itself.
fn hashes(read: &DirectUrl) -> Vec<Digest> {
    let fragment = read.url.split_once('#').map_or("", |(_, fragment)| fragment);
    let asked = fragment.split('&').filter_map(|part| part.split_once('='));
    let archive = read.archive_info.as_ref();
    let named = archive.and_then(|archive| archive.hashes.as_ref()).into_iter().flatten();
    let named = named.map(|(name, hex)| (name.as_str(), hex.as_str()));
    let old = archive.and_then(|archive| archive.hash.as_deref()?.split_once('='));
    let mut hashes: Vec<_> = asked.chain(named).chain(old).filter_map(digest).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

fn digest((algorithm, hex): (&str, &str)) -> Option<Digest> {
    format!("{algorithm}:{}", hex.to_ascii_lowercase()).parse().ok()
}

/// The URL without user and password. What PEP 610 allows to stand stays: the user `git`, and names of variables.
pub(super) fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        Some((user, host)) if user != "git" && !is_variables(user) => format!("{scheme}://{host}{path}"),
        _ => url.to_owned(),
    }
}

fn is_variables(user: &str) -> bool {
    let is_variable = |part: &str| {
        let name = part.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        name.is_some_and(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
    };
    user.split(':').all(is_variable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::digest::Sha256;

    const SHA: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn place(json: &str) -> String {
        parse(json.as_bytes()).unwrap().place.unwrap()
    }

    #[test]
    fn a_checkout_is_its_url_and_commit() {
        let json = r#"{"url":"https://example.org/x.git","subdirectory":"py",
            "vcs_info":{"vcs":"git","requested_revision":"main","commit_id":"0123abc"}}"#;
        assert_eq!(place(json), "git+https://example.org/x.git@0123abc#subdirectory=py");
    }

    #[test]
    fn an_archive_has_its_url_and_the_hashes_however_they_are_written() {
        let sha = Digest::from(Sha256::of(b""));
        for archive in [
            format!(r#""archive_info":{{"hash":"sha256={SHA}","hashes":{{"sha256":"{SHA}","md5":"00"}}}}"#),
            format!(r#""archive_info":{{"hash":"sha256={SHA}"}}"#),
            format!(r#""archive_info":{{"hashes":{{"sha256":"{SHA}"}}}}"#),
        ] {
            let origin =
                parse(format!(r#"{{"url":"https://example.org/a.whl",{archive}}}"#).as_bytes()).unwrap();
            assert_eq!(
                origin,
                Origin {
                    place: Some("https://example.org/a.whl".into()),
                    hashes: vec![sha],
                    requested: None
                }
            );
        }
        let asked = format!(r#"{{"url":"https://example.org/a.whl#sha256={SHA}","archive_info":{{}}}}"#);
        assert_eq!(parse(asked.as_bytes()).unwrap().hashes, [sha]);
        let long = "ab".repeat(64);
        let sha512 =
            format!(r#"{{"url":"u","archive_info":{{"hashes":{{"sha256":"{SHA}","sha512":"{long}"}}}}}}"#);
        let long: Digest = format!("sha512:{long}").parse().unwrap();
        assert_eq!(parse(sha512.as_bytes()).unwrap().hashes, [sha, long]);
    }

    #[test]
    fn an_empty_archive_info_still_tells_the_url() {
        let origin = parse(br#"{"url":"file:///tmp/a.whl","archive_info":{}}"#).unwrap();
        assert_eq!(
            origin,
            Origin { place: Some("file:///tmp/a.whl".into()), hashes: vec![], requested: None }
        );
    }

    #[test]
    fn only_an_editable_folder_is_editable() {
        assert_eq!(place(r#"{"url":"file:///src","dir_info":{"editable":true}}"#), "editable file:///src");
        assert_eq!(place(r#"{"url":"file:///src","dir_info":{"editable":false}}"#), "file:///src");
        assert_eq!(place(r#"{"url":"file:///src","dir_info":{}}"#), "file:///src");
    }

    #[test]
    fn credentials_are_dropped_and_what_is_none_stays() {
        let url =
            |authority: &str| place(&format!(r#"{{"url":"https://{authority}/x@1","archive_info":{{}}}}"#));
        assert_eq!(url("user:secret@example.org:8443"), "https://example.org:8443/x@1");
        assert_eq!(url("token@example.org"), "https://example.org/x@1");
        assert_eq!(url("a@b:secret@example.org"), "https://example.org/x@1");
        assert_eq!(url("git@example.org"), "https://git@example.org/x@1");
        assert_eq!(url("${USER}:${TOKEN}@example.org"), "https://${USER}:${TOKEN}@example.org/x@1");
        assert_eq!(url("${USER}:secret@example.org"), "https://example.org/x@1");
    }

    #[test]
    fn what_is_not_such_a_file_is_an_error_in_words() {
        for json in [&b""[..], b"[]", b"{}", b"\xff", br#"{"url":1}"#, &b"[".repeat(1 << 20)] {
            assert!(parse(json).is_err());
        }
    }
}
