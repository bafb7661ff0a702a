//! Reads a file index: one core unpacks and hashes it and cuts it into blocks of rows, which all parse side by side.
//!
//! Nothing of an index whose digest is another than the expected one is used, whatever its rows say.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use rayon::iter::{IntoParallelIterator as _, ParallelBridge as _, ParallelIterator as _};

use super::bounds::{Packed, Unpacked};
use super::{DIALECTS, HEADER, LayerRows, UNKNOWN, VERSION};
use crate::base::digest::{Digest, Hasher, HashingReader, Sha256};
use crate::base::limits;
use crate::base::path::{LayerPath, unprintable};
use crate::formats::tar::entry::{Attribute, Entry, HeaderRecords, Kind, Mtime};
use crate::lockfile::error::LockError;

/// Reads an index whose rows must have digest `expected`; its rows are parsed side by side in the current rayon pool.
/// `path` is for messages.
pub fn read(index: impl Read + Send, expected: Sha256, path: &Path) -> Result<Vec<LayerRows>, LockError> {
    let stream =
        |source: io::Error| LockError::Index { path: path.into(), row: 0, problem: source.to_string() };
    let packed = AtomicU64::new(0);
    let decoder = zstd::Decoder::new(Packed::new(index, &packed)).map_err(stream)?;
    let unpacked = Unpacked::new(decoder, &packed);
    let mut hashing = HashingReader::new(unpacked, Hasher::sha256());
    let parsed = parse(&mut BufReader::with_capacity(BUFFER, &mut hashing), path);
    // A truncated or foreign index is better named than the first row that does not parse.
    io::copy(&mut hashing, &mut io::sink()).map_err(stream)?;
    let (digest, _) = hashing.finish();
    match digest {
        Digest::Sha256(digest) if digest == expected => parsed,
        Digest::Sha256(digest) => {
            Err(LockError::IndexMismatch { path: path.into(), expected, found: digest })
        }
        Digest::Sha512(_) => parsed,
    }
}

/// Bytes unpacked at a time.
const BUFFER: usize = 128 << 10;

/// Rows parsed at a time.
const BLOCK: usize = 2048;

/// Bytes of rows parsed at a time, but for the last of them.
const BLOCK_BYTES: usize = 1 << 20;

fn parse(text: &mut (impl BufRead + Send), path: &Path) -> Result<Vec<LayerRows>, LockError> {
    let mut blocks = Blocks {
        text,
        path,
        version: VERSION,
        layers: Vec::new(),
        left: 0,
        rows: 0,
        line: 0,
        is_done: false,
    };
    let parsed = (&mut blocks).enumerate().par_bridge().map(|(at, block)| (at, block.and_then(Block::parse)));
    let mut parsed: Vec<(usize, Result<Parsed, LockError>)> = parsed.collect();
    parsed.sort_by_key(|(at, _)| *at);
    let mut layers: Vec<(LayerRows, Vec<(usize, Entry)>)> =
        blocks.layers.into_iter().map(|layer| (layer, Vec::new())).collect();
    for (_, block) in parsed {
        let Parsed { layer, rows } = block?;
        if let Some((_, placed)) = layers.get_mut(layer) {
            placed.extend(rows);
        }
    }
    let in_order = |(mut layer, mut placed): (LayerRows, Vec<(usize, Entry)>)| {
        placed.sort_by_key(|(order, _)| *order);
        if placed.iter().enumerate().any(|(at, (order, _))| at != *order) {
            let problem = format!("the places of layer {}'s rows are not those of a tar", layer.index);
            return Err(malformed(path, 0, &problem));
        }
        layer.entries = placed.into_iter().map(|(_, entry)| entry).collect();
        Ok(layer)
    };
    layers.into_par_iter().map(in_order).collect()
}

