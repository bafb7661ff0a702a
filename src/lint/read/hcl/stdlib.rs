//! Bake's functions, as far as they make of known values a known one.
//! <https://github.com/docker/buildx/blob/master/docs/bake-stdlib.md>
//!
//! What it refuses to do: what the clock, the machine or chance decides has no value here, and neither has a function that is
//! not in this list: its result is open, never guessed.

use crate::lint::read::hcl::value::HclValue;
use crate::lint::read::hcl::value::HclValue::{Bool, List, Map, Number, Open, Text};

/// Items that `range` and `setproduct` make at most; real ones make some ten.
const ITEMS: usize = 4096;

/// What `name` makes of its arguments; none where that can't be told.
pub(super) fn call(name: &str, arguments: Vec<HclValue>) -> Option<HclValue> {
    if let Some(value) = of_collections(name, &arguments) {
        return Some(value);
    }
    if !arguments.iter().all(HclValue::is_known) {
        return None;
    }
    of_texts(name, &arguments)
        .or_else(|| of_numbers(name, &arguments))
        .or_else(|| of_truths(name, &arguments))
        .or_else(|| of_lists(name, &arguments))
}

/// Functions that hand on values that they need not know.
fn of_collections(name: &str, arguments: &[HclValue]) -> Option<HclValue> {
    let lists = || arguments.iter().map(items).collect::<Option<Vec<_>>>();
    match (name, arguments) {
        ("concat", _) => Some(List(lists()?.concat())),
        ("merge", _) => {
            let maps = arguments.iter().map(|map| match map {
                Map(entries) => Some(entries.clone()),
                HclValue::Null => Some(Vec::new()),
                _ => None,
            });
            Some(HclValue::map(maps.collect::<Option<Vec<_>>>()?.concat()))
        }
        ("flatten", [List(all)]) => Some(List(flat(all))),
        ("keys", [Map(entries)]) => Some(List(entries.iter().map(|(name, _)| Text(name.clone())).collect())),
        ("values", [Map(entries)]) => Some(List(entries.iter().map(|(_, value)| value.clone()).collect())),
        ("length", [List(all)]) => Some(Number(all.len() as f64)),
        ("element", [List(all), at]) if !all.is_empty() => all.get(at.as_place()? % all.len()).cloned(),
        ("index", [of @ List(_), at]) => of.at(at).cloned(),
        ("lookup", [of @ Map(_), name, other]) => Some(of.named(&name.as_text()?).unwrap_or(other).clone()),
        ("reverselist" | "reverse", [List(all)]) => Some(List(all.iter().rev().cloned().collect())),
        ("slice", [List(all), from, to]) => Some(List(all.get(from.as_place()?..to.as_place()?)?.to_vec())),
        // The first that is something; an open one may be nothing.
        ("coalesce", _) => match arguments.iter().find(|value| **value != HclValue::Null)? {
            Open(_) => None,
            first => Some(first.clone()),
        },
        ("try", _) => arguments.first().filter(|first| first.is_known()).cloned(),
        ("join", [separator, rest @ ..]) => joined(&separator.as_text()?, rest),
        _ => None,
    }
}

fn items(value: &HclValue) -> Option<Vec<HclValue>> {
    match value {
        List(items) => Some(items.clone()),
        _ => None,
    }
}

fn flat(items: &[HclValue]) -> Vec<HclValue> {
    let each = items.iter().flat_map(|item| match item {
        List(inner) => flat(inner),
        other => vec![other.clone()],
    });
    each.collect()
}

fn joined(separator: &str, lists: &[HclValue]) -> Option<HclValue> {
    let all = lists.iter().map(items).collect::<Option<Vec<_>>>()?.concat();
    let is_known = all.iter().all(HclValue::is_known);
    let part = |value: &HclValue| match value {
        Open(text) => Some(text.clone()),
        other => other.as_text(),
    };
    let parts = all.iter().map(part).collect::<Option<Vec<_>>>()?.join(separator);
    Some(if is_known { Text(parts) } else { Open(parts) })
}

