//! layer-residue: logs, package lists and caches are left in a layer.

use crate::finding::Fix;
use crate::lint::engine::draft::{Draft, Findings, listed};
use crate::lint::engine::last_command::at_the_end;
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::knowledge::residue::later::Later;
use crate::lint::knowledge::residue::{Left, left};
use crate::lint::subject::Subject;
use crate::lint::subject::shell_code::{Purpose, SourceScript};

pub(crate) struct LayerResidue;

impl Rule for LayerResidue {
    profile! {
        id: "layer-residue",
        summary: "logs, package lists and caches are left in a layer",
        severity: Warning,
        confidence: High,
        set: Bytes,
        remedy: Rewrite,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        let shipped = subject.build.as_ref().map(|build| build.shipped()).unwrap_or_default();
        let is_shipped =
            |script: &&SourceScript| script.step.is_none_or(|(stage, _)| shipped.contains(&stage));
        let scripts = subject.scripts.iter().filter(|script| script.purpose == Purpose::Build);
        let later = Later::of(subject);
        for script in scripts.filter(is_shipped) {
            let Some(left) = left(subject, script, &later) else { continue };
            let stay = match left.names.len() {
                1 => "stays in the layer, and is",
                _ => "stay in the layer, and are",
            };
            let message = format!("{} {stay} different on another day", listed(&left.names));
            findings.push(Draft::at(left.span, message).help(help(&left)).fix(removed(subject, &left)));
        }
    }
}

fn help(left: &Left<'_>) -> String {
    let removal = left.removal.as_ref().map(|removal| format!("end the RUN with: {}", removal.command));
    let read = (!left.read_later.is_empty()).then(|| {
        let names = listed(&left.read_later);
        format!("do in this RUN what a later step does with {names}, and remove them at its end")
    });
    let all: Vec<String> = removal.into_iter().chain(read).collect();
    match all.is_empty() {
        true => "remove them in the same RUN, as the user who left them".to_owned(),
        false => all.join("; "),
    }
}

