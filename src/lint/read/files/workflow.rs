//! Workflows of GitHub and its like, and actions: the containers that jobs run in and beside, what steps build and run.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax>
//!
//! What it refuses to do: of expressions only `matrix.` and `env.` are worked out, where the file gives them plain values.

use crate::base::limits;
use crate::base::logical::Logical;
use crate::lint::read::docker;
use crate::lint::read::docker_options::part;
use crate::lint::read::expressions::{Scope, filled};
use crate::lint::read::file_kind::{FileKind, FileName, file_kind};
use crate::lint::read::files::compose::settings;
use crate::lint::read::node::Node;
use crate::lint::read::scalar::PlacedText;
use crate::lint::read::values::value;
use crate::lint::read::yaml;
use crate::lint::subject::builds::{BuildCall, ContainerUse, Rooted};
use crate::lint::subject::image_use::{ImageRole, ImageUse};
use crate::lint::subject::reading::FileReading;
use crate::lint::subject::resolved::ResolvedText;
use crate::lint::subject::shell_code::SourceScript;
use crate::lint::subject::source::SourceText;

pub(crate) struct Workflow;

impl FileKind for Workflow {
    file_kind!("workflow", "`.github/workflows/*.yml`, `action.yml`, and those of Gitea and Forgejo");

    fn has_name(&self, path: &FileName) -> bool {
        let is_workflow =
            [".github", ".gitea", ".forgejo"].iter().any(|above| path.is_below(above, "workflows"));
        path.is_yaml() && (is_workflow || path.stem == "action")
    }

    fn has_text(&self, text: &str) -> bool {
        let has = |keys: &[&str]| text.lines().any(|line| keys.iter().any(|key| line.starts_with(key)));
        has(&["jobs:"]) && has(&["on:", "\"on\":", "'on':"])
    }

    fn read(&self, source: &SourceText) -> FileReading {
        let text = source.text.as_str();
        let Some(root) = yaml::documents(text) else {
            return FileReading { unread: Some("YAML"), ..FileReading::default() };
        };
        let Some(root) = root.into_iter().next() else { return FileReading::default() };
        if root.is_other_than_map() {
            return FileReading { unread: Some("a mapping of YAML"), ..FileReading::default() };
        }
        let mut reading = FileReading::default();
        let top = Scope::new().with_environment(root.get("env"));
        for (_, job) in root.get("jobs").map(Node::entries).unwrap_or_default() {
            read_job(job, &top, text, &mut reading);
        }
        if let Some(action) = root.get("runs") {
            read_action(action, &top, text, &mut reading);
        }
        let of_shell = docker::of_scripts(std::mem::take(&mut reading.scripts), text);
        reading.scripts = of_shell.scripts;
        reading.builds.extend(of_shell.builds);
        reading.containers.extend(of_shell.containers);
        reading
    }
}

fn read_job(job: &Node, top: &Scope<'_>, text: &str, reading: &mut FileReading) {
    let matrix = job.get("strategy").and_then(|strategy| strategy.get("matrix"));
    let scope = top.with_environment(job.get("env")).with_matrix(matrix);
    let services = job.get("services").map(Node::entries).unwrap_or_default();
    let containers = job.get("container").into_iter().chain(services.iter().map(|(_, service)| service));
    for node in containers {
        let image = if node.text().is_some() { Some(node) } else { node.get("image") };
        let environment = node.get("env").map(|node| settings(node, text)).unwrap_or_default();
        let volumes = node.get("volumes").map(Node::items).unwrap_or_default();
        let mounts = volumes.iter().map(|volume| docker::short_mount(&value(volume, text)));
        let mut images = image.map(|image| images(image, &scope, text)).unwrap_or_default().into_iter();
        reading.containers.push(ContainerUse {
            span: image.unwrap_or(node).span,
            image: images.next(),
            mounts: mounts.collect(),
            environment,
            ..ContainerUse::default()
        });
        reading.images.extend(images);
    }
    read_steps(job, &scope, text, reading);
}

fn read_action(action: &Node, scope: &Scope<'_>, text: &str, reading: &mut FileReading) {
    if let Some(image) = action.get("image") {
        reading.images.extend(of_docker_scheme(image, scope, text));
        if image.text().is_some_and(|path| !path.contains("://")) {
            let dockerfile = Some(value(image, text));
            let span = image.span;
            reading.builds.push(BuildCall {
                span,
                dockerfile,
                rooted: Rooted::Folder,
                ..BuildCall::default()
            });
        }
    }
    read_steps(action, scope, text, reading);
}

fn read_steps(of: &Node, scope: &Scope<'_>, text: &str, reading: &mut FileReading) {
    for step in of.get("steps").map(Node::items).unwrap_or_default() {
        let scope = scope.with_environment(step.get("env"));
        if let Some(uses) = step.get("uses") {
            reading.images.extend(of_docker_scheme(uses, &scope, text));
            reading.builds.extend(of_action(uses, step.get("with"), text));
        }
        let shell = step.get("shell").and_then(Node::text).unwrap_or_default();
        if let Some(run) = step.get("run").filter(|_| !shell.starts_with("python")) {
            reading.scripts.extend(script(run, &scope, text));
        }
    }
}

