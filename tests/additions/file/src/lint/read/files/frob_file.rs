//! Frob's files: an image in each line.

use crate::base::text::Span;
use crate::lint::read::docker;
use crate::lint::read::file_kind::{FileKind, FileName, file_kind};
use crate::lint::subject::image_use::ImageRole;
use crate::lint::subject::reading::FileReading;
use crate::lint::subject::resolved::ResolvedText;
use crate::lint::subject::source::SourceText;

pub(crate) struct FrobFile;

impl FileKind for FrobFile {
    file_kind!("frob-file", "`*.frob`");

    fn has_name(&self, path: &FileName) -> bool {
        path.extension == "frob"
    }

    fn has_text(&self, _: &str) -> bool {
        false
    }

    fn read(&self, source: &SourceText) -> FileReading {
        let mut reading = FileReading::default();
        let mut start = 0;
        for line in source.text.split_inclusive('\n') {
            let text = line.trim_end().to_owned();
            let span = Span::new(start, start + text.len());
            start += line.len();
            let image = ResolvedText { span, known: true, verbatim: true, text };
            reading.images.push(docker::image_use(&image, ImageRole::Run));
        }
        reading
    }
}
