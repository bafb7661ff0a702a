//! The tar reader against tars written here, field by field.

mod dialects;
mod ends;
mod kinds;
mod names;
mod records;
mod sparse_files;

use crate::formats::tar::testing::{GNU, Header, Tar, USTAR, V7, field, pax_records};
use crate::formats::tar::*;

type Read = Vec<(Entry, Vec<u8>)>;

fn read(tar: &[u8]) -> Result<Read, TarError> {
    let mut reader = TarReader::new(tar);
    let mut entries = Vec::new();
    while let Some(entry) = reader.next_entry()? {
        let mut content = Vec::new();
        reader.read_content(&mut |piece| {
            content.extend_from_slice(piece);
            Ok(())
        })?;
        entries.push((entry, content));
    }
    assert_eq!(reader.drain()?, tar.len() as u64);
    Ok(entries)
}

fn only(tar: Tar) -> (Entry, Vec<u8>) {
    let mut entries = read(&tar.end()).unwrap();
    assert_eq!(entries.len(), 1);
    entries.remove(0)
}

fn names(tar: &[u8]) -> Vec<String> {
    read(tar).unwrap().iter().map(|(entry, _)| entry.path.to_string()).collect()
}

fn error(tar: &[u8]) -> String {
    read(tar).unwrap_err().to_string()
}

fn ustar(kind: u8, name: &str) -> Header {
    Header::new(USTAR, kind, name.as_bytes())
}