/// Takes an index apart into blocks of rows; ends behind the first error.
struct Blocks<'p, R> {
    text: R,
    path: &'p Path,
    /// The index's version, once its first line was read.
    version: u32,
    /// The layers so far, without their rows.
    layers: Vec<LayerRows>,
    /// Rows of the last one that are still to come.
    left: usize,
    /// Rows of all layers so far, as their headers say.
    rows: usize,
    /// Lines read.
    line: usize,
    /// Whether nothing is read any more.
    is_done: bool,
}

/// Some rows of one layer, as text.
struct Block<'p> {
    path: &'p Path,
    /// The index's version.
    version: u32,
    /// Which of the index's layers.
    layer: usize,
    /// The first row's line, from 1.
    line: usize,
    text: Vec<u8>,
}

/// Some rows of one layer, with their places in the tar.
struct Parsed {
    layer: usize,
    rows: Vec<(usize, Entry)>,
}

fn malformed(path: &Path, row: usize, problem: &str) -> LockError {
    LockError::Index { path: path.into(), row, problem: problem.into() }
}

impl<'p, R: BufRead> Blocks<'p, R> {
    /// Reads one line to the end of `text`; whether there was one.
    fn read_line(&mut self, text: &mut Vec<u8>) -> Result<bool, LockError> {
        let mut limited = (&mut self.text).take(limits::INDEX_ROW_BYTES as u64);
        let length = limited.read_until(b'\n', text);
        self.line += 1;
        let length = length.map_err(|error| malformed(self.path, self.line, &error.to_string()))?;
        if length == limits::INDEX_ROW_BYTES {
            return Err(malformed(self.path, self.line, "longer than any row"));
        }
        Ok(length > 0)
    }

    /// Reads headers until rows are to come; whether any are.
    fn read_headers(&mut self) -> Result<bool, LockError> {
        while self.left == 0 {
            let mut line = Vec::new();
            let is_there = self.read_line(&mut line)?;
            let line = line.strip_suffix(b"\n").unwrap_or(&line);
            match self.line {
                1 => {
                    let version = version(line);
                    self.version = version
                        .ok_or_else(|| malformed(self.path, 1, "not a file index of version 1 or 2"))?;
                }
                _ if !is_there => return Ok(false),
                row => {
                    let header = std::str::from_utf8(line).ok().and_then(layer_header);
                    let (layer, rows) =
                        header.ok_or_else(|| malformed(self.path, row, "expected a layer"))?;
                    self.rows = self.rows.saturating_add(rows);
                    if self.rows > limits::INDEX_ROWS || self.layers.len() >= limits::LAYERS {
                        return Err(malformed(self.path, row, "more rows or layers than any image has"));
                    }
                    self.layers.push(layer);
                    self.left = rows;
                }
            }
        }
        Ok(true)
    }

    fn block(&mut self) -> Result<Option<Block<'p>>, LockError> {
        if !self.read_headers()? {
            return Ok(None);
        }
        let (line, mut text) = (self.line + 1, Vec::new());
        for _ in 0..self.left.min(BLOCK) {
            if text.len() >= BLOCK_BYTES {
                break;
            }
            if !self.read_line(&mut text)? {
                return Err(malformed(self.path, self.line, "the rows end early"));
            }
            self.left -= 1;
        }
        let layer = self.layers.len() - 1;
        Ok(Some(Block { path: self.path, version: self.version, layer, line, text }))
    }
}

impl<'p, R: BufRead> Iterator for Blocks<'p, R> {
    type Item = Result<Block<'p>, LockError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let block = self.block();
        self.is_done = !matches!(block, Ok(Some(_)));
        block.transpose()
    }
}

impl Block<'_> {
    fn parse(self) -> Result<Parsed, LockError> {
        let (mut last, mut rows) = (LastRow::default(), Vec::new());
        let text = self.text.strip_suffix(b"\n").unwrap_or(&self.text);
        for (at, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let row =
                std::str::from_utf8(line).ok().and_then(|line| parse_row(line, self.version, &mut last));
            rows.push(row.ok_or_else(|| malformed(self.path, self.line + at, "malformed"))?);
        }
        Ok(Parsed { layer: self.layer, rows })
    }
}

