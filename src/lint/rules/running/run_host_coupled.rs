//! run-host-coupled: a container that takes users, folders or a display from its host.

use crate::lint::engine::draft::{Draft, Findings};
use crate::lint::engine::profile::profile;
use crate::lint::engine::rule::Rule;
use crate::lint::subject::Subject;
use crate::lint::subject::builds::{ContainerUse, Mount};

pub(crate) struct RunHostCoupled;

impl Rule for RunHostCoupled {
    profile! {
        id: "run-host-coupled",
        summary: "a container that takes users, folders or a display from its host",
        severity: Warning,
        confidence: Medium,
        set: Inputs,
        remedy: None,
    }

    fn check(&self, subject: &Subject<'_>, findings: &mut Findings<'_>) {
        for container in &subject.containers {
            findings.extend(coupled(container));
        }
    }
}

/// Files and folders that are another on every host.
const OF_THE_HOST: &[&str] = &[
    "/etc/passwd",
    "/etc/shadow",
    "/etc/group",
    "/etc/gshadow",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/localtime",
    "/etc/timezone",
    "/etc/hosts",
    "/etc/machine-id",
    "/tmp/.X11-unix",
    "/tmp/.docker.xauth",
    "/dev/shm",
    "/home",
    "/root",
    "/usr",
];

/// What stands for the caller's folder, home or user.
const OF_THE_CALLER: &[&str] =
    &["$PWD", "${PWD", "$(pwd", "$(PWD", "`pwd", "$HOME", "${HOME", "~/", "$USER", "${USER"];

fn coupled(container: &ContainerUse) -> Option<Draft> {
    let mut couplings: Vec<String> = container.mounts.iter().filter_map(mounted).collect();
    if let Some(user) = container.user.as_ref().filter(|user| !user.known) {
        couplings.push(format!("the user {}", user.text));
    }
    let is_display = |name: &str| matches!(name, "DISPLAY" | "XAUTHORITY" | "WAYLAND_DISPLAY");
    couplings
        .extend(container.environment.iter().filter(|set| is_display(&set.name)).map(|set| set.name.clone()));
    if couplings.is_empty() {
        return None;
    }
    let message = format!("what it does depends on the host: {}", couplings.join(", "));
    Some(
        Draft::at(container.span, message)
            .help("name a user of the image, COPY the code in or mount a named volume, and leave the host's files where they are"),
    )
}

/// A mount of something that is the host's own.
fn mounted(mount: &Mount) -> Option<String> {
    let source = &mount.source.as_ref()?.text;
    let is_file =
        |path: &&str| source == *path || source.strip_prefix(*path).is_some_and(|rest| rest.starts_with('/'));
    let is_callers =
        OF_THE_CALLER.iter().any(|start| source.contains(start)) || source.contains(".Xauthority");
    (OF_THE_HOST.iter().any(is_file) || is_callers).then(|| source.clone())
}

#[cfg(test)]
mod tests {
    use crate::lint::rules::testing::of;
    use crate::lint::subject::source::SourceKind;

    #[test]
    fn users_folders_and_displays_of_the_host_are_named_in_one_finding() {
        let text = "docker run -u $(id -u):$(id -g) -e DISPLAY=$DISPLAY -v /tmp/.X11-unix:/tmp/.X11-unix -v /etc/passwd:/etc/passwd:ro -v \"$PWD\":/app -v data:/data app\n";
        let lines = of("run-host-coupled", SourceKind::Script, text).lines();
        assert_eq!(lines.len(), 1);
        let expected = "what it does depends on the host: /tmp/.X11-unix, /etc/passwd, $PWD, the user $(id -u):$(id -g), DISPLAY";
        assert!(lines[0].ends_with(expected), "{lines:?}");
    }

    #[test]
    fn volumes_a_fixed_user_and_folders_of_the_project_are_the_projects() {
        let text =
            "services:\n  app:\n    image: a\n    user: \"1000\"\n    volumes: [data:/data, ./src:/src]\n";
        assert!(of("run-host-coupled", SourceKind::Compose, text).flagged().is_empty());
    }
}
