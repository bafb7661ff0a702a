//! The archives of packages that others than the image tell of: what the builder recorded of its downloads, and the files
//! that were given.

use super::Inputs;
use super::error::BuildError;
use super::provenance::Provenance;
use crate::base::source;
use crate::python::archives::Archives;

/// Those that are told of.
pub(super) fn of_build(inputs: &Inputs, provenance: Option<&Provenance>) -> Result<Archives, BuildError> {
    let mut archives = Archives::default();
    for (url, digest) in provenance.into_iter().flat_map(|provenance| &provenance.downloads) {
        archives.add_download(url, *digest);
    }
    for path in &inputs.hashes_from {
        let text = source::read(path)?;
        let add = archives.add_file(text.as_bytes());
        add.map_err(|reason| BuildError::NoArchives { path: path.clone(), reason })?;
    }
    Ok(archives)
}
