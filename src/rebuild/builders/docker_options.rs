//! The options that `docker build` has and buildx, buildah and podman took over.

use crate::rebuild::command::Argument;
use crate::rebuild::recipe::Recipe;

/// The options of `recipe`, the user's own last, and the context.
pub(super) fn of(recipe: &Recipe) -> Vec<Argument> {
    let mut arguments = vec![Argument::text("--no-cache"), Argument::text("--file"), recipe.file()];
    let named = |name: &str, value: &str| Argument::text(format!("--{name}={value}"));
    arguments.extend(recipe.target.as_ref().map(|target| named("target", target)));
    arguments.extend(recipe.platform.as_ref().map(|platform| named("platform", platform)));
    arguments.extend(recipe.network.as_ref().map(|network| named("network", network)));
    arguments.extend(recipe.arguments("--build-arg="));
    arguments.extend(recipe.secrets.iter().map(|secret| named("secret", secret)));
    arguments.extend(recipe.ssh.iter().map(|ssh| named("ssh", ssh)));
    arguments
}

/// The user's own options, and the context behind them.
pub(super) fn own_and_context(recipe: &Recipe) -> impl Iterator<Item = Argument> + '_ {
    recipe.options.iter().map(Argument::text).chain([Argument::text(recipe.context.to_string_lossy())])
}
