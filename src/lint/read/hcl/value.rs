//! Values of HCL expressions.
//!
//! Vocabulary: a value is *open* where it can't be told from the file: what the environment, the clock or a function that is
//! not known here decides. Its text has what is known of it, and `${…}` as it is written where nothing is.

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum HclValue {
    /// `null`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text that is all known.
    Text(String),
    /// Values in order.
    List(Vec<HclValue>),
    /// Values by name, sorted as HCL has them.
    Map(Vec<(String, HclValue)>),
    /// What is known of an open value.
    Open(String),
}

impl HclValue {
    /// A map, its names sorted, each once: the last one of a name.
    pub(crate) fn map(entries: impl IntoIterator<Item = (String, Self)>) -> Self {
        let sorted: std::collections::BTreeMap<String, Self> = entries.into_iter().collect();
        Self::Map(sorted.into_iter().collect())
    }

    /// Whether all of it is known.
    pub(crate) fn is_known(&self) -> bool {
        match self {
            Self::Open(_) => false,
            Self::List(items) => items.iter().all(Self::is_known),
            Self::Map(entries) => entries.iter().all(|(_, value)| value.is_known()),
            _ => true,
        }
    }

    /// The text that HCL makes of it inside another one; none of `null`, lists, maps and open values.
    pub(crate) fn as_text(&self) -> Option<String> {
        match self {
            Self::Bool(truth) => Some(truth.to_string()),
            Self::Number(number) => shown(*number),
            Self::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// The number that it is, or that its text is.
    pub(crate) fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    /// The place in a list that it names.
    pub(crate) fn as_place(&self) -> Option<usize> {
        let number = self.as_number()?;
        (number.fract() == 0.0 && (0.0..1e9).contains(&number)).then_some(number as usize)
    }

    /// The truth value that it is, or that its text is.
    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Its values and their names, or places.
    pub(crate) fn entries(&self) -> Option<Vec<(HclValue, HclValue)>> {
        match self {
            Self::List(items) => {
                let places = items.iter().enumerate();
                Some(places.map(|(at, item)| (Self::Number(at as f64), item.clone())).collect())
            }
            Self::Map(entries) => {
                Some(entries.iter().map(|(name, value)| (Self::Text(name.clone()), value.clone())).collect())
            }
            _ => None,
        }
    }

    /// The value of that name, of a map.
    pub(crate) fn named(&self, name: &str) -> Option<&HclValue> {
        match self {
            Self::Map(entries) => entries.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The value under a name or a place.
    pub(crate) fn at(&self, key: &HclValue) -> Option<&HclValue> {
        match self {
            Self::List(items) => items.get(key.as_place()?),
            Self::Map(_) => self.named(&key.as_text()?),
            _ => None,
        }
    }

    /// About how many bytes it takes.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Text(text) | Self::Open(text) => text.len() + 8,
            Self::List(items) => items.iter().map(Self::weight).sum::<usize>() + 8,
            Self::Map(entries) => {
                entries.iter().map(|(name, value)| name.len() + value.weight()).sum::<usize>() + 8
            }
            _ => 8,
        }
    }
}

/// A number as HCL writes it; none of one that has more digits than this keeps.
fn shown(number: f64) -> Option<String> {
    const DIGITS: usize = 15;
    let text = match number.fract() == 0.0 && number.abs() < 1e15 {
        true => format!("{}", number as i64),
        false => format!("{number}"),
    };
    (text.bytes().filter(u8::is_ascii_digit).count() <= DIGITS).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_without_what_it_does_not_need() {
        let text = |number: f64| HclValue::Number(number).as_text().unwrap();
        assert_eq!((text(3.0), text(3.5), text(-2.0)), ("3".to_owned(), "3.5".to_owned(), "-2".to_owned()));
        assert_eq!(HclValue::Number(1.0 / 3.0).as_text(), None);
    }

    #[test]
    fn a_map_has_each_name_once_and_sorted() {
        let one = |name: &str, number| (name.to_owned(), HclValue::Number(number));
        let map = HclValue::map([one("b", 1.0), one("a", 2.0), one("b", 3.0)]);
        assert_eq!(map, HclValue::Map(vec![one("a", 2.0), one("b", 3.0)]));
    }
}
