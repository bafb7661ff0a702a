//! What compilers and linkers leave of a build: their ids, names of temporary files, caches of code.

pub(super) mod build_id;
pub(super) mod compiler_temp_name;
pub(super) mod ids;
pub(super) mod jit_cache;