/// The RUN with commands at its end that take away what is left.
fn removed(subject: &Subject<'_>, left: &Left<'_>) -> Option<Fix> {
    let removal = left.removal.as_ref()?;
    let edit = at_the_end(subject, left.script, &removal.command)?;
    Some(Fix { safety: removal.safety, edits: vec![edit] })
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::dockerfile;

    #[test]
    fn what_one_run_leaves_is_one_finding() {
        let text = "FROM a\nRUN apt-get update && apt-get install -y b=1\n";
        let expected = "2: apt-get update: /var/lib/apt/lists, /var/log/apt and 3 more stay in the layer, and are different on another day";
        assert_eq!(dockerfile("layer-residue", text).lines(), [expected]);
    }

    #[test]
    fn what_is_removed_in_the_same_run_or_mounted_is_not_left() {
        let text = "FROM a\nRUN --mount=type=cache,target=/var/lib/apt --mount=type=cache,target=/var/cache/apt --mount=type=tmpfs,target=/var/log apt-get update && apt-get install -y b=1 && rm -f /var/cache/ldconfig/aux-cache\nRUN dnf install -y b-1.0-1 && dnf clean all && rm -rf /var/log/* /var/lib/dnf/history*\nRUN apk add --no-cache b=1\nRUN apt-get update && apt-get install -y b=1 && rm -rf /var/lib/apt/lists/* /var/log/* /var/cache/*\n";
        assert_eq!(dockerfile("layer-residue", text).flagged(), [""; 0]);
    }

    #[test]
    fn a_stage_that_only_files_are_taken_from_leaves_no_layer() {
        let text = "FROM a AS build\nRUN apk add b=1\nFROM build AS more\nRUN apk add c=1\nFROM a\nCOPY --from=more /x /x\nRUN apk add d=1\n";
        assert_eq!(dockerfile("layer-residue", text).flagged(), ["apk add d=1"]);
        // All of it is taken, or it is an image of its own.
        assert_eq!(dockerfile("layer-residue", &text.replace("/x /x", "/ /")).flagged().len(), 3);
        assert_eq!(dockerfile("layer-residue", &text.replace("=more", "=other")).flagged().len(), 3);
    }

    #[test]
    fn tdnf_is_no_dnf() {
        let text = "FROM a\nRUN tdnf install -y b && tdnf clean all\nRUN tdnf install -y b\n";
        let expected =
            "3: tdnf install -y b: /var/cache/tdnf stays in the layer, and is different on another day";
        assert_eq!(dockerfile("layer-residue", text).lines(), [expected]);
    }

    #[test]
    fn the_fix_ends_the_list_and_settles() {
        let text = "FROM a\nRUN apt-get update \\\n && apt-get install -y b=1 \\\n && rm -rf /var/lib/apt/lists/*\nRUN apk add b=1\n";
        let fixed = dockerfile("layer-residue", text).fixed();
        let expected = "FROM a\nRUN apt-get update \\\n && apt-get install -y b=1 \\\n && rm -rf /var/lib/apt/lists/* \\\n && rm -rf /var/log/apt /var/log/dpkg.log /var/log/alternatives.log /var/cache/ldconfig/aux-cache\nRUN apk add b=1 \\\n && rm -rf /var/cache/apk/*\n";
        assert_eq!(fixed, expected);
    }

    #[test]
    fn a_heredoc_gets_a_line_of_its_own() {
        let text = "FROM a\nRUN <<EOF\napk add b=1\nEOF\n";
        let expected = "FROM a\nRUN <<EOF\napk add b=1 && rm -rf /var/cache/apk/*\nEOF\n";
        assert_eq!(dockerfile("layer-residue", text).fixed(), expected);
    }

    /// What stands behind `rm -rf` at the end of the RUN at `line` once it is fixed; nothing where it isn't.
    fn removed(text: &str, line: usize) -> String {
        let fixed = dockerfile("layer-residue", text).fixed();
        let line = text.lines().nth(line - 1).unwrap();
        let behind = fixed.split_once(line).unwrap().1.lines().nth(1).unwrap_or_default();
        behind.strip_prefix(" && ").unwrap_or_default().to_owned()
    }

    const INSTALL: &str = "RUN apt-get update && apt-get install -y b=1";

    #[test]
    fn lists_that_a_later_step_reads_stay() {
        for (next, is_read) in [
            ("RUN apt-get install -y c=1", true),
            ("RUN apt-get upgrade -y && apt-get update", true),
            ("RUN apt-cache policy c", true),
            ("RUN apt-get -y install ./c.deb", true),
            ("RUN ls /var/lib/apt/lists", true),
            ("FROM x\nRUN apt-get install -y c=1", true),
            ("CMD apt-get install -y c", true),
            ("RUN if true; then apt-get update; fi; apt-get install c=1", true),
            ("RUN apt-get update && apt-get install -y c=1", false),
            ("RUN rm -rf /var/lib/apt/lists/*\nRUN apt-get install -y c=1 || true", false),
            ("RUN apt-get update\nRUN apt-get install -y c=1", false),
            ("RUN apt-get remove -y b && apt-get autoremove -y", false),
            ("FROM a\nRUN apt-get install -y c=1", false),
            ("FROM x\nRUN apt-get update && apt-get install -y c=1", false),
        ] {
            let text = format!("FROM a AS x\n{INSTALL}\n{next}\n");
            let removed = removed(&text, 2);
            assert!(removed.contains("/var/log/apt"), "{next}: {removed}");
            assert_eq!(removed.contains("/var/lib/apt/lists"), !is_read, "{next}: {removed}");
        }
        let text = "FROM a\nRUN apt-get update\nRUN apt-get install -y b=1\n";
        let case = dockerfile("layer-residue", text);
        assert!(
            !case.fixed().contains("/lists")
                && case.lines()[0].starts_with("2: apt-get update: /var/lib/apt/lists stays")
        );
    }

    #[test]
    fn what_a_script_may_read_goes_only_where_it_was_asked_for() {
        for script in [
            "./install.sh",
            "bash /x/install.sh",
            "make install",
            "$TOOL install",
            ". /x/env",
            "curl -s x | bash",
        ] {
            let text = format!("FROM a\n{INSTALL}\nRUN {script}\n");
            let case = dockerfile("layer-residue", &text);
            assert_eq!(case.fixed(), text, "{script}");
            assert!(case.fixed_unsafely().contains("rm -rf /var/lib/apt/lists/*"), "{script}");
        }
        let text =
            format!("FROM a\n{INSTALL}\nRUN bash -c 'pip list' && /venv/bin/python -V && conda info\n");
        assert!(removed(&text, 2).contains("/var/lib/apt/lists"));
    }

    #[test]
    fn other_caches_that_a_later_step_reads_stay_too() {
        for (text, is_read) in [
            ("FROM a\nRUN apk add b=1\nRUN apk add c=1", true),
            ("FROM a\nRUN apk add b=1\nRUN apk add --no-cache c=1", false),
            ("FROM a\nRUN apk add b=1\nRUN apk update && apk add c=1", false),
            ("FROM a\nRUN dnf install -y b-1-1 && dnf clean all\nRUN dnf history undo last", true),
            (
                "FROM a\nRUN dnf install -y b-1-1 && dnf clean all && rm -rf /var/log/dnf*\nRUN dnf autoremove -y",
                true,
            ),
            ("FROM a\nRUN pip install b==1\nRUN cp -r /root/.cache/pip /x", true),
            (
                "FROM a AS x\nRUN pip install b==1\nFROM x\nCOPY --from=x /root/.cache /root/.cache\nRUN true",
                true,
            ),
        ] {
            let removed = removed(text, 2);
            let names = ["/var/cache/apk", "history", ".cache/pip"];
            assert_eq!(names.iter().any(|name| removed.contains(name)), !is_read, "{text}: {removed}");
        }
    }

    #[test]
    fn who_left_it_takes_it_away() {
        let plain = "rm -rf /var/lib/apt/lists/* /var/log/apt";
        for (user, run, expected) in [
            ("", "apt-get update && apt-get install b=1", plain),
            ("USER root\n", "apt-get update && apt-get install b=1", plain),
            (
                "USER me\n",
                "sudo apt-get update && sudo apt-get install b=1",
                "sudo rm -rf /var/lib/apt/lists/*",
            ),
            ("", "sudo apt-get update && sudo apt-get install b=1", "sudo rm -rf /var/lib/apt/lists/*"),
            (
                "",
                "sudo -E bash -c 'apt-get update && apt-get install b=1'",
                "sudo rm -rf /var/lib/apt/lists/*",
            ),
            ("", "apt-get update && sudo apt-get install b=1", plain),
            ("", "doas apk add b=1", "doas rm -rf /var/cache/apk/*"),
            ("USER me\n", "apt-get update && apt-get install b=1", ""),
            ("", "su - me -c 'apt-get update && apt-get install b=1'", ""),
            ("", "sudo -u me apt-get install b=1", ""),
            ("", "chroot /mnt apt-get install b=1", ""),
            ("", "apt-get install -o Dir::State=/x b=1", ""),
            ("", "apt-get install -s b=1", ""),
            ("", "apk --root /x add b=1", ""),
            // Whose home it is, nobody says.
            ("", "pip install b==1", "rm -rf ~/.cache/pip"),
            ("USER root\n", "pip install b==1", "rm -rf /root/.cache/pip"),
            ("USER me\n", "pip install b==1", ""),
            ("", "sudo -H pip install b==1", "sudo rm -rf /root/.cache/pip"),
            ("", "gosu me pip install b==1", ""),
            ("", "su me -c 'pip install b==1'", ""),
            ("", "pip install --cache-dir=/x b==1", ""),
        ] {
            let text = format!("FROM a\n{user}RUN {run}\n");
            let removed = removed(&text, text.lines().count());
            assert!(
                removed.starts_with(expected) && (!expected.is_empty() || removed.is_empty()),
                "{user}{run}: {removed}"
            );
        }
    }

    #[test]
    fn no_folder_goes_in_which_something_is_mounted() {
        for (mount, run, expected) in [
            ("type=cache,target=/root/.cache/pip/wheels", "pip install b==1", ""),
            (
                "type=bind,target=/var/lib/apt/lists,source=x",
                "apt-get update && apt-get install b=1",
                "rm -rf /var/log/apt",
            ),
            (
                "type=cache,target=/var/lib/apt/lists/partial",
                "apt-get update && apt-get install b=1",
                "rm -rf /var/log/apt",
            ),
            ("type=cache,target=$X", "apk add b=1", ""),
            ("type=cache,target=${X:-/var/cache/apk}", "apk add b=1", ""),
            ("type=secret,id=x", "apk add b=1", "rm -rf /var/cache/apk/*"),
        ] {
            let text = format!("FROM a\nRUN --mount={mount} {run}\n");
            let removed = removed(&text, 2);
            assert!(
                removed.starts_with(expected) && (!expected.is_empty() || removed.is_empty()),
                "{mount}: {removed}"
            );
        }
    }
}