fn of_texts(name: &str, arguments: &[HclValue]) -> Option<HclValue> {
    let texts = arguments.iter().map(HclValue::as_text).collect::<Option<Vec<_>>>()?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let text = match (name, texts.as_slice()) {
        ("upper", [text]) => text.to_uppercase(),
        ("lower", [text]) => text.to_lowercase(),
        ("title", [text]) => titled(text),
        ("trimspace", [text]) => text.trim().to_owned(),
        ("chomp", [text]) => text.trim_end_matches(['\n', '\r']).to_owned(),
        ("trim", [text, set]) => text.trim_matches(|c| set.contains(c)).to_owned(),
        ("trimprefix", [text, start]) => text.strip_prefix(start).unwrap_or(text).to_owned(),
        ("trimsuffix", [text, end]) => text.strip_suffix(end).unwrap_or(text).to_owned(),
        ("replace", [text, from, to]) if !from.is_empty() => text.replace(from, to),
        ("reverse", [text]) => text.chars().rev().collect(),
        ("substr", [text, from, length]) => substring(text, from, length)?,
        ("sanitize", [text]) => {
            let plain = |c: char| if c.is_ascii_alphanumeric() || "_-".contains(c) { c } else { '_' };
            text.chars().map(plain).collect()
        }
        ("basename", [path]) => path.trim_end_matches('/').rsplit('/').next()?.to_owned(),
        ("dirname", [path]) => match path.trim_end_matches('/').rsplit_once('/') {
            Some(("", _)) => "/".to_owned(),
            Some((folder, _)) => folder.to_owned(),
            None => ".".to_owned(),
        },
        ("format", [format, values @ ..]) => formatted(format, values)?,
        ("strlen", [text]) => return Some(Number(text.chars().count() as f64)),
        ("split", [separator, text]) if !separator.is_empty() => {
            return Some(List(text.split(separator).map(|part| Text(part.to_owned())).collect()));
        }
        _ => return None,
    };
    Some(Text(text))
}

fn titled(text: &str) -> String {
    let mut is_start = true;
    let each = text.chars().map(|c| {
        let upper = if is_start { c.to_ascii_uppercase() } else { c };
        is_start = !c.is_alphanumeric();
        upper
    });
    each.collect()
}

/// `length` characters behind the first `from`; the rest where it is -1.
fn substring(text: &str, from: &str, length: &str) -> Option<String> {
    let (from, length): (usize, i64) = (from.parse().ok()?, length.parse().ok()?);
    let rest = text.chars().skip(from);
    Some(match usize::try_from(length) {
        Ok(length) => rest.take(length).collect(),
        Err(_) if length == -1 => rest.collect(),
        Err(_) => return None,
    })
}

/// `%s`, `%v`, `%d` and `%%`, as often as there are values.
fn formatted(format: &str, values: &[&str]) -> Option<String> {
    let mut parts = format.split('%');
    let mut all = parts.next()?.to_owned();
    let mut values = values.iter();
    while let Some(part) = parts.next() {
        match part.chars().next() {
            None => {
                all.push('%');
                all.push_str(parts.next().unwrap_or_default());
            }
            Some('s' | 'v') => {
                all.push_str(values.next()?);
                all.push_str(part.get(1..)?);
            }
            Some('d') => {
                let number = values.next()?;
                number.parse::<i64>().ok()?;
                all.push_str(number);
                all.push_str(part.get(1..)?);
            }
            _ => return None,
        }
    }
    values.next().is_none().then_some(all)
}

fn of_numbers(name: &str, arguments: &[HclValue]) -> Option<HclValue> {
    let numbers = arguments.iter().map(HclValue::as_number).collect::<Option<Vec<_>>>()?;
    let number = match (name, numbers.as_slice()) {
        ("add", [one, other]) => one + other,
        ("subtract", [one, other]) => one - other,
        ("multiply", [one, other]) => one * other,
        ("divide", [one, other]) => one / other,
        ("modulo", [one, other]) => one % other,
        ("negate", [one]) => -one,
        ("absolute", [one]) => one.abs(),
        ("int", [one]) => one.trunc(),
        ("ceil", [one]) => one.ceil(),
        ("floor", [one]) => one.floor(),
        ("max", [first, rest @ ..]) => rest.iter().fold(*first, |one, other| one.max(*other)),
        ("min", [first, rest @ ..]) => rest.iter().fold(*first, |one, other| one.min(*other)),
        ("greaterthan", [one, other]) => return Some(Bool(one > other)),
        ("greaterthanorequalto", [one, other]) => return Some(Bool(one >= other)),
        ("lessthan", [one, other]) => return Some(Bool(one < other)),
        ("lessthanorequalto", [one, other]) => return Some(Bool(one <= other)),
        ("range", [end]) => return range(0.0, *end),
        ("range", [start, end]) => return range(*start, *end),
        _ => return None,
    };
    number.is_finite().then_some(Number(number))
}

