//! Indexes asked for the pages of projects, some side by side: the answers stand in the order of what was asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use reqwest::Url;

use super::error::IndexError;
use super::proof::{ProvedHashes, Unproven, prove};
use super::url::IndexUrl;
use crate::base::digest::Sha256;
use crate::base::limits;
use crate::base::path::printable;
use crate::base::text::{cut, listed};
use crate::image::Access;
use crate::image::fetch::{Fetch, Fetched, fetch};
use crate::image::http::Http;
use crate::python::archives::file_of_url;
use crate::python::index::{self, IndexFile, InstalledWheel, MEDIA_TYPES, is_same_version};

/// Indexes that may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageIndexes {
    urls: Vec<IndexUrl>,
}

/// Characters of what a server says in an error.
const WORDS: usize = 300;

/// Wheels of one package whose metadata is fetched: all but one of them are told apart by their builds.
const METADATA_FILES: usize = 4;

impl PackageIndexes {
    /// Those of these URLs, each of which counts; an error where there are none, or where they may not be asked.
    pub fn of(urls: &[String], access: &Access) -> Result<Self, IndexError> {
        let place = |at: usize| match urls.len() {
            1 => "the package index".to_owned(),
            all => format!("package index {} of {all}", at + 1),
        };
        let index = |(at, url): (usize, &String)| IndexUrl::of(url, &place(at), access.insecure);
        let mut indexes: Vec<IndexUrl> = urls.iter().enumerate().map(index).collect::<Result<_, _>>()?;
        let mut seen = BTreeSet::new();
        indexes.retain(|index| seen.insert(index.name()));
        let Some(first) = indexes.first() else { return Err(IndexError::NotConfigured) };
        if let Some(reason) = access.offline {
            return Err(IndexError::Offline { index: first.name(), reason });
        }
        Ok(Self { urls: indexes })
    }

    /// For people: host and path of each.
    pub fn name(&self) -> String {
        let names: Vec<String> = self.urls.iter().map(IndexUrl::name).collect();
        listed(names.iter(), limits::SERVERS)
    }

    /// What is proved of each of `wheels`, in their order. An error where an index can't be asked at all, or answers with what
    /// is no page.
    pub fn look_up(
        &self,
        wheels: &[InstalledWheel],
    ) -> Result<Vec<Result<ProvedHashes, Unproven>>, IndexError> {
        let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for wheel in wheels {
            versions.entry(&wheel.name).or_default().insert(&wheel.version);
        }
        let projects: Vec<(&str, Vec<&str>)> =
            versions.into_iter().map(|(name, versions)| (name, versions.into_iter().collect())).collect();
        let asked = projects.get(..limits::INDEX_PAGES).unwrap_or(&projects);
        let http = Http::new().map_err(|error| IndexError::Unreachable {
            index: self.name(),
            project: "hashes".to_owned(),
            reason: error.to_string(),
        })?;
        let pages = side_by_side(asked, |(project, versions)| self.files(&http, project, versions))?;
        let mut pages: BTreeMap<&str, Result<Vec<IndexFile>, Unproven>> =
            asked.iter().map(|(name, _)| *name).zip(pages).collect();
        self.ask_for_metadata(&http, wheels, &mut pages)?;
        Ok(wheels.iter().map(|wheel| of_page(wheel, pages.get(wheel.name.as_str()))).collect())
    }

    /// Fetches the metadata beside the wheels that may be installed ones (PEP 658), where their index does not tell its digest.
    fn ask_for_metadata(
        &self,
        http: &Http,
        wheels: &[InstalledWheel],
        pages: &mut BTreeMap<&str, Result<Vec<IndexFile>, Unproven>>,
    ) -> Result<(), IndexError> {
        let mut links: BTreeSet<String> = BTreeSet::new();
        for wheel in wheels {
            let Some(Ok(files)) = pages.get(wheel.name.as_str()) else { continue };
            let is_silent = |file: &&IndexFile| file.metadata.is_none() && !file.link.is_empty();
            let fitting = files.iter().filter(|file| fits(wheel, file)).filter(is_silent);
            links.extend(fitting.take(METADATA_FILES).map(|file| file.link.clone()));
        }
        let links: Vec<String> = links.into_iter().collect();
        let digests = side_by_side(&links, |link| Ok(self.metadata(http, link)))?;
        let digests: BTreeMap<&String, Option<Sha256>> = links.iter().zip(digests).collect();
        for file in pages.values_mut().filter_map(|page| page.as_mut().ok()).flatten() {
            file.metadata = file.metadata.or_else(|| digests.get(&file.link).copied().flatten());
        }
        Ok(())
    }

    /// The digest of the metadata beside a wheel, which may be kept by another host: it gets no login of the index.
    fn metadata(&self, http: &Http, link: &str) -> Option<Sha256> {
        let url = Url::parse(&format!("{link}.metadata")).ok()?;
        let login = self.urls.iter().find(|index| index.is_of(&url)).and_then(IndexUrl::login);
        match fetch(http, Fetch { url: &url, accept: "*/*", login, cap: limits::SOURCE_TEXT_BYTES }) {
            Ok(Fetched::Document { bytes, .. }) => Some(Sha256::of(&bytes)),
            _ => None,
        }
    }

