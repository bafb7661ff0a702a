//! Visitors that look at the keys of objects on their way to the visitor that wants them, or to none.

use std::fmt;

use serde::Deserializer;
use serde::de::value::StringDeserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};

use crate::image::manifest::keys::deserializer::Reader;
use crate::image::manifest::keys::{Keys, Seen, Sort};

/// A visitor, or the access that it is given, of a value whose keys are of this sort where it is an object.
pub(super) struct Looking<'s, T> {
    pub(super) inner: T,
    pub(super) sort: Sort,
    pub(super) seen: &'s Seen,
}

macro_rules! forward {
    ($($method:ident: $of:ty),+) => {
        $(fn $method<E: Error>(self, value: $of) -> Result<V::Value, E> {
            self.inner.$method(value)
        })+
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Looking<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    forward!(
        visit_bool: bool,
        visit_i64: i64,
        visit_u64: u64,
        visit_f64: f64,
        visit_str: &str,
        visit_borrowed_str: &'de str,
        visit_string: String
    );

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.inner.visit_some(Reader { inner: deserializer, seen: self.seen })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.inner.visit_newtype_struct(Reader { inner: deserializer, seen: self.seen })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<V::Value, A::Error> {
        self.inner.visit_seq(Looking { inner: seq, sort: self.sort, seen: self.seen })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(Object { inner: map, keys: Keys::new(self.sort, self.seen) })
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Looking<'_, A> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, A::Error> {
        self.inner.next_element_seed(Reader { inner: seed, seen: self.seen })
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// An object being read.
struct Object<'s, A> {
    inner: A,
    keys: Keys<'s>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Object<'_, A> {
    type Error = A::Error;

    fn next_key_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, A::Error> {
        let Some(written) = self.inner.next_key::<String>()? else { return Ok(None) };
        let key = self.keys.take(written)?;
        seed.deserialize(StringDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        self.inner.next_value_seed(Reader { inner: seed, seen: self.keys.seen })
    }
}

/// A value that nobody wants: only its keys are looked at. Whether they are a struct's is not known.
pub(super) struct Unread<'s> {
    pub(super) seen: &'s Seen,
}

impl<'de> DeserializeSeed<'de> for Unread<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

macro_rules! pass_over {
    ($($method:ident: $of:ty),+) => {
        $(fn $method<E>(self, _: $of) -> Result<(), E> {
            Ok(())
        })+
    };
}

impl<'de> Visitor<'de> for Unread<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    pass_over!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Self { seen: self.seen })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut keys = Keys::new(Sort::Names, self.seen);
        while let Some(written) = map.next_key::<String>()? {
            keys.take::<A::Error>(written)?;
            map.next_value_seed(Self { seen: self.seen })?;
        }
        Ok(())
    }
}
