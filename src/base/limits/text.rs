//! Caps on the texts of a repository: Dockerfiles, the files around them, and the shell code in them.

/// Bytes of a Dockerfile or a requirements file.
pub const SOURCE_TEXT_BYTES: u64 = 16 << 20;

/// Bytes of `reprolock.toml`.
pub const PROJECT_BYTES: u64 = 4 << 20;

/// Bytes of one shell script that are parsed; the largest RUN seen, heredocs included, holds some 60 KiB.
pub const SHELL_TEXT_BYTES: usize = 1 << 20;

/// Bytes of all the sources that the Dockerfiles inside one build file become: each is as long as the file.
pub const INLINE_BYTES: usize = 64 << 20;

/// Bytes of values that are filled in in one compose file or workflow; the largest real ones take some 10,000.
pub const FILLED_BYTES: usize = 16 << 20;

/// Bytes of values that are worked out for one bake file, and steps on the way; the largest real ones make some 100,000.
pub const HCL_WORK: usize = 16 << 20;

/// Targets of one bake file, those that matrices make included.
pub const TARGETS: usize = 4096;

/// Targets that one matrix makes of one; the largest real ones make some hundred. Those of a workflow's job, too.
pub const MATRIX: usize = 512;

/// Files that others name and that are read on their account, in one run.
pub const NAMED_FILES: usize = 1024;

/// Bytes of shell that are parsed in one piece; a larger script is cut between lines.
pub const SHELL_WHOLE_BYTES: usize = 64 << 10;

/// Bytes of shell that are parsed in one piece whatever they hold. The parser's recovery takes time with the square of
/// these where thousands of brackets stay open; a larger script of that kind is cut into pieces of this size.
pub const SHELL_PIECE_BYTES: usize = 1 << 10;

/// Brackets open at once, or members of one pipeline, in a script that is not taken for damaged.
pub const SHELL_OPEN: usize = 256;

/// Hundreds of parser steps for one piece; a real RUN takes some tens.
pub const SHELL_PARSE_STEPS: usize = 1 << 14;

/// Statements and substitutions nested in one script; real ones nest some eight deep.
pub const SHELL_DEPTH: usize = 100;

/// Scripts inside scripts (`sh -c`, heredocs, `eval`); real ones stop at two.
pub const SHELL_NESTED: usize = 8;

/// Bytes of all the scripts parsed for one, as a multiple of its own: a script of many `sh -c` holds each once.
pub const SHELL_NESTED_RATIO: usize = 8;

/// Bytes that the variables of one word may expand to.
pub const SHELL_VALUE_BYTES: usize = 64 << 10;
