//! The drifted files as compact JSON, for the page's script: a column for each fact, repeated texts once.
//!
//! A path is the length of what it shares with the path before it, and the rest. New sizes and times are told as what
//! they add to the old ones, times besides as what they add to the file before. Sizes and times past what a script's
//! numbers hold are told as the largest it can hold.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::base::path::printable;
use crate::causes::{Attribution, Certainty};
use crate::compare::drift::{Change, Facts, Field};
use crate::compare::outcome::Presence;
use crate::formats::tar::entry::Kind;
use crate::report::escaping;
use crate::report::style::harmless;
use crate::verify::preview::{Form, Preview};
use crate::verify::{ExplainedDrift, ExplainedLayer, Outcome};

/// Files a page lists; a browser's scrollable height ends at about a million rows.
const FILES: usize = 500_000;

/// The largest number a script can hold, and half of it, so that sums hold too.
const NUMBER: i64 = 1 << 52;

/// Writes the data, as JSON that ends no element.
pub(super) fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let mut tables = Tables::default();
    // The first is what nothing explains.
    tables.whys.insert(Vec::new(), 0);
    let mut room = FILES;
    let layers: Vec<Layer> = outcome
        .layers()
        .filter(|layer| layer.drifts.as_ref().is_some_and(|drifts| !drifts.is_empty()))
        .map(|layer| {
            let drifts: Vec<ExplainedDrift<'_>> = layer.drifts().take(room).collect();
            room -= drifts.len();
            tables.layer(layer, &drifts)
        })
        .collect();
    let data = Data {
        total: outcome.drifts().count(),
        kinds: Kind::ALL.map(Kind::name).to_vec(),
        fields: Field::ALL.map(Field::name).to_vec(),
        causes: tables.causes(),
        evidence: in_order(&tables.evidence).into_iter().map(|text| harmless(text)).collect(),
        whys: in_order(&tables.whys),
        facts: in_order(&tables.facts).into_iter().map(Fact::texts).collect(),
        layers,
    };
    escaping::embedded(&data, out)
}

#[derive(Serialize)]
struct Data<'t> {
    total: usize,
    kinds: Vec<&'static str>,
    fields: Vec<&'static str>,
    causes: Vec<Value>,
    evidence: Vec<String>,
    whys: Vec<&'t Vec<[usize; 3]>>,
    facts: Vec<[String; 6]>,
    layers: Vec<Layer>,
}

/// Texts and tuples that stand in many files, each with its place.
#[derive(Default)]
struct Tables<'a> {
    causes: BTreeMap<&'static str, (usize, Option<Attribution>)>,
    evidence: BTreeMap<&'a str, usize>,
    whys: BTreeMap<Vec<[usize; 3]>, usize>,
    facts: BTreeMap<Fact<'a>, usize>,
}

/// What many files of one side have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Fact<'a> {
    kind: Kind,
    mode: u32,
    ids: [u64; 2],
    names: [&'a [u8]; 2],
}

impl<'a> Fact<'a> {
    fn of(facts: &'a Facts) -> Self {
        // Sizes, times and links stand in columns of their own.
        let Facts { kind, mode, uid, gid, uname, gname, size: _, mtime: _, link: _ } = facts;
        Self { kind: *kind, mode: *mode, ids: [*uid, *gid], names: [uname, gname] }
    }

    fn texts(&self) -> [String; 6] {
        let ([uid, gid], [uname, gname]) = (self.ids, self.names);
        [
            self.kind.name().to_owned(),
            format!("{:04o}", self.mode),
            uid.to_string(),
            gid.to_string(),
            printable(uname),
            printable(gname),
        ]
    }
}

/// One layer's files.
#[derive(Serialize)]
struct Layer {
    n: usize,
    gone: bool,
    what: String,
    line: Option<usize>,
    #[serde(flatten)]
    columns: Columns,
    links: Map<String, Value>,
    previews: Map<String, Value>,
    renamed: Map<String, Value>,
}

