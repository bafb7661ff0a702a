//! requirements-unlocked: a requirements file leaves versions to the index.

use crate::base::text::Span;
use crate::finding::{Confidence, Edit, Fix};
use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::requirement::{Head, may_apply};
use crate::lint::knowledge::unread_lists::{UnreadList, Why, unread_lists};
use crate::lint::knowledge::{conda, projects};
use crate::lint::subject::Subject;
use crate::lint::subject::pins::Pins;
use crate::lint::subject::source::SourceKind;
use crate::python::{EntryKind, PipRequirement, RequirementSource as From, RequirementsEntry};

pub(crate) struct RequirementsUnlocked;

impl Rule for RequirementsUnlocked {
    profile! {
        id: "requirements-unlocked",
        summary: "a requirements file without exact versions",
        severity: Error,
        confidence: High,
        set: Inputs,
        remedy: Lock,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let source = subject.source;
        // What a compiler of requirements reads is open by intent, unless an image installs from it.
        let is_input = source.path.ends_with(".in") && source.installed_by.is_none();
        if source.kind == SourceKind::Requirements && !is_input {
            let entries = subject.requirements.iter().flat_map(|file| &file.entries);
            findings.extend(entries.filter_map(|entry| draft(subject, entry)));
        }
        if source.kind == SourceKind::Dockerfile {
            findings.extend(unread_lists(subject).iter().map(|list| not_at_hand(subject, list)));
            findings.extend(conda::commands(subject).flat_map(|command| of_environments(subject, &command)));
        }
    }
}

/// What the environments that conda is given leave to pip's index.
fn of_environments(subject: &Subject<'_>, command: &conda::CondaCommand<'_>) -> Vec<Draft> {
    let Some(from) = &subject.source.installed_from else { return Vec::new() };
    let files = command.files.iter().filter_map(|file| {
        let open = projects::of_environment(from.texts.get(&file.text)?)?.pip?;
        let message = format!(
            "the pip part of {} leaves {open} to the index, which has another version one day",
            file.text
        );
        Some(Draft::at(file.span, message).help("write the version that was meant: NAME==VERSION"))
    });
    files.collect()
}

/// A list that a RUN installs from, and that is not there to be read.
fn not_at_hand(subject: &Subject<'_>, list: &UnreadList) -> Draft {
    let name = &list.name;
    let message = match &list.why {
        Why::Url => format!("{name} is fetched anew for each build, and may say something else"),
        Why::Piped => {
            format!("what is installed from {name} is made in the build, and can't be told from here")
        }
        Why::Variable => format!("which list {name} is, the Dockerfile doesn't say"),
        Why::Missing => {
            format!("{name} is not in the build context: what it leaves to the index can't be told")
        }
        Why::Stage(from) => {
            format!("{name} comes from {from}: what it leaves to the index can't be told from here")
        }
        Why::Made(program) => {
            format!("{program} makes {name} in the build: what it leaves to the index can't be told")
        }
        Why::Open(text) => format!("{name} leaves {text} to the index, which has another version one day"),
        Why::Elsewhere => {
            format!(
                "no COPY brings {name}: it is the base image's, or comes with something fetched, and may be another one tomorrow"
            )
        }
    };
    let help = match &list.why {
        Why::Open(text) => {
            let name =
                text.split(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c)).next().unwrap_or(text);
            format!("write the version that was meant: {name}==VERSION")
        }
        _ => "COPY a list with exact versions from the build context, and install from that".to_owned(),
    };
    let draft = Draft::at(list.span, message).help(help).confidence(list.why.confidence());
    // What came with a clone moves with it.
    let stage = subject.build.as_ref().and_then(|build| build.area_at(list.span.start));
    match stage {
        Some(area) if list.why == Why::Elsewhere => draft.within(&["git-clone-unpinned"], area),
        _ => draft,
    }
}

fn draft(subject: &Subject<'_>, entry: &RequirementsEntry) -> Option<Draft> {
    match &entry.kind {
        EntryKind::Requirement(requirement) => loose(subject, requirement),
        EntryKind::Include(_, path) if path.text.contains("://") => {
            let draft =
                Draft::at(path.span, "this list is fetched anew for each build, and may say something else");
            Some(draft.help("copy the file into the build context, and name it here"))
        }
        _ => None,
    }
}

