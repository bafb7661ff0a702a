//! What a cause is: what is declared of it, and how it is asked.

use super::case::FileCase;
use super::explanation::Explanation;
use super::fields::Fields;
use super::layer::LayerFacts;
use super::mends::{Extent, Mends, Removal};
use crate::base::about::About;

/// Why files drift.
pub trait Cause: Sync {
    /// Its id, what it says in a line (`.pyc files hold their source's mtime`), and its page.
    fn about(&self) -> &'static About;

    /// How it looks, and what to do about it.
    fn profile(&self) -> &'static Profile;

    /// Whether it explains this file.
    fn explain(&self, _file: &FileCase<'_>) -> Option<Explanation> {
        None
    }

    /// Whether it explains this layer as a whole: why it stands on one side alone, or in another compression.
    fn explain_layer(&self, _layer: &LayerFacts<'_>) -> Option<Explanation> {
        None
    }
}

/// What is declared of a cause beside its [`About`].
#[derive(Debug)]
pub struct Profile {
    /// How closely it looks: of two equally sure causes the closer one comes first.
    pub reach: Reach,
    /// What to do about it, in a line.
    pub fix: &'static str,
    /// How it is proved, in a few words: `the old value put back`.
    pub proof: &'static str,
    /// What mends it in a Dockerfile.
    pub mends: &'static [Mends],
    /// The fields of which one at least must differ for it to speak of a file that both sides have.
    pub(crate) looks_at: Fields,
    /// The fields of which it speaks whatever else of the file differs: the others may have other causes.
    pub(crate) apart: Fields,
}

/// How closely a cause looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// At one known path: etc/shadow, var/log/dpkg.log.
    Path,
    /// At one file format: .pyc, RECORD, ELF.
    Format,
    /// At any file: times, dates in text.
    Any,
}

impl Profile {
    /// A cause that looks at what files hold.
    pub(crate) const fn of(reach: Reach, fix: &'static str) -> Self {
        Self { reach, fix, proof: "", mends: &[], looks_at: Fields::CONTENT, apart: Fields::NONE }
    }

    /// The same, with how it is proved.
    pub(crate) const fn proved_by(self, proof: &'static str) -> Self {
        Self { proof, ..self }
    }

    /// The same, with what mends it.
    pub(crate) const fn mended_by(self, mends: &'static [Mends]) -> Self {
        Self { mends, ..self }
    }

    /// The same of a cause that looks at other fields.
    pub(crate) const fn looking_at(self, fields: Fields) -> Self {
        Self { looks_at: fields, ..self }
    }

    /// The same of a cause that explains these fields by themselves.
    pub(crate) const fn apart(self, fields: Fields) -> Self {
        Self { apart: fields, ..self }
    }

    /// The lint rule that warns of it before the build.
    pub fn rule(&self) -> Option<&'static str> {
        self.mends.iter().find_map(|mends| match mends {
            Mends::Rule(_, Extent::Base) | Mends::Remove(_) => None,
            Mends::Rule(rule, _) => Some(*rule),
        })
    }

    /// What a RUN's end takes away of what it explains.
    pub(crate) fn removals(&self) -> impl Iterator<Item = Removal> {
        let removals = |mends: &Mends| match mends {
            Mends::Remove(removals) => *removals,
            Mends::Rule(..) => &[],
        };
        self.mends.iter().flat_map(removals as fn(&Mends) -> &[Removal]).copied()
    }
}

/// What reports say of a cause most often.
impl dyn Cause + '_ {
    /// The id: users read it, and pass it to `explain`.
    pub fn id(&self) -> &'static str {
        self.about().id
    }

    /// What it says in a line.
    pub fn summary(&self) -> &'static str {
        self.about().summary
    }

    /// What to do about it, in a line.
    pub fn fix(&self) -> &'static str {
        self.profile().fix
    }

    /// The lint rule that warns of it before the build.
    pub fn rule(&self) -> Option<&'static str> {
        self.profile().rule()
    }
}

/// Declares a cause inside of its `impl Cause`: its id, what it says in a line, and its [`Profile`]. Its page is
/// `docs/causes/<id>.md`, and without that it does not compile.
macro_rules! declare {
    ($id:literal, $summary:literal, $profile:expr $(,)?) => {
        fn about(&self) -> &'static $crate::base::about::About {
            static ABOUT: $crate::base::about::About = $crate::base::about::About {
                kind: $crate::base::about::AboutKind::Cause,
                id: $id,
                summary: $summary,
                page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/causes/", $id, ".md")),
            };
            &ABOUT
        }

        fn profile(&self) -> &'static $crate::causes::engine::cause::Profile {
            static PROFILE: $crate::causes::engine::cause::Profile = $profile;
            &PROFILE
        }
    };
}

pub(crate) use declare;
