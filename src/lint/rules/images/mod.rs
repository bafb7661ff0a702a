//! Rules of images by name: what FROM, COPY --from, `# syntax=` and runs take from a registry.

pub(super) mod copy_from_unpinned;
pub(super) mod digest_not_index;
pub(super) mod image_arg_no_default;
pub(super) mod image_arg_unpinned;
pub(super) mod image_floating_tag;
pub(super) mod image_unpinned_digest;
pub(super) mod run_image_unpinned;
pub(super) mod syntax_unpinned;
