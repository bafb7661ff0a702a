//! Rules of what is fetched by its URL: files, scripts, repositories.

pub(super) mod add_url_unverified;
pub(super) mod curl_pipe_shell;
pub(super) mod download_unverified;
pub(super) mod git_clone_unpinned;
pub(super) mod mutable_url;
