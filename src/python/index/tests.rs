//! Pages of an index, whole and hostile.

use super::*;

const JSON: &str = "application/vnd.pypi.simple.v1+json";
const HTML: &str = "text/html; charset=utf-8";

fn hex(of: &str) -> String {
    Sha256::of(of.as_bytes()).hex()
}

fn json(files: &str) -> String {
    format!(
        r#"{{"meta":{{"api-version":"1.4","x":[]}},"name":"Foo.Bar","files":[{files}],"versions":["1.0"]}}"#
    )
}

fn read_json(text: &str) -> Result<Vec<IndexFile>, String> {
    Ok(read(JSON, text.as_bytes(), "foo-bar", &["1.0"])?.files)
}

fn file(name: &str, more: &str) -> String {
    format!(r#"{{"filename":"{name}","url":"../x/{name}","hashes":{{"sha256":"{}"}}{more}}}"#, hex(name))
}

#[test]
fn both_forms_of_a_page_say_the_same() {
    let (wheel, source) = ("foo_bar-1.0-py3-none-any.whl", "foo_bar-1.0.tar.gz");
    let metadata =
        format!(r#","core-metadata":{{"sha256":"{}"}},"yanked":"bad","size":7"#, hex("m").to_uppercase());
    let of_json =
        read_json(&json(&[file(wheel, &metadata), file(source, r#","yanked":false"#)].join(","))).unwrap();
    let page = format!(
        "<!DOCTYPE html><meta name='pypi:repository-version' content='1.0'><a href=\"../x/{wheel}#sha256={}\" \
         data-dist-info-metadata=\"sha256={}\" data-yanked>{wheel}</a><br/>\n<A HREF='../x/{source}#sha256={}'>",
        hex(wheel),
        hex("m"),
        hex(source).to_uppercase(),
    );
    let of_html = read(HTML, page.as_bytes(), "foo-bar", &["1.0"]).unwrap().files;
    assert_eq!(of_json, of_html);
    assert_eq!(of_json[0].metadata, Some(Sha256::of(b"m")));
    assert_eq!((of_json[0].is_yanked, of_json[1].is_yanked), (true, false));
    assert_eq!(of_json[0].link, format!("../x/{wheel}"));
    assert_eq!(of_json[1].tags, None);
}

#[test]
fn the_first_name_of_the_metadatas_digest_counts() {
    for (more, expected) in [
        (format!(r#","dist-info-metadata":{{"sha256":"{}"}}"#, hex("m")), true),
        (format!(r#","core-metadata":null,"dist-info-metadata":{{"sha256":"{}"}}"#, hex("m")), true),
        (format!(r#","core-metadata":false,"dist-info-metadata":{{"sha256":"{}"}}"#, hex("m")), false),
        (r#","core-metadata":true"#.to_owned(), false),
        (r#","core-metadata":{"md5":"00"}"#.to_owned(), false),
        (r#","core-metadata":{"sha256":"00"}"#.to_owned(), false),
        (r#","core-metadata":[[1],{"a":[]}]"#.to_owned(), false),
    ] {
        let files = read_json(&json(&file("foo_bar-1.0-py3-none-any.whl", &more))).unwrap();
        assert_eq!(files[0].metadata.is_some(), expected, "{more}");
    }
}

#[test]
fn files_of_another_name_or_version_are_none_of_the_projects() {
    let names = [
        "foo_baz-1.0-py3-none-any.whl",
        "foo_bar-1.1-py3-none-any.whl",
        "foo_bar-1.0-py3-none-any.whl.asc",
        "foo_bar-1.0.post1.tar.gz",
        "../foo_bar-1.0.tar.gz",
        "foo_bar.whl",
        "",
    ];
    let files = names.map(|name| file(name, "")).join(",");
    assert_eq!(read_json(&json(&files)).unwrap(), []);
    let links: String = names.iter().map(|name| format!("<a href='{name}'>")).collect();
    // Of a link, the last part is the name.
    let files = read(HTML, links.as_bytes(), "foo-bar", &["1.0"]).unwrap().files;
    assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["foo_bar-1.0.tar.gz"]);
    let same = read(JSON, json(&file("FOO.bar-1.0.0-py3-none-any.whl", "")).as_bytes(), "foo-bar", &["1.0"]);
    assert_eq!(same.unwrap().files.len(), 1);
}

#[test]
fn hashes_that_are_none_count_for_nothing() {
    let digest = hex("x");
    for (hashes, count) in [
        (String::new(), 0),
        (r#""md5":"d41d8cd98f00b204e9800998ecf8427e""#.to_owned(), 0),
        (format!(r#""sha256":"{}""#, digest.to_uppercase()), 1),
        (r#""sha256":"zz""#.to_owned(), 0),
        (format!(r#""sha256":"{digest} --hash=sha256:{digest}""#), 0),
        (format!(r#""sha256":"{digest}","md5":"00","sha256":"{digest}""#), 1),
    ] {
        let text = format!(r#"{{"filename":"foo_bar-1.0.zip","url":"x","hashes":{{{hashes}}}}}"#);
        assert_eq!(read_json(&json(&text)).unwrap()[0].hashes.len(), count, "{hashes}");
    }
}

#[test]
fn what_is_no_page_of_the_project_is_refused_with_the_reason() {
    let refused =
        |media_type: &str, text: &str| read(media_type, text.as_bytes(), "foo-bar", &["1.0"]).unwrap_err();
    assert!(refused(JSON, "{}").contains("missing field `meta`"));
    assert!(refused(JSON, &json("").replace("1.4", "2.0")).contains("its version is 2.0, expected 1"));
    assert!(
        refused(JSON, &json("").replace("Foo.Bar", "foo-b\\u001bar")).contains("found that of foo-b\\x1bar")
    );
    assert!(!refused(JSON, &"[".repeat(100_000)).is_empty());
    // What nobody asks for is passed over without a stack.
    for key in ["core-metadata", "yanked", "else"] {
        let deep = format!(r#","{key}":{}{}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(read_json(&json(&file("foo_bar-1.0.zip", &deep))).unwrap().len(), 1, "{key}");
    }
    let newer = "<meta name=\"pypi:repository-version\" content=\"2.0\">";
    assert!(refused(HTML, newer).contains("its version is 2.0, expected 1"));
    assert_eq!(
        refused("application/octet-stream", ""),
        "expected JSON or HTML, found \"application/octet-stream\""
    );
}

#[test]
fn broken_html_is_read_in_one_pass() {
    for text in
        ["<a", "<a href", "<a href='", "<!--", "<a href=x><a href=x>", "<script><a href='foo_bar-1.0.zip'>"]
    {
        assert!(read(HTML, text.repeat(20_000).as_bytes(), "foo-bar", &["1.0"]).is_ok(), "{text}");
    }
    let base = "<base href='https://example.org/a/'><base href='b'>";
    assert_eq!(
        read(HTML, base.as_bytes(), "foo-bar", &[]).unwrap().base.as_deref(),
        Some("https://example.org/a/")
    );
}