fn range(start: f64, end: f64) -> Option<HclValue> {
    let count = (end - start).ceil();
    ((0.0..ITEMS as f64).contains(&count))
        .then(|| List((0..count as usize).map(|at| Number(start + at as f64)).collect()))
}

fn of_truths(name: &str, arguments: &[HclValue]) -> Option<HclValue> {
    Some(Bool(match (name, arguments) {
        ("equal", [one, other]) => one == other,
        ("notequal", [one, other]) => one != other,
        ("not", [one]) => !one.as_bool()?,
        ("and", [one, other]) => one.as_bool()? && other.as_bool()?,
        ("or", [one, other]) => one.as_bool()? || other.as_bool()?,
        ("contains", [List(items), wanted]) => items.contains(wanted),
        ("hasindex", [of, at]) => of.at(at).is_some(),
        _ => return None,
    }))
}

fn of_lists(name: &str, arguments: &[HclValue]) -> Option<HclValue> {
    let [List(items), rest @ ..] = arguments else { return None };
    Some(List(match (name, rest) {
        ("compact", []) => {
            items.iter().filter(|item| item.as_text().is_some_and(|text| !text.is_empty())).cloned().collect()
        }
        ("distinct", []) => {
            if items.len() > ITEMS {
                return None;
            }
            let mut each: Vec<HclValue> = Vec::new();
            items.iter().for_each(|item| each.extend((!each.contains(item)).then(|| item.clone())));
            each
        }
        ("sort", []) => {
            let mut texts = items.iter().map(HclValue::as_text).collect::<Option<Vec<_>>>()?;
            texts.sort();
            texts.into_iter().map(Text).collect()
        }
        ("zipmap", [List(values)]) if items.len() == values.len() => {
            let names = items.iter().map(HclValue::as_text).collect::<Option<Vec<_>>>()?;
            return Some(HclValue::map(names.into_iter().zip(values.iter().cloned())));
        }
        ("setproduct", [List(others)]) if items.len() * others.len() <= ITEMS => {
            let pairs = items
                .iter()
                .flat_map(|item| others.iter().map(move |other| List(vec![item.clone(), other.clone()])));
            pairs.collect()
        }
        ("indexof", [wanted]) => {
            return Some(Number(items.iter().position(|item| item == wanted)? as f64));
        }
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> HclValue {
        Text(text.to_owned())
    }

    #[test]
    fn what_is_known_is_worked_out_as_bake_does() {
        let made = |name: &str, arguments: &[HclValue]| call(name, arguments.to_vec());
        assert_eq!(made("upper", &[text("a")]), Some(text("A")));
        assert_eq!(
            made("format", &[text("%s:%d%%-%v"), text("a"), Number(3.0), text("b")]),
            Some(text("a:3%-b"))
        );
        assert_eq!(made("format", &[text("%05d"), Number(3.0)]), None);
        assert_eq!(made("substr", &[text("abc"), Number(1.0), Number(-1.0)]), Some(text("bc")));
        assert_eq!(made("trimprefix", &[text("v1"), text("v")]), Some(text("1")));
        assert_eq!(made("element", &[List(vec![text("a"), text("b")]), Number(3.0)]), Some(text("b")));
        assert_eq!(made("dirname", &[text("a/b")]), Some(text("a")));
        assert_eq!(made("range", &[Number(1e12)]), None);
        assert_eq!(made("coalesce", &[HclValue::Null, text("a")]), Some(text("a")));
    }

    #[test]
    fn what_the_clock_or_an_open_value_decides_is_open() {
        assert_eq!(call("timestamp", Vec::new()), None);
        assert_eq!(call("upper", vec![Open("${X}".into())]), None);
        let list = List(vec![text("a"), Open("${X}".into())]);
        assert_eq!(call("join", vec![text(":"), list]), Some(Open("a:${X}".into())));
    }
}
