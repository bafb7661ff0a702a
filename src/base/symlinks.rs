//! Where a path of an image leads once its symlinks are followed: inside the image only, as in a chroot, a bounded number of
//! times. What stands where is the asker's to say.

use super::limits;
use super::path::LayerPath;

/// The path that `path` leads to, whether or not something stands there; `None` for more links than are followed.
///
/// `link_at` is asked of each path on the way, and whether it is the last: it gives the target of a symlink, nothing for what
/// else the way may go on through, or an error, which ends it.
pub(crate) fn followed<'t, E>(
    path: &'t LayerPath,
    mut link_at: impl FnMut(&[u8], bool) -> Result<Option<&'t [u8]>, E>,
) -> Result<Option<LayerPath>, E> {
    let mut links = 0;
    let mut pending: Vec<&[u8]> = path.parts().rev().collect();
    let mut at: Vec<u8> = Vec::new();
    while let Some(part) = pending.pop() {
        let above = at.len();
        match part {
            b"." => continue,
            b".." => {
                at.truncate(at.iter().rposition(|byte| *byte == b'/').unwrap_or(0));
                continue;
            }
            _ if above > 0 => at.push(b'/'),
            _ => {}
        }
        at.extend_from_slice(part);
        let Some(target) = link_at(&at, pending.is_empty())? else { continue };
        links += 1;
        if links > limits::LINKS {
            return Ok(None);
        }
        at.truncate(if target.starts_with(b"/") { 0 } else { above });
        pending.extend(target.split(|byte| *byte == b'/').filter(|part| !part.is_empty()).rev());
    }
    Ok(Some(LayerPath::clamped(&at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed_in(links: &[(&str, &'static str)], path: &str) -> Option<String> {
        let path = LayerPath::clamped(path.as_bytes());
        let link_at = |at: &[u8], _| -> Result<_, std::convert::Infallible> {
            let link = links.iter().find(|(link, _)| link.as_bytes() == at);
            Ok(link.map(|(_, target)| target.as_bytes()))
        };
        let Ok(path) = followed(&path, link_at);
        path.map(|path| path.to_string())
    }

    #[test]
    fn links_lead_from_where_they_stand_and_never_out_of_the_root() {
        let links =
            [("lib", "usr/lib"), ("usr/lib/a", "../b"), ("up", "../../../etc"), ("abs", "/usr/./lib")];
        assert_eq!(followed_in(&links, "lib/x").as_deref(), Some("usr/lib/x"));
        assert_eq!(followed_in(&links, "lib/a/x").as_deref(), Some("usr/b/x"));
        assert_eq!(followed_in(&links, "up/passwd").as_deref(), Some("etc/passwd"));
        assert_eq!(followed_in(&links, "abs/a").as_deref(), Some("usr/b"));
        assert_eq!(followed_in(&[("a", "b"), ("b", "a")], "a/x"), None);
    }

    #[test]
    fn an_error_of_who_is_asked_ends_it() {
        let path = LayerPath::clamped(b"a/b");
        assert_eq!(
            followed(&path, |at, is_last| if is_last { Err(at.to_vec()) } else { Ok(None) }),
            Err(b"a/b".to_vec())
        );
    }
}