    /// The files that all indexes have of a project in these versions.
    fn files(
        &self,
        http: &Http,
        project: &str,
        versions: &[&str],
    ) -> Result<Result<Vec<IndexFile>, Unproven>, IndexError> {
        let mut files = Vec::new();
        let (mut is_there, mut reason) = (false, Unproven::NoProject);
        for index in &self.urls {
            match of_index(http, index, project, versions)? {
                Ok(more) => {
                    files.extend(more);
                    is_there = true;
                }
                // Who has not the project says less than who does not tell.
                Err(Unproven::NoProject) => {}
                Err(other) => reason = other,
            }
        }
        Ok(if is_there { Ok(files) } else { Err(reason) })
    }
}

/// What `ask` says of each, some at once, in their order; of errors the first.
fn side_by_side<A: Sync, T: Send>(
    all: &[A],
    ask: impl Fn(&A) -> Result<T, IndexError> + Sync,
) -> Result<Vec<T>, IndexError> {
    let (next, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let answers = Mutex::new(BTreeMap::new());
    let work = || {
        while !is_over.load(Ordering::Relaxed) {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(one) = all.get(at) else { break };
            let answer = ask(one);
            is_over.fetch_or(answer.is_err(), Ordering::Relaxed);
            answers.lock().unwrap_or_else(PoisonError::into_inner).insert(at, answer);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..limits::ASKED_TOGETHER.min(all.len()) {
            scope.spawn(work);
        }
    });
    answers.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

/// The files that one index has.
fn of_index(
    http: &Http,
    index: &IndexUrl,
    project: &str,
    versions: &[&str],
) -> Result<Result<Vec<IndexFile>, Unproven>, IndexError> {
    let Some(url) = index.page(project) else { return Ok(Err(Unproven::Name)) };
    let ask = Fetch { url: &url, accept: MEDIA_TYPES, login: index.login(), cap: limits::INDEX_PAGE_BYTES };
    let (name, project) = (index.name(), project.to_owned());
    let fetched = match fetch(http, ask) {
        Ok(fetched) => fetched,
        Err(reason) => {
            return Err(IndexError::Unreachable { index: name, project, reason: reason.to_string() });
        }
    };
    match fetched {
        Fetched::Document { media_type, url, bytes } => {
            let page = index::read(&media_type, &bytes, &project, versions)
                .map_err(|reason| IndexError::Page { index: name, project, reason: cut(&reason, WORDS) })?;
            let base = page.base.and_then(|base| url.join(&base).ok()).unwrap_or(url);
            let linked = |file: IndexFile| IndexFile { link: link(&base, &file), ..file };
            Ok(Ok(page.files.into_iter().map(linked).collect()))
        }
        Fetched::Elsewhere(host) => Ok(Err(Unproven::Elsewhere(host))),
        Fetched::Status(404 | 410) => Ok(Err(Unproven::NoProject)),
        Fetched::Status(status @ 401) => Err(IndexError::Login { index: name, project, status }),
        // So object stores call what is not there.
        Fetched::Status(403) => Ok(Err(Unproven::Refused(403))),
        Fetched::Status(status) => Err(IndexError::Status { index: name, project, status }),
    }
}

/// The URL of a file. Nothing of one that does not stay, as one with a query that signs it for an hour, and of one that ends in
/// another name than the file's: of such a file, only the hash is known.
fn link(base: &Url, file: &IndexFile) -> String {
    let Ok(mut url) = base.join(&file.link) else { return String::new() };
    let is_web = url.scheme() == "https" || url.scheme() == "http" && base.scheme() == "http";
    let is_plain = url.set_username("").is_ok() && url.set_password(None).is_ok();
    url.set_fragment(None);
    let is_its = file_of_url(url.as_str()) == file.name;
    match is_web && is_plain && is_its && url.query().is_none() {
        true => printable(url.as_str().as_bytes()),
        false => String::new(),
    }
}

/// Whether a file's name says what the installed wheel says of itself.
fn fits(wheel: &InstalledWheel, file: &IndexFile) -> bool {
    file.tags.is_some() && file.tags == wheel.tags && is_same_version(&file.version, &wheel.version)
}

/// What a project's page proves of one of its wheels.
fn of_page(
    wheel: &InstalledWheel,
    page: Option<&Result<Vec<IndexFile>, Unproven>>,
) -> Result<ProvedHashes, Unproven> {
    match page {
        None => Err(Unproven::TooMany),
        Some(Err(reason)) => Err(reason.clone()),
        Some(Ok(files)) => {
            let is_version = |file: &&IndexFile| is_same_version(&file.version, &wheel.version);
            let of_version: Vec<IndexFile> = files.iter().filter(is_version).cloned().collect();
            prove(wheel, &of_version)
        }
    }
}