fn loose(subject: &Subject<'_>, requirement: &PipRequirement) -> Option<Draft> {
    let source = subject.source;
    let name = requirement.name.as_deref().unwrap_or_default();
    let is_open = match &requirement.source {
        From::Index(_) => requirement.exact_version().is_none(),
        From::Unknown => true,
        From::Url(_) | From::Vcs(..) | From::Path(_) => false,
    };
    let pins = source.pins.as_deref();
    let locked = pins.filter(|pins| pins.installed_from(source));
    if !is_open || source.together.pinned.contains(name) || !may_apply(requirement, locked) {
        return None;
    }
    if requirement.source == From::Unknown {
        return Some(unread(requirement));
    }
    let Some(head) = Head::of(requirement, subject.text()) else {
        // Over several lines: there is no one place for a version.
        let message = format!("the newest {name} that fits is installed, and that moves");
        let help = format!("write the version that was meant: {name}==VERSION");
        return Some(Draft::at(requirement.text.span, message).help(help));
    };
    let before = Span::new(head.whole.start, head.versions.start);
    let (written, versions) = (subject.at(before), subject.at(head.versions).trim());
    let message = match versions {
        "" => format!("the newest {written} that the index has is installed, and that moves"),
        versions => format!("the newest {written} with {versions} is installed, and that moves"),
    };
    let version = pins.and_then(|pins| version(requirement, pins));
    let help = match version {
        Some(version) => format!("write the locked version: {written}=={version}"),
        None => format!("write the version that was meant: {written}==VERSION"),
    };
    let edit = version.map(|version| Edit::replace(head.versions, format!("=={version}")));
    // A file that the frozen build didn't install from in its last stage may have been installed elsewhere, with others.
    let fix = |edit| if locked.is_some() { Fix::safe([edit]) } else { Fix::not_safe([edit]) };
    let is_one_python = !source.together.is_on_several_bases();
    let fix = edit.filter(|_| requirement.hashes.is_empty() && is_one_python).map(fix);
    Some(Draft::at(head.whole, message).help(help).fix(fix))
}

fn version<'p>(requirement: &PipRequirement, pins: &'p Pins) -> Option<&'p str> {
    Some(pins.python(requirement)?.first()?.version.as_str())
}

