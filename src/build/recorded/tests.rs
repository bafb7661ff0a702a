//! Arguments as builders record them, read back: by table, and by lines that a generator writes as each builder does.

use super::*;

const SH: &str = "/bin/sh -c";

/// What a test knows of a step.
#[derive(Clone, Default)]
struct Known<'k> {
    declared: Vec<&'k str>,
    likely: BTreeMap<&'k str, &'k str>,
    command: Option<&'k str>,
}

fn hints<'h>(declared: &[&'h str], command: Option<&'h str>) -> Known<'h> {
    Known { declared: declared.to_vec(), likely: BTreeMap::new(), command }
}

fn reading(recorded: &Recorded, known: &Known<'_>) -> Reading {
    let mut declared = Declared::default();
    known.declared.iter().for_each(|name| declared.add(name));
    let owned = |(name, value): (&&str, &&str)| ((*name).to_owned(), (*value).to_owned());
    let likely = known.likely.iter().map(owned).collect();
    let shells = [SH.to_owned()];
    recorded.read(Hints { declared: &declared, likely: &likely, shells: &shells, command: known.command })
}

/// `NAME=value; …` and the command, or `?` and the names that are unclear.
fn read(body: &str, by: ListedBy, known: &Known<'_>) -> String {
    let recorded = Recorded::of(body, by).unwrap();
    let reading = reading(&recorded, known);
    let args: Vec<String> = reading.args.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let unclear: Vec<&str> = reading.unclear.iter().map(String::as_str).collect();
    let command = recorded.text.get(reading.command..).unwrap();
    match unclear.is_empty() {
        true => format!("{} > {command}", args.join("; ")),
        false => format!("? {} > {command}", unclear.join(" ")),
    }
}

#[test]
fn the_dockerfiles_names_tell_values_from_what_only_looks_like_an_argument() {
    let cases: [(&str, &[&str], &str); 15] = [
        ("|2 A=1 B=2 /bin/sh -c make", &[], "A=1; B=2 > make"),
        ("|2 FLAGS=-O2 -g NAME=a b /bin/sh -c make", &[], "FLAGS=-O2 -g; NAME=a b > make"),
        ("|1 EMPTY= /bin/sh -c make", &[], "EMPTY= > make"),
        ("|2 A= B= /bin/sh -c make", &["A", "B"], "A=; B= > make"),
        ("|1 A=x B=y /bin/sh -c make", &[], "A=x B=y > make"),
        ("|2 A=x B=y C=z /bin/sh -c make", &[], "? A B C > make"),
        ("|2 A=x B=y C=z /bin/sh -c make", &["A", "C"], "A=x B=y; C=z > make"),
        ("|2 A=x B=y C=z /bin/sh -c make", &["A", "B"], "A=x; B=y C=z > make"),
        ("|2 A=x B=y B=z /bin/sh -c make", &["A", "B"], "? A B > make"),
        ("|2 B=x A=y B=z /bin/sh -c make", &["B", "A"], "B=x; A=y B=z > make"),
        // Declared again, which older BuildKits list at its last place, and newer ones at its first.
        ("|2 B=x A=y B=z /bin/sh -c make", &["A", "B", "A"], "B=x; A=y B=z > make"),
        ("|2 A=y B=z A=x /bin/sh -c make", &["A", "B", "A"], "A=y; B=z A=x > make"),
        ("|2 A=l1\nB=2 B=' \" /bin/sh -c make", &["A", "B"], "A=l1\nB=2; B=' \" > make"),
        ("|2 A=  x  B= y /bin/sh -c make", &["A", "B"], "A=  x ; B= y > make"),
        ("|3 A=1 B=2 C=3 /bin/sh -c make", &["A", "B"], "A=1; B=2; C=3 > make"),
    ];
    for (body, declared, expected) in cases {
        assert_eq!(read(body, ListedBy::BuildKit, &hints(declared, None)), expected, "{body:?} {declared:?}");
    }
}

#[test]
fn buildah_counts_words() {
    let cases: [(&str, &[&str], &str); 4] = [
        ("|3 A=x y B=2 /bin/sh -c echo hi", &["A", "B"], "A=x y; B=2 > echo hi"),
        ("|2 A=1 B=2 /bin/sh -c make && /bin/sh -c x", &["A", "B"], "A=1; B=2 > make && /bin/sh -c x"),
        ("|4 A=1 /bin/sh -c x /bin/sh -c make", &["A"], "A=1 /bin/sh -c x > make"),
        ("|3 A=x B=y z /bin/sh -c make", &[], "? A B > make"),
    ];
    for (body, declared, expected) in cases {
        assert_eq!(read(body, ListedBy::Buildah, &hints(declared, None)), expected, "{body:?}");
    }
}