/// The version that an index's first line says, if it is one that is read.
fn version(line: &[u8]) -> Option<u32> {
    let version = std::str::from_utf8(line.strip_prefix(HEADER.as_bytes())?).ok()?;
    (1..=VERSION).find(|known| version == known.to_string())
}

fn layer_header(line: &str) -> Option<(LayerRows, usize)> {
    let mut words = line.strip_prefix("layer ")?.split(' ');
    let index = words.next()?.parse().ok()?;
    let diff_id = words.next()?.parse().ok()?;
    let rows = words.next()?.parse().ok()?;
    Some((LayerRows { index, diff_id, entries: Vec::new() }, rows))
}

/// The names of owners and the records that the last row had, as written and as read: most rows have those of the one
/// before.
#[derive(Default)]
struct LastRow<'t> {
    user: (&'t str, Arc<[u8]>),
    group: (&'t str, Arc<[u8]>),
    records: (&'t str, Option<HeaderRecords>),
}

fn interned<'t>((last, name): &mut (&'t str, Arc<[u8]>), text: &'t str) -> Option<Arc<[u8]>> {
    if *last != text {
        *name = unprintable(text)?.into();
        *last = text;
    }
    Some(Arc::clone(name))
}

fn parse_row<'t>(line: &'t str, version: u32, last: &mut LastRow<'t>) -> Option<(usize, Entry)> {
    let mut fields = line.split('\t');
    let mut next = || fields.next();
    let name = next()?;
    // Most names hold nothing that was escaped.
    let path = match name.contains('\\') {
        true => LayerPath::normalize(&unprintable(name)?).ok()?,
        false => LayerPath::normalize(name.as_bytes()).ok()?,
    };
    let kind = next()?;
    let kind = Kind::ALL.into_iter().find(|known| known.name() == kind)?;
    let mode = u32::from_str_radix(next()?, 8).ok()?;
    let (uid, gid, size) = (next()?.parse().ok()?, next()?.parse().ok()?, next()?.parse().ok()?);
    let mtime = parse_mtime(next()?)?;
    let link = match next()? {
        "-" => None,
        link => Some(unprintable(link.strip_prefix('=')?)?.into()),
    };
    let xattrs = parse_pairs(next()?)?;
    let content = match next()? {
        "-" => None,
        hex => Some(Sha256::from_hex(hex)?),
    };
    let uname = interned(&mut last.user, next()?)?;
    let gname = interned(&mut last.group, next()?)?;
    let device = match next()? {
        "-" => None,
        device => {
            let (major, minor) = device.split_once(':')?;
            Some((major.parse().ok()?, minor.parse().ok()?))
        }
    };
    let dialect = next()?;
    let dialect = DIALECTS.iter().find(|(_, name)| *name == dialect)?.0;
    let records = if version > 1 { parse_records(next()?, &mut last.records)? } else { None };
    let order = next()?.parse().ok()?;
    let entry = Entry {
        path,
        kind,
        mode,
        uid,
        gid,
        uname,
        gname,
        size,
        mtime,
        link,
        device,
        xattrs,
        content,
        dialect,
        records,
    };
    Some((order, entry))
}

fn parse_mtime(text: &str) -> Option<Mtime> {
    let (seconds, nanos) = text.split_once('.').unwrap_or((text, "0"));
    Some(Mtime { seconds: seconds.parse().ok()?, nanos: nanos.parse().ok()? })
}

fn parse_records<'t>(
    text: &'t str,
    (last, records): &mut (&'t str, Option<HeaderRecords>),
) -> Option<Option<HeaderRecords>> {
    if *last != text || text.is_empty() {
        *records = if text == UNKNOWN { None } else { Some(parse_pairs(text)?.into()) };
        *last = text;
    }
    Some(records.clone())
}

