//! The page in HTML (PEP 503): a link for each file, its hash behind the `#`.

use html5gum::{HtmlString, Spanned, StartTag, Token, Tokenizer};

use super::{Asked, IndexPage, Words, is_readable, sha256};
use crate::base::path::printable;
use crate::python::archives::{digests, file_of_url};

/// The files that are asked for; the error says why the bytes are no such page.
pub(super) fn read(bytes: &[u8], asked: &Asked<'_>) -> Result<IndexPage, String> {
    let mut page = IndexPage::default();
    for token in Tokenizer::new(bytes) {
        let Ok(Token::StartTag(tag)) = token else { continue };
        match &**tag.name {
            b"a" => page.files.extend(attribute(&tag, "href").and_then(|link| {
                let (place, fragment) = link.split_once('#').unwrap_or((&link, ""));
                asked.file(&file_of_url(place), place, || words(&tag, fragment))
            })),
            // The first one counts.
            b"base" if page.base.is_none() => page.base = attribute(&tag, "href"),
            b"meta" if attribute(&tag, "name").as_deref() == Some("pypi:repository-version") => {
                let version = attribute(&tag, "content").unwrap_or_default();
                if !is_readable(&version) {
                    return Err(format!("its version is {}, expected 1", printable(version.as_bytes())));
                }
            }
            _ => {}
        }
    }
    Ok(page)
}

fn words(tag: &StartTag<()>, fragment: &str) -> Words {
    // The first name counts where both are there (PEP 714).
    let metadata = attribute(tag, "data-core-metadata").or_else(|| attribute(tag, "data-dist-info-metadata"));
    let metadata = metadata.and_then(|value| sha256(value.strip_prefix("sha256=")?));
    let hashes = fragment.split('&').filter_map(|part| part.split_once('='));
    Words { hashes: digests(hashes), metadata, is_yanked: attribute(tag, "data-yanked").is_some() }
}

fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    let value: &Spanned<HtmlString, ()> = tag.attributes.get(name.as_bytes())?;
    Some(String::from_utf8_lossy(value).trim().to_owned())
}