/// A version that a variable or a template gives, or one that PEP 440 doesn't read.
fn unread(requirement: &PipRequirement) -> Draft {
    let text = &requirement.text.text;
    Draft::at(requirement.text.span, format!("what is installed for {text} can't be told from here"))
        .help("write a name and an exact version: name==VERSION")
        .confidence(Confidence::Low)
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::{Case, dockerfile, lock, of, python_lock};
    use crate::lint::subject::source::SourceKind;

    const ID: &str = "requirements-unlocked";

    fn file(text: &str) -> Case {
        of(ID, SourceKind::Requirements, text)
    }

    fn fixed(text: &str, packages: &[(&str, &str)]) -> String {
        file(text).locked(lock(&python_lock("text", packages))).fixed()
    }

    #[test]
    fn everything_but_an_exact_version_is_flagged() {
        let text = "a==1.0\nb\nc>=2,<3\nd==2.*\ne~=1.4 # x\nf===1\n-e .\n./g\nh @ https://example.org/h.whl\n\
                    git+https://example.org/i\n";
        assert_eq!(file(text).flagged(), ["b", "c>=2,<3", "d==2.*", "e~=1.4"]);
        assert_eq!(
            file("torch[opt]>=2 ; os_name=='posix'\nb").lines(),
            [
                "1: torch[opt]>=2: the newest torch[opt] with >=2 is installed, and that moves",
                "2: b: the newest b that the index has is installed, and that moves",
            ]
        );
    }

    #[test]
    fn a_list_behind_a_url_and_a_version_in_a_variable_are_flagged() {
        let case = file("-r https://example.org/r.txt\n-r other.txt\ntorch==${V}\n{{ more }}\n");
        assert_eq!(case.flagged(), ["https://example.org/r.txt", "torch==${V}", "{{ more }}"]);
        assert_eq!(case.findings()[1].confidence.name(), "low");
    }

    #[test]
    fn constraints_and_what_no_image_installs_are_left_alone() {
        assert_eq!(of(ID, SourceKind::Constraints, "numpy\n").lines(), [""; 0]);
        assert_eq!(file("pywin32 ; sys_platform == 'win32'\n").lines(), [""; 0]);
        assert_eq!(file("numpy\n").pinned(&["numpy"]).lines(), [""; 0]);
    }

    #[test]
    fn the_locked_version_takes_the_place_of_the_range_and_of_nothing_else() {
        let text = "torch>=2 ; python_version>\"3.8\"  # x\nNumPy\na [b, c] >= 1,<2\r\nz>1 \\\n  ,<2\n";
        let expected =
            "torch==2.4.1 ; python_version>\"3.8\"  # x\nNumPy==1.26.4\na [b, c]==1.5\r\nz>1 \\\n  ,<2\n";
        assert_eq!(
            fixed(text, &[("torch", "2.4.1"), ("numpy", "1.26.4"), ("a", "1.5"), ("z", "1.1")]),
            expected
        );
    }

    #[test]
    fn a_pin_must_fit_and_be_the_only_one() {
        assert_eq!(fixed("a>=2\n", &[("a", "1.9")]), "a>=2\n");
        assert_eq!(fixed("a\n", &[("a", "1"), ("a", "2")]), "a\n");
        assert_eq!(fixed("a<2\n", &[("a", "1"), ("a", "2")]), "a==1\n");
        assert_eq!(fixed("torch>=2\n", &[("torch", "2.6.0+cu124")]), "torch==2.6.0+cu124\n");
        assert_eq!(fixed("a --hash=sha256:00\n", &[("a", "1")]), "a --hash=sha256:00\n");
    }

    #[test]
    fn a_marker_that_does_not_hold_in_the_frozen_image_gets_no_pin() {
        let text = "a<2 ; python_version < '3'\na\n";
        assert_eq!(fixed(text, &[("a", "1.5")]), "a<2 ; python_version < '3'\na==1.5\n");
        assert_eq!(file(text).locked(lock(&python_lock("text", &[("a", "1.5")]))).flagged(), ["a"]);
    }

    #[test]
    fn a_file_that_the_frozen_image_was_not_installed_from_is_pinned_only_when_asked() {
        let case = file("a\n").locked(lock(&python_lock("other.txt", &[("a", "1")])));
        assert_eq!((case.fixed(), case.fixed_unsafely()), ("a\n".into(), "a==1\n".into()));
    }

    /// What is said of a Dockerfile whose context has no files.
    fn alone(lines: &str) -> Vec<String> {
        let case = of(ID, SourceKind::Dockerfile, &format!("FROM a\n{lines}\n")).installed_from(&[]);
        case.lines()
    }

    #[test]
    fn a_list_that_is_not_at_hand_is_open_and_the_reason_is_told() {
        for (lines, reason) in [
            ("RUN pip install -r /opt/base/requirements.txt", "no COPY brings"),
            (
                "RUN git clone https://example.org/x && cd x && pip install -r requirements.txt",
                "no COPY brings",
            ),
            ("COPY requirements.txt .\nRUN pip install -r requirements.txt", "not in the build context"),
            ("RUN pip install -r <(echo numpy)", "leaves numpy"),
            ("RUN pip install -r <(make list)", "is made in the build"),
            ("RUN cat x | pip install -r -", "is made in the build"),
            ("RUN echo 'pandas>=1' > r.txt && pip install -r r.txt", "leaves pandas>=1"),
            ("RUN printf 'a==1\\nb\\n' > r.txt && pip install -r r.txt", "leaves b"),
            ("COPY <<E /q.txt\nrequests\nE\nRUN pip install -r /q.txt", "leaves requests"),
            ("RUN cat > r.txt <<E && pip install -r r.txt\nscipy\nE", "leaves scipy"),
            ("RUN python make.py > r.txt && pip install -r r.txt", "python makes r.txt"),
            ("RUN curl -o r.txt https://example.org/r.txt && uv pip sync r.txt", "curl makes r.txt"),
            ("RUN pip install -r https://example.org/r.txt", "fetched anew"),
            ("RUN pip install -r $FILE", "doesn't say"),
            ("COPY --from=b /r.txt .\nRUN pip install -r r.txt", "comes from b"),
            ("RUN cat list | xargs -n1 pip install", "is made in the build"),
        ] {
            let said = alone(lines);
            assert!(said.len() == 1 && said[0].contains(reason), "{lines}: {said:?}");
        }
    }

    #[test]
    fn what_a_lock_makes_and_what_is_all_exact_is_held() {
        for lines in [
            "RUN poetry export -o requirements.txt && pip install -r requirements.txt",
            "FROM b AS l\nRUN uv export --frozen > /r.txt\nFROM a\nCOPY --from=l /r.txt .\nRUN pip install -r r.txt",
            "RUN echo 'a==1.0' > r.txt && pip install -r r.txt",
            "COPY <<E /q.txt\nrequests==2.31.0\nE\nRUN pip install -r /q.txt",
            "RUN pip install --require-hashes -r /opt/r.txt",
            "RUN pip-compile requirements.in -o r.txt && pip install -r r.txt",
        ] {
            assert_eq!(alone(lines), [""; 0], "{lines}");
        }
        let case = of(ID, SourceKind::Dockerfile, "FROM a\nCOPY r.txt .\nRUN pip install -r r.txt\n");
        assert_eq!(case.installed_from(&["r.txt"]).lines(), [""; 0]);
    }

    #[test]
    fn a_pattern_of_copy_brings_a_list_that_is_not_at_hand() {
        let text =
            "FROM a\nADD requirements*.txt /a/\nWORKDIR /a/\nRUN pip install -r requirements.dev.txt\n";
        let lines = dockerfile(ID, text).beside(&[("x", "")]).lines();
        assert!(lines[0].contains("is not in the build context"), "{lines:?}");
    }
}
