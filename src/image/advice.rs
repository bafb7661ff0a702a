//! What the user can do about an image that cannot be read.
//!
//! The kinds of error have their hints beside them; here stands what takes more than a kind knows.

use crate::base::advice::Advice;
use crate::image::error::{ImageError, ImageFault, ReferenceFault};
use crate::image::transports::REGISTRY;

impl Advice for ImageError {
    fn hint(&self) -> Option<String> {
        match &*self.foremost().kind {
            ImageFault::Reference(ReferenceFault::Malformed { .. }) => Some(every_form()),
            ImageFault::Reference(fault) => fault.hint(),
            ImageFault::Choice(fault) => Some(fault.hint().to_owned()),
            ImageFault::Document(fault) => Some(fault.hint().to_owned()),
            ImageFault::Archive(fault) => Some(fault.hint().to_owned()),
            ImageFault::Server(fault) => Some(fault.hint()),
            ImageFault::Engine(fault) => Some(fault.hint().to_owned()),
            // Never the foremost.
            ImageFault::Everywhere { .. } | ImageFault::Nowhere { .. } => None,
        }
    }
}

/// The forms that a reference may have.
fn every_form() -> String {
    let forms: Vec<String> = REGISTRY
        .iter()
        .map(|transport| format!("{}{}", transport.prefix(), transport.hinted_operand()))
        .collect();
    format!("write {} or a path", forms.join(", "))
}
