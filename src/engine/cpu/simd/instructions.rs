//! The tools of kernels: macerator's vectors, and a multiply-add that is fused on wasm too.
//!
//! WebAssembly's fused multiply-add belongs to relaxed SIMD, which macerator 0.5 does not compile
//! with where it is enabled for a whole build. So with this crate's feature `relaxed-simd` each
//! kernel is compiled within a function that enables it. `#[with_simd]` calls `macerator::AutoArch`,
//! so files of kernels name this module `macerator`.

pub use macerator::{Scalar, Simd, Vector, WithSimd, vload_unaligned, vstore_unaligned, with_simd};

#[cfg(not(all(target_arch = "wasm32", feature = "relaxed-simd")))]
pub use macerator::AutoArch;
#[cfg(all(target_arch = "wasm32", feature = "relaxed-simd"))]
pub use relaxed::AutoArch;

/// a · b + c, rounded once where there is an instruction for it, else twice.
#[inline(always)]
pub fn fused<S: Simd>(a: Vector<S, f32>, b: Vector<S, f32>, c: Vector<S, f32>) -> Vector<S, f32> {
    #[cfg(all(target_arch = "wasm32", feature = "relaxed-simd"))]
    return relaxed::fused(a, b, c);
    #[cfg(not(all(target_arch = "wasm32", feature = "relaxed-simd")))]
    a.mul_add(b, c)
}

#[cfg(all(target_arch = "wasm32", feature = "relaxed-simd"))]
mod relaxed {
    use macerator::{Simd, Vector, WithSimd};
    use std::arch::wasm32::{f32x4_relaxed_madd, v128};
    use std::mem::transmute_copy;

    /// macerator's, for work within [`enabled`].
    pub struct AutoArch;

    impl AutoArch {
        #[inline(always)]
        #[allow(clippy::new_without_default, reason = "only `#[with_simd]` calls it")]
        pub fn new() -> Self {
            Self
        }

        #[inline(always)]
        pub fn dispatch<Work: WithSimd>(self, work: Work) -> Work::Output {
            macerator::AutoArch::new().dispatch(Enabled(work))
        }
    }

    struct Enabled<Work>(Work);

    impl<Work: WithSimd> WithSimd for Enabled<Work> {
        type Output = Work::Output;

        #[inline(always)]
        fn with_simd<S: Simd>(self) -> Self::Output {
            enabled::<S, Work>(self.0)
        }
    }

    /// The instructions are there for what is inlined here: all of a kernel, down to [`fused`].
    #[target_feature(enable = "relaxed-simd")]
    fn enabled<S: Simd, Work: WithSimd>(work: Work) -> Work::Output {
        work.with_simd::<S>()
    }

    #[inline(always)]
    pub fn fused<S: Simd>(
        a: Vector<S, f32>,
        b: Vector<S, f32>,
        c: Vector<S, f32>,
    ) -> Vector<S, f32> {
        if size_of::<S::Register>() != size_of::<v128>() {
            return a.mul_add(b, c);
        }
        // SAFETY: of the registers that macerator has on wasm, only v128 has that size.
        let [a, b, c]: [v128; 3] = unsafe {
            [
                transmute_copy(&*a),
                transmute_copy(&*b),
                transmute_copy(&*c),
            ]
        };
        let sum = f32x4_relaxed_madd(a, b, c);
        // SAFETY: as above.
        S::typed(unsafe { transmute_copy(&sum) })
    }
}
