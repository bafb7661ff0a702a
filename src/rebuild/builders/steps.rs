//! Which step of a Dockerfile a builder was at, by its output.

/// The last step that a builder's output names before it failed, as people know it: `RUN make`.
pub fn failing_step(output: &str) -> Option<String> {
    // BuildKit works side by side, and says by number which step failed: `#7 ERROR: …` of `#7 [2/3] RUN make`.
    let failed = output.lines().rev().find_map(|line| {
        let (number, rest) = line.trim_start().strip_prefix('#')?.split_once(' ')?;
        rest.starts_with("ERROR").then_some(number)
    });
    if let Some(number) = failed {
        let title = output.lines().find_map(|line| {
            let rest = line.trim_start().strip_prefix('#')?.strip_prefix(number)?.strip_prefix(" [")?;
            Some(rest.split_once("] ")?.1.trim().to_owned())
        });
        return title;
    }
    // buildah, podman: `STEP 3/5: RUN make`; Docker's classic builder: `Step 3/5 : RUN make`.
    output.lines().rev().find_map(|line| {
        let line = line.trim_start();
        let line =
            line.strip_prefix('[').and_then(|rest| rest.split_once("] ")).map_or(line, |(_, rest)| rest);
        let rest = line.strip_prefix("STEP ").or_else(|| line.strip_prefix("Step "))?;
        Some(rest.split_once(':')?.1.trim().to_owned())
    })
}