#[test]
fn the_dockerfiles_command_tells_where_the_values_end() {
    let line = "|1 A=1 /bin/sh -c x /bin/sh -c make  all";
    assert_eq!(read(line, ListedBy::BuildKit, &hints(&["A"], None)), "? A > x /bin/sh -c make  all");
    let known = hints(&["A"], Some("make all"));
    assert_eq!(read(line, ListedBy::BuildKit, &known), "A=1 /bin/sh -c x > make  all");
    // Without a shell: the exec form.
    let exec = hints(&["A"], Some("pip install x"));
    assert_eq!(read("|1 A=1 2 pip install x", ListedBy::BuildKit, &exec), "A=1 2 > pip install x");
    let unknown = read("|1 A=1 2 pip install x", ListedBy::BuildKit, &hints(&["A"], None));
    assert_eq!(unknown, "? A > 2 pip install x");
    // Another command than the Dockerfile's, and one that only ends like it.
    for other in ["make none", "ake all"] {
        let read = read("|1 A=1 /bin/sh -c make all", ListedBy::BuildKit, &hints(&["A"], Some(other)));
        assert_eq!(read, "A=1 > make all", "{other}");
    }
}

#[test]
fn likely_values_choose_between_readings_where_they_are_the_text_letter_for_letter() {
    let line = "|2 A=x B=y B=z /bin/sh -c make";
    let with = |a: &'static str, b: &'static str| Known {
        likely: [("A", a), ("B", b)].into(),
        ..hints(&["A", "B"], None)
    };
    assert_eq!(read(line, ListedBy::BuildKit, &with("x", "y B=z")), "A=x; B=y B=z > make");
    assert_eq!(read(line, ListedBy::BuildKit, &with("x B=y", "z")), "A=x B=y; B=z > make");
    assert_eq!(read(line, ListedBy::BuildKit, &with("x", "y")), "? A B > make");
    // What is certain is believed before what is likely.
    let line = "|2 A=x B=y /bin/sh -c make";
    assert_eq!(read(line, ListedBy::BuildKit, &with("other", "z")), "A=x; B=y > make");
}

/// A small generator of numbers, the same ones each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(sides).unwrap()).unwrap()
    }
}

#[test]
fn what_a_builder_wrote_is_read_back_or_called_unclear_and_never_read_wrong() {
    let pieces =
        ["x", "", " ", "  ", "A=1", " B=2", "C", "=", "\n", "/bin/sh -c y", " /bin/sh", "'q \"", "é"];
    let commands = ["make", "A=1 make", "make && /bin/sh -c 'B=2 x'", "echo | A=2 /bin/sh -c z", "|1 A=b c"];
    let mut dice = Dice(7);
    let (mut clear, mut all) = (0, 0);
    for _ in 0..20_000 {
        let mut names: Vec<&str> =
            ["A", "B", "C", "AB", "A1", "Z_"].into_iter().filter(|_| dice.roll(2) > 0).collect();
        let first = dice.roll(names.len() + 1);
        names.rotate_left(first);
        if names.is_empty() {
            continue;
        }
        let mut value = || (0..dice.roll(4)).map(|_| pieces[dice.roll(pieces.len())]).collect::<String>();
        let mut args: Vec<(String, String)> =
            names.iter().map(|name| ((*name).to_owned(), value())).collect();
        let command = commands[dice.roll(commands.len())];
        let by = [ListedBy::BuildKit, ListedBy::Classic, ListedBy::Buildah][dice.roll(3)];
        if by != ListedBy::BuildKit {
            args.sort_by_key(|(name, _)| format!("{name}="));
        }
        let written: Vec<String> = args.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let written = written.join(" ");
        let count = if by == ListedBy::Buildah { words(&written) } else { args.len() };
        let recorded = Recorded::of(&format!("|{count} {written} {SH} {command}"), by).unwrap();
        let read = reading(&recorded, &hints(&names, Some(command)));
        all += 1;
        if read.unclear.is_empty() {
            clear += 1;
            assert_eq!(read.args, args, "{recorded:?} {names:?}");
            assert_eq!(recorded.text.get(read.command..), Some(command));
        }
        // With nothing known there is no promise but to end, inside the text.
        let blind = reading(&recorded, &hints(&[], None));
        assert!(recorded.text.is_char_boundary(blind.command));
    }
    assert!(clear * 100 > all * 75, "{clear} of {all}");
}

#[test]
fn masses_of_arguments_take_one_look() {
    let many: Vec<String> = (0..50_000).map(|at| format!("N{at}")).collect();
    let names: Vec<&str> = many.iter().map(String::as_str).collect();
    let written: Vec<String> = many.iter().map(|name| format!("{name}=v w")).collect();
    let body = format!("|50000 {} /bin/sh -c make", written.join(" "));
    let reading = reading(&Recorded::of(&body, ListedBy::BuildKit).unwrap(), &hints(&names, None));
    assert_eq!(reading.args.len(), 50_000);
    let shells = format!("|1 A={} make", " /bin/sh -c".repeat(50_000));
    let reading = reading_of(&shells);
    assert_eq!(reading.unclear.len(), 1);
}

fn reading_of(body: &str) -> Reading {
    reading(&Recorded::of(body, ListedBy::BuildKit).unwrap(), &hints(&["A"], None))
}
