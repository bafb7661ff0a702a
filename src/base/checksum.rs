//! Checksums of files as package managers keep them: MD5 (dpkg), SHA-1 (apk), SHA-2 (RECORD, conda), any of them (rpm). They tell whether a file is what
//! its package says; what reprolock itself says of a file is its sha256 ([`super::digest`]).
//!
//! What this refuses to do: take a text that is no whole checksum for one.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use sha2::Digest as _;

use super::digest::{Sha256, unhex};

/// A checksum that a package's own list has of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksum {
    algorithm: Algorithm,
    value: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// As lists name them.
const ALGORITHMS: [(&str, Algorithm); 5] = [
    ("md5", Algorithm::Md5),
    ("sha1", Algorithm::Sha1),
    ("sha256", Algorithm::Sha256),
    ("sha384", Algorithm::Sha384),
    ("sha512", Algorithm::Sha512),
];

impl Checksum {
    /// The MD5 that these 32 hex digits are.
    pub fn of_md5_hex(hex: &[u8]) -> Option<Self> {
        let hex = hex.to_ascii_lowercase();
        Self::new(Algorithm::Md5, unhex::<16>(std::str::from_utf8(&hex).ok()?)?.to_vec())
    }

    /// The checksum of this algorithm, by its name as in [`ALGORITHMS`], that these hex digits are.
    pub fn of_hex(name: &str, hex: &[u8]) -> Option<Self> {
        let (_, algorithm) = ALGORITHMS.iter().find(|(known, _)| *known == name)?;
        let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let (pairs, rest) = hex.as_chunks::<2>();
        let byte = |[high, low]: &[u8; 2]| Some(digit(high)? << 4 | digit(low)?);
        let value: Option<Vec<u8>> = pairs.iter().map(byte).collect();
        Self::new(*algorithm, value.filter(|_| rest.is_empty())?)
    }

    /// The SHA-256 that these 64 hex digits are.
    pub fn of_sha256_hex(hex: &[u8]) -> Option<Self> {
        Self::of_hex("sha256", hex)
    }

    /// As apk writes it: `Q1` and a SHA-1 in base64, `Q2` and a SHA-256; or, in old databases, an MD5 in hex.
    pub fn of_apk(text: &[u8]) -> Option<Self> {
        let decoded = |text: &[u8]| STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok();
        match text {
            [b'Q', b'1', text @ ..] => Self::new(Algorithm::Sha1, decoded(text)?),
            [b'Q', b'2', text @ ..] => Self::new(Algorithm::Sha256, decoded(text)?),
            hex => Self::of_md5_hex(hex),
        }
    }

    /// As a RECORD writes it: `sha256=` and base64url, without padding or with it.
    pub fn of_record(text: &[u8]) -> Option<Self> {
        let (name, value) = std::str::from_utf8(text).ok()?.split_once('=')?;
        let (_, algorithm) = ALGORITHMS.iter().find(|(known, _)| *known == name)?;
        Self::new(*algorithm, URL_SAFE_NO_PAD.decode(value).or_else(|_| URL_SAFE.decode(value)).ok()?)
    }