impl<'a> Tables<'a> {
    fn layer(&mut self, layer: ExplainedLayer<'a>, drifts: &[ExplainedDrift<'a>]) -> Layer {
        let mut columns = Columns::default();
        let mut links = Map::new();
        let (mut previews, mut renamed) = (Map::new(), Map::new());
        for (at, drift) in drifts.iter().enumerate() {
            self.file(&mut columns, *drift);
            let [old, new] = [&drift.old, &drift.new].map(|facts| facts.as_ref().and_then(link));
            if old.is_some() || new.is_some() {
                links.insert(at.to_string(), json!([old, new]));
            }
            if let Some(path) = &drift.renamed_from {
                renamed.insert(at.to_string(), path.to_string().into());
            }
            if let Some(item) = drift.preview {
                previews.insert(at.to_string(), preview(item));
            }
        }
        if !columns.has_nanos {
            columns.nanos.clear();
        }
        Layer {
            n: layer.index,
            gone: layer.presence == Presence::Removed,
            what: harmless(layer.instruction.as_deref().unwrap_or("(no history)")),
            line: layer.line,
            columns,
            links,
            previews,
            renamed,
        }
    }

    fn file(&mut self, columns: &mut Columns, explained: ExplainedDrift<'a>) {
        let ExplainedDrift { drift, causes, .. } = explained;
        columns.path(drift.path.to_string());
        let change = match drift.change {
            Change::Modified => 0,
            Change::Added => 1,
            Change::Removed => 2,
        };
        let kind = Kind::ALL.iter().position(|kind| *kind == drift.kind).unwrap_or(0);
        columns.kinds.push(kind * 3 + change);
        let has = |(bit, field): (usize, &Field)| usize::from(drift.fields.contains(field)) << bit;
        columns.fields.push(Field::ALL.iter().enumerate().map(has).sum());
        let why: Vec<[usize; 3]> = causes.iter().map(|cause| self.why(cause)).collect();
        columns.whys.push(place(&mut self.whys, why));
        let [old, new] = [&drift.old, &drift.new];
        columns.old.push(old.as_ref().map(|facts| place(&mut self.facts, Fact::of(facts))));
        columns.new.push(new.as_ref().map(|facts| place(&mut self.facts, Fact::of(facts))));
        columns.numbers(old.as_ref(), new.as_ref());
    }

    fn why(&mut self, attribution: &'a Attribution) -> [usize; 3] {
        let next = self.causes.len();
        let (cause, _) =
            self.causes.entry(attribution.cause.id()).or_insert((next, Some(attribution.clone())));
        let sure = usize::from(attribution.explanation.confidence == Certainty::Certain);
        [*cause, sure, place(&mut self.evidence, &attribution.explanation.evidence)]
    }

    fn causes(&self) -> Vec<Value> {
        let mut causes: Vec<&(usize, Option<Attribution>)> = self.causes.values().collect();
        causes.sort_by_key(|(place, _)| *place);
        let one = |(_, attribution): &(usize, Option<Attribution>)| {
            attribution.as_ref().map(|attribution| {
                let cause = attribution.cause;
                json!({ "id": cause.id(), "summary": cause.summary(), "fix": cause.fix(), "rule": cause.rule() })
            })
        };
        causes.into_iter().filter_map(one).collect()
    }
}

/// The place of `item` in its table; a new one at the end.
fn place<T: Ord>(table: &mut BTreeMap<T, usize>, item: T) -> usize {
    let next = table.len();
    *table.entry(item).or_insert(next)
}

fn in_order<T>(table: &BTreeMap<T, usize>) -> Vec<&T> {
    let mut items: Vec<(&T, &usize)> = table.iter().collect();
    items.sort_by_key(|(_, place)| **place);
    items.into_iter().map(|(item, _)| item).collect()
}

/// The names that the script knows are short: each stands once, but there may be many layers.
#[derive(Default, Serialize)]
struct Columns {
    #[serde(skip)]
    last: String,
    #[serde(rename = "p")]
    shared: Vec<usize>,
    #[serde(rename = "s")]
    rest: Vec<String>,
    #[serde(rename = "c")]
    kinds: Vec<usize>,
    #[serde(rename = "f")]
    fields: Vec<usize>,
    #[serde(rename = "w")]
    whys: Vec<usize>,
    #[serde(rename = "a")]
    old: Vec<Option<usize>>,
    #[serde(rename = "b")]
    new: Vec<Option<usize>>,
    #[serde(rename = "z")]
    sizes: Vec<i64>,
    #[serde(rename = "y")]
    grown: Vec<i64>,
    #[serde(rename = "t")]
    times: Vec<i64>,
    #[serde(rename = "u")]
    later: Vec<i64>,
    #[serde(rename = "v")]
    nanos: Vec<[u32; 2]>,
    #[serde(skip)]
    time: i64,
    #[serde(skip)]
    has_nanos: bool,
}

impl Columns {
    fn path(&mut self, path: String) {
        let same = self.last.chars().zip(path.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c);
        let (bytes, units) =
            same.fold((0, 0), |(bytes, units), c| (bytes + c.len_utf8(), units + c.len_utf16()));
        self.shared.push(units);
        self.rest.push(path.get(bytes..).unwrap_or_default().to_owned());
        self.last = path;
    }

    fn numbers(&mut self, old: Option<&Facts>, new: Option<&Facts>) {
        let size = |facts: &Facts| i64::try_from(facts.size).unwrap_or(NUMBER).min(NUMBER);
        let time = |facts: &Facts| facts.mtime.seconds.clamp(-NUMBER, NUMBER);
        let (before, after) = (old.or(new), new.or(old));
        let (before_size, after_size) = (before.map_or(0, size), after.map_or(0, size));
        self.sizes.push(before_size);
        self.grown.push(after_size - before_size);
        let (before_time, after_time) = (before.map_or(0, time), after.map_or(0, time));
        self.times.push(before_time - self.time);
        self.later.push(after_time - before_time);
        self.time = before_time;
        let nanos = [before, after].map(|facts| facts.map_or(0, |facts| facts.mtime.nanos));
        self.has_nanos |= nanos != [0, 0];
        self.nanos.push(nanos);
    }
}

fn link(facts: &Facts) -> Option<String> {
    facts.link.as_deref().map(printable)
}

fn preview(preview: &Preview) -> Value {
    let (is_text, from) = match preview.form {
        Form::Text { line } => (true, line),
        Form::Hex { offset } => (false, offset),
    };
    let side = |bytes: &[u8]| match is_text {
        true => String::from_utf8_lossy(bytes).into_owned(),
        false => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    json!({ "text": is_text, "from": from, "old": side(&preview.old), "new": side(&preview.new), "cut": preview.is_cut })
}
