//! Secrets in URLs: the user part, and the paths of webhooks. Query values have names (`named`).
//!
//! A user's name stays beside its password; alone it is often the token itself, so it is hidden in the schemes where a login
//! needs nothing else.

use super::spans::Spans;
use super::{names, values, words};

/// Signs that end a URL's authority.
fn ends(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '/' | '?' | '#' | '"' | '\'' | '<' | '>' | '`' | '\\' | '|' | ';' | '\u{1f}')
}

/// Schemes where a user is a name and the login is a key elsewhere.
const BY_KEY: [&str; 9] = ["ssh", "git+ssh", "ssh+git", "svn+ssh", "sftp", "rsync", "scp", "git", "bzr+ssh"];

/// Users whom everybody is.
const ANYBODY: [&str; 4] = ["git", "anonymous", "guest", "ftp"];

/// Passwords that say that the user is the token.
const NO_PASSWORDS: [&str; 3] = ["x-oauth-basic", "x", "none"];

pub(super) fn find(spans: &mut Spans<'_>) {
    bare(spans);
    let text = spans.text;
    for (at, sign) in text.match_indices("://") {
        let start = at + sign.len();
        let end = authority_end(text, start);
        let authority = text.get(start..end).unwrap_or_default();
        if let Some((user, _)) = authority.rsplit_once('@') {
            let scheme = text.get(..at).unwrap_or_default();
            let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-');
            let length = scheme.chars().rev().take(32).take_while(|c| is_scheme(*c)).count();
            of_user(spans, scheme.get(scheme.len() - length..).unwrap_or_default(), start, user);
        }
        let path = words::head(text, end);
        webhook(spans, authority, end, path);
    }
}

/// `user:password@host:port`, as proxies, databases and registries are named without a scheme. What has neither a port nor a path
/// may be somebody's address, and `name:tag@sha256:…` is an image.
fn bare(spans: &mut Spans<'_>) {
    let text = spans.text;
    for (at, _) in text.match_indices('@') {
        let start = at.saturating_sub(2 * names::LONGEST);
        let start = (start..=at).find(|start| text.is_char_boundary(*start)).unwrap_or(at);
        let before = text.get(start..at).unwrap_or_default();
        let run = before.rfind(|c: char| ends(c) || matches!(c, '@' | '=' | '(' | ',')).map_or(0, |place| {
            place + before.get(place..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
        });
        // Behind a scheme it is a URL's.
        if before.get(..run).is_some_and(|before| before.ends_with("//")) {
            continue;
        }
        let login = before.get(run..).unwrap_or_default();
        let user = login.split_once(':').map(|(user, _)| user);
        // A token alone, and not the name of a package before its version.
        if user.is_none() && !values::is_random(login) {
            continue;
        }
        let host = words::head(text, at + 1);
        let length =
            host.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-')).unwrap_or(host.len());
        let (host, after) = (host.get(..length).unwrap_or_default(), host.get(length..).unwrap_or_default());
        let has_port =
            after.strip_prefix(':').is_some_and(|port| port.starts_with(|c: char| c.is_ascii_digit()));
        let site = host.rsplit_once('.').map(|(_, site)| site);
        let is_site =
            site.is_some_and(|site| site.len() > 1 && site.bytes().all(|byte| byte.is_ascii_alphabetic()));
        let is_known = user.map_or(is_site, |user| !user.is_empty());
        let is_digest = matches!(host, "sha256" | "sha512");
        let is_driver = matches!(host, "tcp" | "unix") && after.starts_with('(');
        if is_known && !host.is_empty() && !is_digest && (has_port || is_driver || after.starts_with('/')) {
            spans.push(start + run + user.map_or(0, |user| user.len() + 1)..at);
        }
    }
}

/// Where the authority ends; past a slash where the port before it is none, since then it is a password's.
fn authority_end(text: &str, start: usize) -> usize {
    let rest = words::head(text, start);
    let end = rest.find(ends).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or_default();
    let port = authority.rsplit_once(':').map(|(_, port)| port);
    let is_torn =
        port.is_some_and(|port| port.contains(|c: char| !c.is_ascii_digit())) && !authority.contains('@');
    let is_outside = |c: char| ends(c) && !matches!(c, '/' | '?' | '#');
    let run = rest.find(is_outside).unwrap_or(rest.len());
    let torn = rest.get(..run.min(256)).and_then(|rest| rest.rfind('@')).filter(|_| is_torn);
    match torn {
        Some(at) => {
            let host = rest.get(at..).unwrap_or_default();
            start + at + host.find(ends).unwrap_or(host.len())
        }
        None => start + end,
    }
}

fn of_user(spans: &mut Spans<'_>, scheme: &str, start: usize, user: &str) {
    let scheme = scheme.to_ascii_lowercase();
    match user.split_once(':') {
        Some((name, password)) => {
            let from = start + name.len() + 1;
            if password.is_empty() || NO_PASSWORDS.contains(&password) {
                spans.push(start..start + name.len());
            } else {
                spans.push(from..from + password.len());
            }
        }
        None if BY_KEY.contains(&scheme.as_str()) || ANYBODY.contains(&user) => {}
        None => spans.push(start..start + user.len()),
    }
}

/// Webhooks are opened by their path.
fn webhook(spans: &mut Spans<'_>, host: &str, start: usize, path: &str) {
    let opened = [
        ("hooks.slack.com", "/services/"),
        ("hooks.slack.com", "/workflows/"),
        ("discord.com", "/api/webhooks/"),
        ("discordapp.com", "/api/webhooks/"),
        ("webhook.office.com", "/webhookb2/"),
        ("api.telegram.org", "/bot"),
    ];
    if let Some((_, rest)) = path.split_once("/t/") {
        // A channel of conda's.
        let token = rest.split(|c: char| ends(c)).next().unwrap_or_default();
        let from = start + path.len() - rest.len();
        if values::is_random(token) {
            spans.push(from..from + token.len());
        }
    }
    let is_here = |(name, folder): &&(&str, &str)| host.ends_with(name) && path.starts_with(folder);
    let Some((_, folder)) = opened.iter().find(is_here) else { return };
    let from = start + folder.len();
    let rest = path.get(folder.len()..).unwrap_or_default();
    let is_outside = |c: char| ends(c) && c != '/';
    let end = rest.find(is_outside).unwrap_or(rest.len());
    spans.push(from..from + end);
}
