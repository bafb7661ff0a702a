//! serde_json's deserializer with the keys of its objects looked at, at every depth.

use serde::Deserializer;
use serde::de::{DeserializeSeed, Visitor};

use crate::image::manifest::keys::visitor::{Looking, Unread};
use crate::image::manifest::keys::{Seen, Sort};

/// A deserializer, or a seed for one, whose objects' keys are looked at.
pub(super) struct Reader<'s, T> {
    pub(super) inner: T,
    pub(super) seen: &'s Seen,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Reader<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(Reader { inner: deserializer, seen: self.seen })
    }
}

macro_rules! forward {
    ($($method:ident),+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method(Looking { inner: visitor, sort: Sort::Names, seen: self.seen })
        })+
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Reader<'_, D> {
    type Error = D::Error;

    forward!(
        deserialize_any,
        deserialize_bool,
        deserialize_i8,
        deserialize_i16,
        deserialize_i32,
        deserialize_i64,
        deserialize_u8,
        deserialize_u16,
        deserialize_u32,
        deserialize_u64,
        deserialize_f32,
        deserialize_f64,
        deserialize_char,
        deserialize_str,
        deserialize_string,
        deserialize_bytes,
        deserialize_byte_buf,
        deserialize_option,
        deserialize_unit,
        deserialize_seq,
        deserialize_map,
        deserialize_identifier
    );

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let looking = Looking { inner: visitor, sort: Sort::Names, seen: self.seen };
        self.inner.deserialize_unit_struct(name, looking)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let looking = Looking { inner: visitor, sort: Sort::Names, seen: self.seen };
        self.inner.deserialize_newtype_struct(name, looking)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_tuple(len, Looking { inner: visitor, sort: Sort::Names, seen: self.seen })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let looking = Looking { inner: visitor, sort: Sort::Names, seen: self.seen };
        self.inner.deserialize_tuple_struct(name, len, looking)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        // Not as a struct: serde_json takes a list for one.
        self.inner.deserialize_map(Looking { inner: visitor, sort: Sort::Fields(fields), seen: self.seen })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_enum(name, variants, visitor)
    }

    /// What is passed over is walked all the same: it is somebody else's to read.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(Unread { seen: self.seen })?;
        visitor.visit_unit()
    }
}
