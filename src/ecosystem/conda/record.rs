//! Reads one record of `conda-meta`: what conda knows of a package that it installed.
//!
//! A record is JSON: the package as its channel describes it, where it came from, and its files. `files` lists paths below the
//! prefix; `paths_data` lists them again, mostly with the sum that the archive has of each (`sha256`) and that of what was
//! written, where the prefix was put in the place of a placeholder (`sha256_in_prefix`).
//!
//! A record is readable where it says name, version, build and build number, each as what it is, and each key once: what conda
//! and rattler need of it. Other keys may lack. What this does not do: look at the files.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::base::checksum::Checksum;
use crate::base::path::printable;

/// Bytes of one of its texts: Linux takes no longer file name, and no server a longer URL.
const TEXT_BYTES: usize = 4096;

/// A package's record.
#[derive(Debug, Deserialize)]
pub(super) struct Record<'r> {
    #[serde(borrow)]
    pub(super) name: Cow<'r, str>,
    #[serde(borrow)]
    pub(super) version: Cow<'r, str>,
    #[serde(borrow)]
    pub(super) build: Cow<'r, str>,
    #[serde(rename = "build_number")]
    _build_number: u64,
    #[serde(borrow)]
    pub(super) channel: Option<Cow<'r, str>>,
    #[serde(borrow)]
    pub(super) subdir: Option<Cow<'r, str>>,
    #[serde(borrow)]
    pub(super) url: Option<Cow<'r, str>>,
    #[serde(borrow)]
    pub(super) md5: Option<Cow<'r, str>>,
    #[serde(borrow)]
    pub(super) sha256: Option<Cow<'r, str>>,
    #[serde(borrow, default)]
    files: Vec<Text<'r>>,
    #[serde(borrow, default)]
    paths_data: PathsData<'r>,
}

#[derive(Debug, Deserialize)]
struct Text<'r>(#[serde(borrow)] Cow<'r, str>);

#[derive(Debug, Default, Deserialize)]
struct PathsData<'r> {
    #[serde(borrow, default)]
    paths: Vec<PathRow<'r>>,
}

#[derive(Debug, Deserialize)]
struct PathRow<'r> {
    #[serde(borrow, rename = "_path")]
    path: Cow<'r, str>,
    #[serde(borrow)]
    path_type: Option<Cow<'r, str>>,
    #[serde(borrow)]
    sha256: Option<Cow<'r, str>>,
    #[serde(borrow)]
    sha256_in_prefix: Option<Cow<'r, str>>,
    prefix_placeholder: Option<IgnoredAny>,
}

/// Reads a record; the error says what is wrong with it.
pub(super) fn parse(bytes: &[u8]) -> Result<Record<'_>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let record: Record<'_> = serde_json::from_str(text).map_err(|error| {
        let error: String = error.to_string().chars().take(200).collect();
        printable(error.as_bytes())
    })?;
    let others = [&record.channel, &record.subdir, &record.url].into_iter().flatten();
    let texts = [&record.name, &record.version, &record.build].into_iter().chain(others);
    if texts.into_iter().any(|text| text.len() > TEXT_BYTES) {
        return Err(format!("one of its texts is longer than {TEXT_BYTES} bytes"));
    }
    match record.name.is_empty() || record.version.is_empty() {
        true => Err("it has no name or no version".to_owned()),
        false => Ok(record),
    }
}

impl Record<'_> {
    /// The name that conda gives a record's file, without its ending.
    pub(super) fn stem(&self) -> String {
        format!("{}-{}-{}", self.name, self.version, self.build)
    }

    /// The files that it lists, below the prefix; one may come twice, first with its sum.
    pub(super) fn files(&self) -> impl Iterator<Item = ListedFile<'_>> {
        let rows = self.paths_data.paths.iter().map(|row| ListedFile { path: &row.path, sum: row.sum() });
        rows.chain(self.files.iter().map(|path| ListedFile { path: &path.0, sum: None }))
    }

    /// Whether it has a sum of any of its files.
    pub(super) fn has_sums(&self) -> bool {
        self.paths_data.paths.iter().any(|row| row.sum().is_some())
    }
}

