//! `jit-cache`: compilers that run at import or at first use leave what they compiled.

use crate::base::path::LayerPath;
use crate::causes::engine::case::FileCase;
use crate::causes::engine::cause::{Cause, Profile, Reach, declare};
use crate::causes::engine::explanation::Explanation;
use crate::causes::engine::layer::Alone;
use crate::causes::engine::mends::{Extent, Mends};
use crate::formats::bytes::{Cursor, differing};

/// See docs/causes/jit-cache.md.
pub(crate) struct JitCache;

/// Folders of caches, by name.
const FOLDERS: [(&[u8], &str); 16] = [
    (b".triton", "Triton"),
    (b"torch_extensions", "PyTorch's extensions"),
    (b"torchinductor", "TorchInductor"),
    (b"torch_compile_cache", "vLLM"),
    (b"ComputeCache", "the CUDA driver"),
    (b"kernel_cache", "CuPy"),
    (b"flashinfer", "FlashInfer"),
    (b"jax_cache", "JAX"),
    (b".theano", "Theano"),
    (b".pytensor", "PyTensor"),
    (b".aesara", "Aesara"),
    (b"tilelang_cache", "TileLang"),
    (b".deep_gemm", "DeepGEMM"),
    (b"numba_cache", "Numba"),
    (b"neuron-compile-cache", "Neuron"),
    (b"torch_kernels", "PyTorch's kernels"),
];

impl Cause for JitCache {
    declare!(
        "jit-cache",
        "a JIT compiler left what it compiled",
        Profile::of(
            Reach::Path,
            "keep caches out of the layer: RUN --mount=type=tmpfs,target=/root/.triton, ENV NUMBA_CACHE_DIR=/tmp/numba"
        )
        .proved_by("its path")
        .mended_by(&[Mends::Rule("layer-residue", Extent::RunEnd)]),
    );

    fn explain(&self, file: &FileCase<'_>) -> Option<Explanation> {
        let is_whole = file.change != crate::compare::drift::Change::Modified;
        if !is_whole && !file.content_differs() {
            return None;
        }
        if file.ends_with(".nbi") || file.ends_with(".nbc") {
            return index_time(file).or_else(|| Some(Explanation::by_place("a cache of Numba")));
        }
        let whose = cache_of(file.path)?;
        Some(Explanation::by_place(format!("in a cache of {whose}")))
    }
}

fn cache_of(path: &LayerPath) -> Option<&'static str> {
    let of = |part: &[u8]| {
        let is =
            |name: &[u8]| part == name || part.strip_prefix(name).is_some_and(|rest| rest.starts_with(b"_"));
        FOLDERS.iter().find(|(name, _)| is(name)).map(|(_, whose)| *whose)
    };
    path.parent()?.parts().find_map(of)
}

/// Numba's index starts with its source's mtime, a pickled float: `G` and eight bytes, big end first.
fn index_time(file: &FileCase<'_>) -> Option<Explanation> {
    let new = file.new_bytes().filter(|_| file.ends_with(".nbi"))?;
    if let Some((old, new)) = file.both() {
        let runs = differing(old, new)?;
        let (start, end) = (runs.first()?.start, runs.last()?.end);
        let at = (start.saturating_sub(7)..=start)
            .find(|at| end <= at + 8 && is_time(old, *at) && is_time(new, *at));
        return at.map(|at| match (fits(file, Alone::Old, old, at), fits(file, Alone::New, new, at)) {
            (Some(false), _) | (_, Some(false)) => {
                Explanation::likely("equal but for a time, which is not its source's")
            }
            _ => Explanation::certain("equal but for its source's mtime"),
        });
    }
    let source = source_of(file.path)?;
    let old = file.layer.old.get(&source)?.mtime;
    let time = (old.seconds as f64 + f64::from(old.nanos) / 1e9).to_be_bytes();
    let at = (0..new.len()).find(|at| is_time(new, *at))?;
    let mut was = new.to_vec();
    was.get_mut(at..at + 8)?.copy_from_slice(&time);
    file.was(&was).then(|| Explanation::certain("with its source's locked mtime it is the locked file"))
}

/// Whether the time at a place of an index is its source's on that side, give or take what a row cuts off; `None` where the
/// source is not there.
fn fits(file: &FileCase<'_>, side: Alone, index: &[u8], at: usize) -> Option<bool> {
    let source = file.layer.file(side, &source_of(file.path)?)?;
    let time = Cursor::at(index, at).and_then(|mut cursor| cursor.array()).map(f64::from_be_bytes)?;
    Some((time.floor() - source.mtime.seconds as f64).abs() < 1.0)
}

/// Whether a pickled float of a time from 2001 to 2100 stands at `at`.
fn is_time(bytes: &[u8], at: usize) -> bool {
    let mark = at.checked_sub(1).and_then(|at| bytes.get(at));
    let time = Cursor::at(bytes, at).and_then(|mut cursor| cursor.array()).map(f64::from_be_bytes);
    mark == Some(&b'G') && time.is_some_and(|time| (1e9..4_102_444_800.0).contains(&time))
}

/// `a/__pycache__/b.f-12.py311.nbi` is of `a/b.py`.
fn source_of(path: &LayerPath) -> Option<LayerPath> {
    let module = path.file_name().split(|byte| *byte == b'.').next()?;
    Some(path.parent()?.parent()?.join(&[module, b".py"].concat()))
}

#[cfg(test)]
mod tests {
    use crate::causes::testing::Pair;
    use crate::formats::tar::entry::tests::file;

    const INDEX: &str = "a/__pycache__/b.f-1.py311.nbi";

    fn index(time: f64, rest: &[u8]) -> Vec<u8> {
        [b"\x80\x04\x8c\x060.66.0.\x80\x04G", &time.to_be_bytes()[..], rest].concat()
    }

    #[test]
    fn an_index_that_holds_another_mtime_is_told_for_certain() {
        let row = |seconds| {
            let mut row = file("a/b.py", b"x");
            row.mtime.seconds = seconds;
            row
        };
        let pair = Pair::default().entries(row(1_600_000_000), b"x", row(1_700_000_000), b"x").both(
            INDEX,
            &index(1_600_000_000.0, b"}."),
            &index(1_700_000_000.0, b"}."),
        );
        assert_eq!(pair.explained()[0], format!("{INDEX}: jit-cache (certain)"));
        assert_eq!(pair.explained_against_lock()[0], format!("{INDEX}: jit-cache (certain)"));
    }

    #[test]
    fn anything_else_in_a_cache_is_likely() {
        let pair = Pair::default().both(INDEX, &index(1.6e9, b"}."), &index(1.7e9, b"x."));
        assert_eq!(pair.explained(), [format!("{INDEX}: jit-cache (likely)")]);
        let note = "root/.triton/cache/ab/kernel.json";
        assert_eq!(
            Pair::default().both(note, b"1", b"2").explained(),
            [format!("{note}: jit-cache (likely)")]
        );
    }

    #[test]
    fn code_in_a_cache_is_not_explained_by_its_place() {
        for code in [
            "root/.triton/cache/ab/kernel.cubin",
            "tmp/torchinductor_root/ab/c.py",
            "root/.triton/cache/ab/x.so",
        ] {
            assert_eq!(Pair::default().both(code, b"1", b"2").explained(), [format!("{code}: ")]);
            assert_eq!(Pair::default().added(code, b"1").explained(), [format!("{code}: ")]);
        }
        let program = "root/.triton/cache/ab/x";
        assert_eq!(Pair::default().added(program, b"\x7fELF").explained(), [format!("{program}: ")]);
    }
}
