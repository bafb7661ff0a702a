//! Samples of causes that speak of what texts hold.

use std::ops::Range;

use super::{Sample, of_bytes};

pub(super) fn samples() -> Vec<Sample> {
    let history = |date: &str| format!("==> {date} <==\n+main::a-1-0\n");
    let dist_info = |name: &str| format!("lib/site-packages/a-1.dist-info/{name}");
    let zeros = "0".repeat(40);
    let log = |time: &str| format!("{zeros} {zeros} A <a@b.org> {time} +0000\tclone\n");
    let hsts = |time: &str| {
        format!("# HSTS 1.0 Known Hosts database for GNU Wget.\nexample.org\t0\t1\t{time}\t63072000\n")
    };
    vec![
        plain(
            "another-source",
            &dist_info("direct_url.json"),
            r#"{"url":"u","vcs_info":{"vcs":"git","commit_id":"1"}}"#,
            r#"{"url":"u","vcs_info":{"vcs":"git","commit_id":"2"}}"#,
            &["u\",", "\"2\""],
        ),
        plain(
            "apk-virtual-version",
            "lib/apk/db/installed",
            "C:Q1a=\nP:.deps\nV:20260822.101112\nA:noarch\n\n",
            "C:Q1b=\nP:.deps\nV:20260823.001203\nA:noarch\n\n",
            &["Q1b=", "20260823.001203"],
        ),
        plain(
            "conda-history",
            "opt/conda/conda-meta/history",
            &history("2026-08-22 10:11:11"),
            &history("2026-08-23 00:12:02"),
            &["==> 2026-08-23 00:12:02 <=="],
        ),
        plain(
            "embedded-clock",
            "etc/built",
            "on 2026-08-22T10:11:12Z by",
            "on 2026-08-23T00:12:03Z by",
            &["2026-08-23T00:12:03Z"],
        ),
        plain(
            "embedded-host",
            "etc/built",
            "by root@0123456789ab in\n",
            "by root@ba9876543210 in\n",
            &["ba9876543210"],
        ),
        plain("git-metadata", "a/.git/logs/HEAD", &log("1"), &log("2"), &[" 2 +0000"]),
        plain(
            "hub-cache-metadata",
            "m/.cache/huggingface/download/c.json.metadata",
            "c\netag\n1700000000.5\n",
            "c\netag\n1800000000.5\n",
            &["1800000000.5"],
        ),
        plain(
            "installer-metadata",
            &dist_info("uv_cache.json"),
            r#"{"timestamp":{"secs_since_epoch":1},"commit":null}"#,
            r#"{"timestamp":{"secs_since_epoch":2},"commit":null}"#,
            &["2"],
        ),
        plain(
            "matplotlib-font-list",
            "root/.cache/matplotlib/fontlist-v390.json",
            r#"{"ttflist":[{"name":"A"},{"name":"B"}]}"#,
            r#"{"ttflist":[{"name":"B"},{"name":"A"}]}"#,
            &[],
        ),
        plain("mime-cache", "usr/share/mime/globs", "a:1\nb:2\n", "b:2\na:1\n", &[]),
        plain(
            "package-manager-log",
            "var/log/dpkg.log",
            "2026-08-22 10:11:11 install a 1\n",
            "2026-08-23 00:12:02 install a 1\n",
            &["2026-08-23 00:12:02"],
        ),
        plain(
            "shadow-last-change",
            "etc/shadow",
            "root:*:20687:0:99999:7:::\n",
            "root:*:20688:0:99999:7:::\n",
            &["20688"],
        ),
        plain("wget-hsts", "root/.wget-hsts", &hsts("1"), &hsts("2"), &["2\t630"]),
    ]
}

fn plain(id: &'static str, path: &str, old: &str, new: &str, explained: &[&str]) -> Sample {
    let place = |part: &&str| {
        let at = new.find(part).unwrap();
        at..at + part.len()
    };
    let explained: Vec<Range<usize>> = explained.iter().map(place).collect();
    of_bytes(id, path, (old.as_bytes(), new.as_bytes()), &explained, |pair| pair)
}
