//! Writes tars, gzip without compression, and OCI archives, the same bytes on every machine and with every library.

use reprolock::base::digest::Sha256;

/// One member of a layer.
pub(super) struct Member {
    pub(super) path: String,
    pub(super) kind: Kind,
    pub(super) mode: u32,
    pub(super) owner: u32,
    pub(super) mtime: u64,
}

pub(super) enum Kind {
    File(Vec<u8>),
    Folder,
    Symlink(String),
}

/// The members as a ustar archive, as Go's archive/tar writes it.
pub(super) fn tar(members: &[Member]) -> Vec<u8> {
    let mut out = Vec::new();
    for member in members {
        let (body, link): (&[u8], &str) = match &member.kind {
            Kind::File(bytes) => (bytes, ""),
            Kind::Folder => (b"", ""),
            Kind::Symlink(target) => (b"", target),
        };
        let header = header(member, body.len(), link);
        out.extend(header);
        out.extend(body);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

fn header(member: &Member, size: usize, link: &str) -> [u8; 512] {
    let (flag, slash) = match member.kind {
        Kind::File(_) => (b"0", ""),
        Kind::Folder => (b"5", "/"),
        Kind::Symlink(_) => (b"2", ""),
    };
    let name = format!("{}{slash}", member.path);
    // A name over 100 bytes is split at a slash: the front goes into the prefix.
    let split = match name.len() {
        0..=100 => None,
        length => name.match_indices('/').map(|(at, _)| at).find(|at| length - at <= 101),
    };
    let (prefix, name) = split.map_or(("", name.as_str()), |at| (&name[..at], &name[at + 1..]));
    let mut header = [0; 512];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, name.as_bytes());
    put(100, format!("{:07o}\0{:07o}\0{:07o}\0", member.mode, member.owner, member.owner).as_bytes());
    put(124, format!("{size:011o}\0{:011o}\0", member.mtime).as_bytes());
    put(148, b"        ");
    put(156, flag);
    put(157, link.as_bytes());
    put(257, b"ustar\x0000");
    put(345, prefix.as_bytes());
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

/// `bytes` as gzip that stores and does not compress, so that no library's version changes the digest.
pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let mut blocks = bytes.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    out.extend(crc.sum().to_le_bytes());
    out.extend((bytes.len() as u32).to_le_bytes());
    out
}

/// An OCI archive of one image. `config` gets the layers' diff_ids.
pub(super) fn oci(name: &str, layers: &[Vec<Member>], config: impl Fn(&[String]) -> String) -> Vec<u8> {
    let tars: Vec<Vec<u8>> = layers.iter().map(|members| tar(members)).collect();
    let diff_ids: Vec<String> = tars.iter().map(|tar| Sha256::of(tar).to_string()).collect();
    let blobs: Vec<Vec<u8>> = tars.iter().map(|tar| gzip(tar)).collect();
    let config = config(&diff_ids).into_bytes();
    let described = |kind: &str, blob: &[u8]| {
        let digest = Sha256::of(blob);
        format!(
            r#"{{"mediaType":"application/vnd.oci.image.{kind}","digest":"{digest}","size":{}}}"#,
            blob.len()
        )
    };
    let layers: Vec<String> = blobs.iter().map(|blob| described("layer.v1.tar+gzip", blob)).collect();
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{},"layers":[{}]}}"#,
        described("config.v1+json", &config),
        layers.join(",")
    )
    .into_bytes();
    let descriptor = described("manifest.v1+json", &manifest);
    let index = format!(
        r#"{{"schemaVersion":2,"manifests":[{},"annotations":{{"org.opencontainers.image.ref.name":"{name}"}}}}]}}"#,
        descriptor.trim_end_matches('}')
    );
    let mut blobs: Vec<Vec<u8>> = blobs.into_iter().chain([config, manifest]).collect();
    blobs.sort_by_key(|blob| Sha256::of(blob).hex());
    let file = |path: String, bytes: Vec<u8>| Member {
        path,
        kind: Kind::File(bytes),
        mode: 0o644,
        owner: 0,
        mtime: 0,
    };
    let mut members: Vec<Member> = blobs
        .into_iter()
        .map(|blob| file(format!("blobs/sha256/{}", Sha256::of(&blob).hex()), blob))
        .collect();
    members.push(file("index.json".into(), index.into_bytes()));
    members.push(file("oci-layout".into(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()));
    tar(&members)
}
