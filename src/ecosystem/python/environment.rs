//! The environment that a requirement's marker is evaluated in: a site directory names the Python, the image its platform.

use pep508_rs::{MarkerEnvironment, MarkerEnvironmentBuilder};

/// The markers' environment of what is installed at `location`, on Linux.
pub fn marker_environment(location: &str, architecture: &str) -> Option<MarkerEnvironment> {
    let python = location.split('/').find_map(|part| part.strip_prefix("python").filter(|v| v.contains('.')));
    // Debian's shared `python3/dist-packages` does not say which 3.x; its packages are for the newest it has.
    let python = python.unwrap_or("3.12");
    marker_environment_of(&format!("{python}.0"), architecture)
}

/// The same of a Python in that version, `3.11.2`.
pub fn marker_environment_of(full: &str, architecture: &str) -> Option<MarkerEnvironment> {
    let minor = full.match_indices('.').nth(1).map_or(full, |(at, _)| full.get(..at).unwrap_or(full));
    let machine = match architecture {
        "amd64" => "x86_64",
        "arm64" => "aarch64",
        other => other,
    };
    MarkerEnvironment::try_from(MarkerEnvironmentBuilder {
        implementation_name: "cpython",
        implementation_version: full,
        os_name: "posix",
        platform_machine: machine,
        platform_python_implementation: "CPython",
        platform_release: "",
        platform_system: "Linux",
        platform_version: "",
        python_full_version: full,
        python_version: minor,
        sys_platform: "linux",
    })
    .ok()
}