    /// Its value in hex.
    pub fn hex(&self) -> String {
        self.value.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn new(algorithm: Algorithm, value: Vec<u8>) -> Option<Self> {
        let length = match algorithm {
            Algorithm::Md5 => 16,
            Algorithm::Sha1 => 20,
            Algorithm::Sha256 => 32,
            Algorithm::Sha384 => 48,
            Algorithm::Sha512 => 64,
        };
        (value.len() == length).then_some(Self { algorithm, value })
    }

    /// Whether it is that of a file whose sha256 is known, and whose bytes may be at hand; `None` where they would be needed.
    pub fn is_of(&self, content: Option<Sha256>, bytes: Option<&[u8]>) -> Option<bool> {
        if let (Algorithm::Sha256, Some(content)) = (self.algorithm, content) {
            return Some(content.0.as_slice() == self.value);
        }
        bytes.map(|bytes| self.is_of_bytes(bytes))
    }

    /// Whether it is that of these bytes.
    pub fn is_of_bytes(&self, bytes: &[u8]) -> bool {
        let value = self.value.as_slice();
        match self.algorithm {
            Algorithm::Md5 => md5::Md5::digest(bytes).as_slice() == value,
            Algorithm::Sha1 => sha1::Sha1::digest(bytes).as_slice() == value,
            Algorithm::Sha256 => sha2::Sha256::digest(bytes).as_slice() == value,
            Algorithm::Sha384 => sha2::Sha384::digest(bytes).as_slice() == value,
            Algorithm::Sha512 => sha2::Sha512::digest(bytes).as_slice() == value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksums_of_nothing_are_read_as_each_list_writes_them() {
        let of = [
            Checksum::of_md5_hex(b"d41d8cd98f00b204e9800998ecf8427e"),
            Checksum::of_sha256_hex(b"E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            Checksum::of_hex("sha1", b"da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            Checksum::of_apk(b"Q12jmj7l5rSw0yVb/vlWAYkK/YBwk="),
            Checksum::of_apk(b"Q12jmj7l5rSw0yVb/vlWAYkK/YBwk"),
            Checksum::of_apk(b"d41d8cd98f00b204e9800998ecf8427e"),
            Checksum::of_record(b"sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"),
            Checksum::of_record(b"sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU="),
            Checksum::of_record(b"md5=1B2M2Y8AsgTpgAmY7PhCfg"),
            Checksum::of_record(
                b"sha384=OLBgp1GsljhM2TJ-sbHjaiH9txEUvgdDTAzHv2P24donTt6_529l-9Ua0vFImLlb",
            ),
            Checksum::of_record(
                b"sha512=z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg_SpIdNs6c5H0NE8XYXysP-DGNKHfuwvY7kxvUdBeoGlODJ6-SfaPg",
            ),
        ];
        for (at, sum) in of.into_iter().enumerate() {
            let sum = sum.unwrap_or_else(|| panic!("{at} is no checksum"));
            assert!(sum.is_of_bytes(b""), "{at}");
            assert!(!sum.is_of_bytes(b"x"), "{at}");
        }
    }

    #[test]
    fn what_is_no_whole_checksum_is_none() {
        for text in [&b""[..], b"d41d", b"zz1d8cd98f00b204e9800998ecf8427e", "é".repeat(16).as_bytes()] {
            assert_eq!(Checksum::of_md5_hex(text), None);
            assert_eq!(Checksum::of_sha256_hex(text), None);
        }
        for text in [&b""[..], b"sha256=", b"sha256=AAAA", b"crc32=AAAA", b"sha256", b"=x"] {
            assert_eq!(Checksum::of_record(text), None);
        }
        for (name, hex) in
            [("md5", &b"d41d"[..]), ("md2", b"d41d8cd98f00b204e9800998ecf8427e"), ("sha256", b"")]
        {
            assert_eq!(Checksum::of_hex(name, hex), None);
        }
        assert_eq!(Checksum::of_apk(b"Q1"), None);
        assert_eq!(Checksum::of_apk(b"Q3AAAA"), None);
    }

    #[test]
    fn a_sha256_needs_no_bytes_and_others_do() {
        let sha256 = Checksum::of_record(b"sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU").unwrap();
        assert_eq!(sha256.is_of(Some(Sha256::of(b"")), None), Some(true));
        assert_eq!(sha256.is_of(Some(Sha256::of(b"x")), None), Some(false));
        let md5 = Checksum::of_md5_hex(b"d41d8cd98f00b204e9800998ecf8427e").unwrap();
        assert_eq!(md5.is_of(Some(Sha256::of(b"")), None), None);
        assert_eq!(md5.is_of(None, Some(b"")), Some(true));
    }
}
