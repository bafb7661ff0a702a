//! Whose an image's files are, in the document of `inspect`.

use serde_json::{Value, json};

use crate::base::path::LayerPath;
use crate::inspect::ownership::{Amount, Ownership, UnownedExtent, UnownedLayer, UnownedPlace, Whose};

/// How much is whose, as far as something is.
pub(super) fn amounts(ownership: &Ownership) -> Value {
    let row = |(whose, Amount { files, bytes }): (&Whose, &Amount)| {
        let (whose, ecosystem) = match whose {
            Whose::Base => ("base", None),
            Whose::Package(ecosystem) => ("package", Some(*ecosystem)),
            Whose::Instruction => ("instruction", None),
            Whose::Made => ("made", None),
            Whose::Left => ("left", None),
            Whose::Named(ecosystem) => ("named", Some(*ecosystem)),
            Whose::Nobody => ("nobody", None),
        };
        let mut row = json!({ "whose": whose, "files": files, "bytes": bytes });
        if let (Some(ecosystem), Some(row)) = (ecosystem, row.as_object_mut()) {
            row.insert("ecosystem".to_owned(), ecosystem.into());
        }
        row
    };
    ownership.amounts.iter().map(row).collect()
}

/// What is nobody's, by layer and place.
pub(super) fn unowned(ownership: &Ownership) -> Value {
    let layer = |layer: &UnownedLayer| {
        let UnownedLayer { layer, amount: Amount { files, bytes }, places } = layer;
        let places: Value = places.iter().map(place).collect();
        json!({ "layer": layer, "files": files, "bytes": bytes, "places": places })
    };
    ownership.unowned.iter().map(layer).collect()
}

/// Databases that do not say which files are their packages'.
pub(super) fn unlisted(ownership: &Ownership) -> Value {
    let row =
        |(ecosystem, path): &(&str, LayerPath)| json!({ "ecosystem": ecosystem, "path": path.to_string() });
    ownership.unlisted.iter().map(row).collect()
}

fn place(place: &UnownedPlace) -> Value {
    let UnownedPlace { path, extent, amount: Amount { files, bytes } } = place;
    let extent = match extent {
        UnownedExtent::File => "file",
        UnownedExtent::Inside => "inside",
        UnownedExtent::Below => "below",
    };
    json!({ "path": path.to_string(), "extent": extent, "files": files, "bytes": bytes })
}
