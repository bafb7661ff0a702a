//! Keys and certificates as text: base64 between `-----BEGIN LABEL-----` and `-----END LABEL-----` (RFC 7468, RFC 9580).

/// A text taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Armoured<'t> {
    /// What stands around the blocks.
    pub(crate) around: Vec<&'t [u8]>,
    /// Each block's label, and the text between its lines.
    pub(crate) blocks: Vec<(&'t [u8], &'t [u8])>,
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";

/// Takes a text apart; `None` where it has no block, or one that does not end.
pub(crate) fn read(text: &[u8]) -> Option<Armoured<'_>> {
    let mut armoured = Armoured::default();
    let mut rest = text;
    while let Some(start) = memchr::memmem::find(rest, BEGIN) {
        let (before, behind) = rest.split_at(start);
        let (label, behind) = label(behind.strip_prefix(BEGIN)?)?;
        let end = memchr::memmem::find(behind, END)?;
        let (body, behind) = behind.split_at(end);
        let (closing, behind) = self::label(behind.strip_prefix(END)?)?;
        if closing != label {
            return None;
        }
        armoured.around.push(before);
        armoured.blocks.push((label, body));
        rest = behind;
    }
    armoured.around.push(rest);
    (!armoured.blocks.is_empty()).then_some(armoured)
}

/// The text up to the dashes that end a line, and what follows these.
fn label(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memmem::find(text, DASHES)?;
    let label = text.get(..end).filter(|label| !label.contains(&b'\n'))?;
    Some((label, text.get(end + DASHES.len()..)?))
}

/// A block's base64, its lines joined.
pub(crate) fn joined(body: &[u8]) -> Vec<u8> {
    body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read_with_what_stands_around_them() {
        let text =
            b"# a\n-----BEGIN KEY-----\nAB\nCD\n-----END KEY-----\n# b\n-----BEGIN X-----\n-----END X-----\n";
        let armoured = read(text).unwrap();
        assert_eq!(armoured.around, [&b"# a\n"[..], b"\n# b\n", b"\n"]);
        assert_eq!(armoured.blocks, [(&b"KEY"[..], &b"\nAB\nCD\n"[..]), (b"X", b"\n")]);
        assert_eq!(joined(armoured.blocks[0].1), b"ABCD");
    }

    #[test]
    fn what_does_not_end_as_it_began_is_no_armour() {
        for text in
            ["a", "-----BEGIN A-----\n", "-----BEGIN A-----\n-----END B-----\n", "-----BEGIN A\n-----"]
        {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }
}
