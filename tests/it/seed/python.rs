//! Python distributions as pip leaves them: a package, its compiled files, and a dist-info with RECORD.

use sha2::Digest as _;

/// What a distribution is.
pub(super) struct Distribution {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
    pub(super) requires: &'static [&'static str],
    /// Modules of the package and what is in them.
    pub(super) modules: &'static [(&'static str, &'static str)],
    /// The file in `bin`, where it has one.
    pub(super) script: Option<&'static str>,
}

/// The files of an install at `time`, paths relative to the site directory, in RECORD's order.
pub(super) fn installed(distribution: &Distribution, time: u64) -> Vec<(String, Vec<u8>)> {
    let Distribution { name, version, requires, modules, script } = distribution;
    let info = format!("{name}-{version}.dist-info");
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let requires: String = requires.iter().map(|line| format!("Requires-Dist: {line}\n")).collect();
    let metadata = format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}\n{name}.\n");
    if let Some(script) = script {
        let text = format!(
            "#!/usr/bin/python3\nimport sys\nfrom {name} import main\nif __name__ == '__main__':\n    sys.exit(main())\n"
        );
        files.push((format!("../../../bin/{script}"), text.into_bytes()));
    }
    files.push((format!("{info}/INSTALLER"), b"pip\n".to_vec()));
    files.push((format!("{info}/METADATA"), metadata.into_bytes()));
    files.push((
        format!("{info}/WHEEL"),
        b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n".to_vec(),
    ));
    files.push((format!("{info}/top_level.txt"), format!("{name}\n").into_bytes()));
    for (module, source) in *modules {
        files.push((format!("{name}/{module}.py"), source.as_bytes().to_vec()));
    }
    for (module, source) in *modules {
        let compiled = compiled(source, time);
        files.push((format!("{name}/__pycache__/{module}.cpython-38.pyc"), compiled));
    }
    let mut record = String::new();
    for (path, bytes) in &files {
        match path.ends_with(".pyc") {
            true => record.push_str(&format!("{path},,\n")),
            false => record.push_str(&format!("{path},sha256={},{}\n", hash(bytes), bytes.len())),
        }
    }
    record.push_str(&format!("{info}/RECORD,,\n"));
    files.push((format!("{info}/RECORD"), record.into_bytes()));
    files
}

/// CPython 3.8's header (PEP 552): magic, flags, the source's mtime and size; what follows stands in for the code.
fn compiled(source: &str, time: u64) -> Vec<u8> {
    let mut bytes = vec![0x55, 0x0d, 0x0d, 0x0a, 0, 0, 0, 0];
    bytes.extend((time as u32).to_le_bytes());
    bytes.extend((source.len() as u32).to_le_bytes());
    bytes.extend(b"\xe3\0\0\0\0");
    bytes.extend(source.as_bytes());
    bytes
}

/// RECORD's hash: urlsafe base64 without padding.
fn hash(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let digest = sha2::Sha256::digest(bytes);
    let mut text = String::new();
    for chunk in digest.chunks(3) {
        let bits =
            chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..=chunk.len() {
            text.push(char::from(ALPHABET[(bits >> (18 - 6 * at)) as usize & 63]));
        }
    }
    text
}
