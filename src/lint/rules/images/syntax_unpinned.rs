//! syntax-unpinned: `# syntax=` names a frontend without a digest.

use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::images::digest_fix::{pinned_at, with_way};
use crate::lint::subject::Subject;
use crate::lint::subject::image_use::ImageRole;

pub(crate) struct SyntaxUnpinned;

impl Rule for SyntaxUnpinned {
    profile! {
        id: "syntax-unpinned",
        summary: "`# syntax=` without a digest",
        severity: Warning,
        confidence: High,
        set: Inputs,
        remedy: Lock,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let frontends = subject.images.iter().filter(|image| image.role == ImageRole::Syntax);
        for image in frontends.filter(|image| !image.name.is_pinned()) {
            let name = &image.name.shown();
            let message = format!("another {name} may read this file tomorrow, and build it in another way");
            let tag = if image.name.tag.is_some() { "" } else { ":VERSION" };
            let help = format!("write its digest too: # syntax={name}{tag}@sha256:…");
            findings.push(
                Draft::at(image.span, message)
                    .help(with_way(subject, image, help))
                    .fix(pinned_at(subject, image)),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{BASE_LOCK, DIGEST, dockerfile, lock};

    const ID: &str = "syntax-unpinned";

    #[test]
    fn a_frontend_without_a_digest_is_flagged_in_each_form() {
        assert_eq!(
            dockerfile(ID, "# syntax = docker/dockerfile:1 # x\nFROM a\n").lines(),
            [
                "1: docker/dockerfile:1: another docker/dockerfile:1 may read this file tomorrow, and build it in \
              another way"
            ]
        );
        assert_eq!(dockerfile(ID, "//syntax=docker/dockerfile:1\n").flagged(), ["docker/dockerfile:1"]);
        assert_eq!(dockerfile(ID, "{\"syntax\":\"a:1\"}").findings().len(), 1);
    }

    #[test]
    fn a_digest_or_a_comment_that_is_no_directive_is_not_flagged() {
        assert_eq!(dockerfile(ID, &format!("# syntax=a:1@{DIGEST}\nFROM a\n")).lines(), [""; 0]);
        assert_eq!(dockerfile(ID, "# note\n# syntax=a:1\nFROM a\n").lines(), [""; 0]);
    }

    #[test]
    fn a_digest_that_the_lock_knows_is_put_in() {
        let image =
            format!("\n[[build.image]]\nreference = \"docker/dockerfile:1\"\ndigest = \"{DIGEST}\"\n");
        let text = "# syntax=docker/dockerfile:1\nFROM a\n";
        let fixed = dockerfile(ID, text).locked(lock(&format!("{BASE_LOCK}{image}"))).fixed();
        assert_eq!(fixed, format!("# syntax=docker/dockerfile:1@{DIGEST}\nFROM a\n"));
    }
}