/// `docker://IMAGE`, which a step uses as an action.
fn of_docker_scheme(node: &Node, scope: &Scope<'_>, text: &str) -> Vec<ImageUse> {
    const SCHEME: &str = "docker://";
    let whole = value(node, text);
    if !whole.text.starts_with(SCHEME) {
        return Vec::new();
    }
    let image = part(&whole, SCHEME.len());
    named(&image, scope)
}

/// The images that a node names: as many as the job's matrix makes of it.
fn images(node: &Node, scope: &Scope<'_>, text: &str) -> Vec<ImageUse> {
    if node.text().is_none_or(str::is_empty) {
        return Vec::new();
    }
    // Where the matrix names whole images, these are the place.
    if let Some(items) = scope.items_of(node.text().unwrap_or_default()) {
        let each = items.into_iter().filter(|item| item.text().is_some_and(|text| !text.is_empty()));
        return each.map(|item| docker::image_use(&value(item, text), ImageRole::Service)).collect();
    }
    named(&value(node, text), scope)
}

fn named(image: &ResolvedText, scope: &Scope<'_>) -> Vec<ImageUse> {
    let each = filled(&image.text, scope).into_iter().map(|text| {
        let known = !text.contains('$');
        let verbatim = image.verbatim && text == image.text;
        docker::image_use(&ResolvedText { known, verbatim, text, span: image.span }, ImageRole::Service)
    });
    each.collect()
}

/// What an action that builds is given.
fn of_action(uses: &Node, with: Option<&Node>, text: &str) -> Option<BuildCall> {
    let action = uses.text()?.split('@').next()?;
    let with = with?;
    let lines = |name: &str| {
        let placed = with.get(name).and_then(|node| PlacedText::of(node, text));
        placed.map(|placed| placed.lines(text)).unwrap_or_default()
    };
    let span = uses.span;
    match action {
        "docker/build-push-action" => Some(BuildCall {
            span,
            arguments: lines("build-args").iter().map(docker::setting).collect(),
            dockerfile: with.get("file").map(|node| value(node, text)),
            context: with.get("context").map(|node| value(node, text)),
            contexts: lines("build-contexts").iter().filter_map(docker::named_context).collect(),
            tags: lines("tags"),
            rooted: Rooted::Top,
            ..BuildCall::default()
        }),
        "docker/bake-action" => {
            let empty = BuildCall { span, is_base: true, ..BuildCall::default() };
            Some(lines("set").iter().fold(empty, docker::set))
        }
        _ => None,
    }
}

/// A step's shell code, with the variables that the file sets before it.
fn script(run: &Node, scope: &Scope<'_>, text: &str) -> Option<SourceScript> {
    let placed = PlacedText::of(run, text)?;
    let mut logical = Logical::starting_at(run.span.start);
    let mut spent = 0;
    for (name, set) in scope.environment() {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._/:@-+".contains(c);
        let is_named =
            placed.text.contains(&format!("${name}")) || placed.text.contains(&format!("${{{name}"));
        let is_filled =
            |content: &&str| is_named && scope.spend(content.len()) && content.chars().all(is_plain);
        let Some(content) = set.text().filter(is_filled) else { continue };
        spent += content.len();
        if spent <= limits::SHELL_WHOLE_BYTES {
            logical.push_for(&format!("{name}={content}\n"), set.span);
        }
    }
    push_run(&placed, scope, text, &mut logical);
    Some(SourceScript::on_host(logical, run.span))
}

/// The code itself, with its expressions filled in or made variables.
fn push_run(placed: &PlacedText<'_>, scope: &Scope<'_>, source: &str, logical: &mut Logical) {
    let text = placed.text;
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("${{")).map(|behind| at + behind) {
        let Some(end) = text.get(start..).and_then(|rest| rest.find("}}")).map(|behind| start + behind + 2)
        else {
            break;
        };
        placed.push(at..start, source, logical);
        let expression = text.get(start..end).unwrap_or_default();
        let mut values = filled(expression, scope).into_iter();
        let stand_in = match (values.next(), values.next()) {
            (Some(value), None) if !value.contains('$') => value,
            _ => variable(expression),
        };
        logical.push_for(&stand_in, placed.span(start..end));
        at = end;
    }
    placed.push(at..text.len(), source, logical);
}

/// The shell's variable in the place of an expression that only a run decides.
fn variable(expression: &str) -> String {
    let inside = expression.trim_start_matches("${{").trim_end_matches("}}").trim();
    let name: String =
        inside.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(64).collect();
    format!("${{expression_{name}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_a_variable_for_the_shell() {
        assert_eq!(variable("${{ github.sha }}"), "${expression_github_sha}");
    }
}