fn parse_pairs(text: &str) -> Option<Vec<Attribute>> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        Some((unprintable(name)?.into(), unprintable(value)?.into()))
    };
    if text == "-" { Some(Vec::new()) } else { text.split(',').map(pair).collect() }
}

#[cfg(test)]
mod tests {
    use super::super::write;
    use super::*;
    use crate::formats::tar::entry::tests::file;

    fn diff_id() -> Digest {
        Sha256::of(b"tar").into()
    }

    #[test]
    fn rows_past_one_block_keep_their_layers_and_order() {
        let entries = |name: &str| -> Vec<Entry> {
            (0..2 * BLOCK + 3).rev().map(|at| file(&format!("{name}/{at:05}"), b"x")).collect()
        };
        let layers = [(0, entries("a")), (1, Vec::new()), (2, entries("b"))];
        let mut bytes = Vec::new();
        let rows = layers.iter().map(|(index, entries)| (*index, diff_id(), entries.as_slice()));
        let digest = write(rows, &mut bytes).unwrap();
        let read = read(bytes.as_slice(), digest, Path::new("i")).unwrap();
        let read: Vec<(usize, Vec<Entry>)> =
            read.into_iter().map(|rows| (rows.index, rows.entries)).collect();
        assert_eq!(read, layers);
    }

    #[test]
    fn the_first_row_that_is_wrong_is_named_by_its_line() {
        let layer = format!("layer 0 {} 3\n", diff_id());
        let good = "a\tfile\t644\t0\t0\t0\t0\t-\t-\t-\t\t\t-\tpax\t-\t0\n";
        let told = |rows: &str| match read_text(&format!("{HEADER}2\n{layer}{rows}")) {
            Err(LockError::Index { row, problem, .. }) => format!("{row} {problem}"),
            other => format!("{other:?}"),
        };
        assert_eq!(told(&format!("{good}bad\n{good}worse\n")), "4 malformed");
        assert_eq!(told(&format!("{good}{good}")), "5 the rows end early");
        assert_eq!(told(&format!("{good}{good}{good}{good}")), "6 expected a layer");
        assert_eq!(told(&format!("{good}\u{e9}\n{good}")), "4 malformed");
    }

    fn read_text(text: &str) -> Result<Vec<LayerRows>, LockError> {
        let packed = zstd::encode_all(text.as_bytes(), 1).unwrap();
        read(packed.as_slice(), Sha256::of(text.as_bytes()), Path::new("i"))
    }

    #[test]
    fn of_a_row_of_version_1_the_records_are_not_known() {
        let row = |records: &str| format!("a\tfile\t644\t0\t0\t0\t0\t-\t-\t-\t\t\t-\tpax\t{records}0\n");
        let records = |version: u32, records: &str| {
            let text = format!("{HEADER}{version}\nlayer 0 {} 1\n{}", diff_id(), row(records));
            Some(read_text(&text).ok()?.remove(0).entries.remove(0).records)
        };
        assert_eq!(records(1, ""), Some(None));
        assert_eq!(records(2, "?\t"), Some(None));
        assert_eq!(records(2, "-\t"), Some(Some(HeaderRecords::default())));
        let atime = vec![(b"atime".as_slice().into(), b"1.5".as_slice().into())];
        assert_eq!(records(2, "atime=1.5\t"), Some(Some(atime.into())));
        // Neither version's row is one of the other.
        assert_eq!((records(1, "-\t"), records(2, "")), (None, None));
    }

    #[test]
    fn an_index_of_another_version_is_told_by_its_first_line() {
        for version in ["0", "3", "01", "2 ", ""] {
            let error = read_text(&format!("{HEADER}{version}\n")).unwrap_err().to_string();
            assert!(error.contains("not a file index of version 1 or 2"), "{error}");
        }
    }
}