/// A file that a record lists.
#[derive(Debug)]
pub(super) struct ListedFile<'r> {
    /// Its path below the prefix.
    pub(super) path: &'r str,
    /// What it was when it was installed, if the record says so.
    pub(super) sum: Option<Checksum>,
}

impl PathRow<'_> {
    /// The sum of the file as it was written. That of the archive is not it where the prefix was written into the file, and of a
    /// link tools sum various things.
    fn sum(&self) -> Option<Checksum> {
        let is_link = self.path_type.as_deref() == Some("softlink");
        let as_packed = || self.sha256.as_ref().filter(|_| self.prefix_placeholder.is_none());
        let sum = self.sha256_in_prefix.as_ref().or_else(as_packed).filter(|_| !is_link)?;
        Checksum::of_sha256_hex(sum.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#""name": "a", "version": "1", "build": "0", "build_number": 0"#;

    fn sums(rows: &str) -> Vec<String> {
        let text = format!(r#"{{{HEAD}, "files": ["b", "only/here"], "paths_data": {{"paths": [{rows}]}}}}"#);
        let record = parse(text.as_bytes()).unwrap();
        let shown = |file: ListedFile<'_>| {
            let is_of = |bytes: &[u8]| file.sum.as_ref().is_some_and(|sum| sum.is_of_bytes(bytes));
            format!("{} {} {}", file.path, is_of(b""), is_of(b"x"))
        };
        record.files().map(shown).collect()
    }

    #[test]
    fn the_sum_is_that_of_what_was_written_where_the_record_tells_it() {
        let (empty, x) =
            (crate::base::digest::Sha256::of(b"").hex(), crate::base::digest::Sha256::of(b"x").hex());
        let rows = [
            format!(r#"{{"_path": "b", "sha256": "{empty}"}}"#),
            format!(r#"{{"_path": "c", "sha256": "{empty}", "sha256_in_prefix": "{}"}}"#, x.to_uppercase()),
            format!(r#"{{"_path": "d", "sha256": "{empty}", "prefix_placeholder": "/opt/place"}}"#),
            format!(r#"{{"_path": "e", "path_type": "softlink", "sha256": "{empty}"}}"#),
            r#"{"_path": "f", "path_type": "pyc_file"}"#.to_owned(),
            r#"{"_path": "g", "sha256": "zz", "size_in_bytes": 1}"#.to_owned(),
        ];
        let listed = [
            "b true false",
            "c false true",
            "d false false",
            "e false false",
            "f false false",
            "g false false",
            "b false false",
            "only/here false false",
        ];
        assert_eq!(sums(&rows.join(", ")), listed);
    }

    #[test]
    fn what_conda_and_rattler_could_not_read_is_said_to_be_none() {
        let good = format!("{{{HEAD}, \"depends\": [[]], \"x\": {{\"y\": null}}}}");
        assert!(parse(good.as_bytes()).is_ok());
        let deep = format!("{{{HEAD}, \"x\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(parse(deep.as_bytes()).is_ok());
        let without = |key: &str| good.replace(key, "\"z\"");
        let odd = [
            String::new(),
            "[1, 2]".to_owned(),
            "null".to_owned(),
            r#"{"name": "a", "version": "#.to_owned(),
            format!("\u{feff}{good}"),
            format!("{good} x"),
            format!("{{{HEAD}, \"name\": \"b\"}}"),
            format!("{{{HEAD}, \"files\": \"b\"}}"),
            format!("{{{HEAD}, \"paths_data\": {{\"paths\": [{{}}]}}}}"),
            format!("{{{HEAD}, \"url\": \"{}\"}}", "x".repeat(5000)),
            without("\"name\""),
            without("\"version\""),
            without("\"build\""),
            without("\"build_number\""),
            good.replace("\"1\"", "1"),
            good.replace("\"1\"", "\"\""),
            good.replace("\"a\"", "null"),
        ];
        for text in odd {
            let problem = parse(text.as_bytes()).expect_err(&text);
            assert!(!problem.is_empty() && problem.len() < 500, "{problem}");
        }
        assert!(parse(b"{\"name\": \"\xff\"}").is_err());
    }
}
