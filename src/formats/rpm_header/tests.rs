//! Headers made here.

use super::*;
use crate::base::digest::Sha256;

/// A value of a tag.
#[derive(Clone, Copy)]
pub(crate) enum Value<'v> {
    Text(&'v [u8]),
    Texts(&'v [&'v str]),
    Number(u32),
    Numbers(&'v [u32]),
    States(&'v [u8]),
    Bytes(&'v [u8]),
}

/// A header with `region` as its package brought it, sealed by its SHA-256, and `dribbles` behind.
pub(crate) fn header(region: &[(u32, Value<'_>)], dribbles: &[(u32, Value<'_>)]) -> Vec<u8> {
    let (mut index, mut data) = (Vec::new(), Vec::new());
    region.iter().for_each(|tag| add(tag, &mut index, &mut data));
    let entry = |tag: u32, kind: u32, offset: i32, count: u32| {
        [tag.to_be_bytes(), kind.to_be_bytes(), offset.to_be_bytes(), count.to_be_bytes()].concat()
    };
    let length = i32::try_from(index.len() + ENTRY).unwrap();
    let mut index = [entry(IMMUTABLE, 7, i32::try_from(data.len()).unwrap(), 16), index].concat();
    data.extend(entry(IMMUTABLE, 7, -length, 16));
    let numbers = |index: &[u8], data: &[u8]| {
        [(index.len() / ENTRY) as u32, data.len() as u32].map(u32::to_be_bytes).concat()
    };
    let sealed = Sha256::of(&[&MAGIC[..], &numbers(&index, &data), &index, &data].concat()).hex();
    add(&(SHA256_HEADER, Value::Text(sealed.as_bytes())), &mut index, &mut data);
    dribbles.iter().for_each(|tag| add(tag, &mut index, &mut data));
    [numbers(&index, &data), index, data].concat()
}

fn add((tag, value): &(u32, Value<'_>), index: &mut Vec<u8>, data: &mut Vec<u8>) {
    let (kind, count, bytes) = match value {
        Value::Text(text) => (6, 1, [text, &b"\0"[..]].concat()),
        Value::Texts(texts) => {
            (8, texts.len(), texts.iter().flat_map(|text| [text.as_bytes(), b"\0"].concat()).collect())
        }
        Value::Number(number) => (4, 1, number.to_be_bytes().to_vec()),
        Value::Numbers(numbers) => {
            (4, numbers.len(), numbers.iter().flat_map(|number| number.to_be_bytes()).collect())
        }
        Value::States(states) => (1, states.len(), states.to_vec()),
        Value::Bytes(bytes) => (7, bytes.len(), bytes.to_vec()),
    };
    if kind == 4 {
        data.resize(data.len().next_multiple_of(4), 0);
    }
    for word in [*tag, kind, data.len() as u32, count as u32] {
        index.extend(word.to_be_bytes());
    }
    data.extend(bytes);
}

#[test]
fn tags_have_their_kinds_and_what_rpm_added_goes_before() {
    let bytes = header(
        &[
            (1000, Value::Text(b"a")),
            (1003, Value::Number(7)),
            (1117, Value::Texts(&["x", "", "y"])),
            (1008, Value::Number(1)),
            (1116, Value::Numbers(&[0, 2])),
        ],
        &[(1008, Value::Number(2)), (1029, Value::States(&[0, 1])), (261, Value::Bytes(b"\x01\x02"))],
    );
    let header = Header::parse(&bytes).unwrap();
    assert_eq!(header.text(1000), Some(&b"a"[..]));
    assert_eq!((header.number(1003), header.number(1008), header.number(1001)), (Some(7), Some(2), None));
    assert!(header.texts(1117).unwrap().eq([&b"x"[..], b"", b"y"]));
    assert!(header.numbers(1029).unwrap().eq([0, 1]) && header.numbers(1116).unwrap().eq([0, 2]));
    assert_eq!(header.bytes(261), Some(&[1, 2][..]));
    assert_eq!(header.seal(), Seal::Broken, "what is sealed is not overlaid");
}

#[test]
fn a_header_is_sealed_by_the_digest_that_rpm_added() {
    let seal = |dribbles: &[(u32, Value<'_>)]| {
        Header::parse(&header(&[(1000, Value::Text(b"a"))], dribbles)).unwrap().seal()
    };
    assert_eq!(seal(&[(1008, Value::Number(1)), (1029, Value::States(&[0]))]), Seal::Whole);
    assert_eq!(seal(&[(1000, Value::Text(b"b"))]), Seal::Broken);
    assert_eq!(seal(&[(1008, Value::Number(1)), (1008, Value::Number(2))]), Seal::Broken);
}

#[test]
fn any_flip_in_what_the_package_brought_breaks_its_seal() {
    let sound = header(&[(1000, Value::Text(b"a")), (1001, Value::Text(b"1"))], &[]);
    let region = 3 * ENTRY;
    for at in 8..8 + region {
        for bit in 0..8 {
            let mut flipped = sound.clone();
            flipped[at] ^= 1 << bit;
            let seal = Header::parse(&flipped).map(|header| header.seal());
            assert_eq!(seal, Some(Seal::Broken), "{at} {bit}");
        }
    }
}

#[test]
fn what_is_longer_or_shorter_than_a_header_is_none() {
    let sound = header(&[(1000, Value::Text(b"a"))], &[]);
    assert!(Header::parse(&sound).is_some());
    assert!(Header::parse(&sound[1..]).is_none());
    assert!(Header::parse(&sound[..sound.len() - 1]).is_none());
    assert!(Header::parse(&[&sound[..], b"x"].concat()).is_none());
    assert!(Header::parse(&[0xff; 8]).is_none() && Header::parse(b"").is_none());
}
