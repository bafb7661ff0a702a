//! The error of everything that reads images.

use std::fmt;
use std::io;

use crate::image::error::archive::ArchiveFault;
use crate::image::error::choice::ChoiceFault;
use crate::image::error::document::DocumentFault;
use crate::image::error::engine::EngineFault;
use crate::image::error::reference::ReferenceFault;
use crate::image::error::server::ServerFault;
use crate::image::error::subject::Subject;

/// Why an image cannot be read.
#[derive(Debug, thiserror::Error)]
pub struct ImageError {
    /// The reference, as users write it; empty where there is none yet.
    pub from: String,
    /// What of it: a document, a member, a blob, a file of settings. Empty where it is all of it.
    pub what: String,
    /// What is wrong.
    pub kind: Box<ImageFault>,
    /// The system's or a decoder's own reason, where there is one.
    #[source]
    pub cause: Option<io::Error>,
}

/// What is wrong, by where it went wrong.
#[derive(Debug)]
pub enum ImageFault {
    /// The reference, or what it leads to.
    Reference(ReferenceFault),
    /// Which image of several is meant.
    Choice(ChoiceFault),
    /// An index, manifest, config or layer.
    Document(DocumentFault),
    /// A tar that holds an image.
    Archive(ArchiveFault),
    /// A registry, or the network before it.
    Server(ServerFault),
    /// An engine that does not give it.
    Engine(EngineFault),
    /// Neither the mirrors nor the registry gave it.
    Everywhere {
        /// Each mirror, and why it did not.
        asked: Vec<String>,
        /// Why the registry did not.
        last: Box<ImageError>,
    },
    /// A bare name that leads nowhere.
    Nowhere {
        /// Why the registry does not give it.
        registry: Box<ImageError>,
        /// Why no engine does.
        engine: Box<ImageError>,
    },
}

impl ImageError {
    /// What is wrong with all of `from`.
    pub(crate) fn at(from: impl Into<String>, kind: impl Into<ImageFault>) -> Self {
        Self::of("", from, kind)
    }

    /// What is wrong with `what` of `from`.
    pub(crate) fn of(what: impl Into<String>, from: impl Into<String>, kind: impl Into<ImageFault>) -> Self {
        Self { from: from.into(), what: what.into(), kind: Box::new(kind.into()), cause: None }
    }

    /// The same, with the reason that was given for it.
    pub(crate) fn because(self, cause: io::Error) -> Self {
        Self { cause: Some(cause), ..self }
    }

    /// Whether a document is refused since engines and other tools would read different images from it.
    pub(crate) fn is_ambiguous(&self) -> bool {
        use DocumentFault::{KeyTwice, TwoImages};
        matches!(
            &*self.kind,
            ImageFault::Document(KeyTwice { .. } | TwoImages { .. })
                | ImageFault::Archive(ArchiveFault::Twice)
        )
    }

    /// The error that says what to do: of several, the one that is nearest to what the user meant.
    pub fn foremost(&self) -> &Self {
        match &*self.kind {
            ImageFault::Everywhere { last, .. } => last.foremost(),
            ImageFault::Nowhere { engine, .. } => engine.foremost(),
            _ => self,
        }
    }
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, what, kind, cause } = self;
        let subject = Subject { from, what, cause: cause.as_ref() };
        match &**kind {
            ImageFault::Reference(fault) => fault.tell(&subject, f),
            ImageFault::Choice(fault) => fault.tell(&subject, f),
            ImageFault::Document(fault) => fault.tell(&subject, f),
            ImageFault::Archive(fault) => fault.tell(&subject, f),
            ImageFault::Server(fault) => fault.tell(&subject, f),
            ImageFault::Engine(fault) => fault.tell(&subject, f),
            ImageFault::Everywhere { asked, last } => {
                write!(f, "{last}; asked before it: {}", asked.join("; "))
            }
            ImageFault::Nowhere { registry, engine } => {
                write!(f, "{registry}; and no engine gave it: {engine}")
            }
        }
    }
}

macro_rules! kinds {
    ($($variant:ident($fault:ty)),+) => {
        $(impl From<$fault> for ImageFault {
            fn from(fault: $fault) -> Self {
                Self::$variant(fault)
            }
        })+
    };
}

kinds!(
    Reference(ReferenceFault),
    Choice(ChoiceFault),
    Document(DocumentFault),
    Archive(ArchiveFault),
    Server(ServerFault),
    Engine(EngineFault)
);
