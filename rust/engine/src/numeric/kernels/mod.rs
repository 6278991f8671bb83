//! The operations over strips of values, compiled for each SIMD level and chosen at run time.
//!
//! The only file with `unsafe`: a call into code compiled for a CPU feature is sound when the CPU has the feature, which
//! a value of [`Simd`] proves. All levels give the same bits: the operations are the scalar ones of
//! [`crate::numeric::scalar`], lane by lane, and Rust never contracts a multiplication and an addition.

#![allow(clippy::inline_always)]

mod compare;
mod elementwise;
mod reductions;
mod simd;

pub(crate) use compare::{BLOCK, above, below};
pub use compare::{between, bracket, escapes, lead, reaches, take_minimum};
pub use elementwise::{LINKS, binary, chain, gather, links, pick, restrict, select, unary};
pub use reductions::{Parts, Survey, count, extremes, moments, settle, sums, survey};
pub use simd::Simd;

/// The shape of a strip: lines of a run of elements each, one behind the other.
#[derive(Clone, Copy, Debug)]
pub struct Lines {
    /// How many lines.
    pub count: usize,
    /// How many elements each has.
    pub run: usize,
}

/// One operand over a strip.
#[derive(Clone, Copy, Debug)]
pub enum Operand<'a> {
    /// A value for each element of a line; the next line's begin so many values further.
    Each(&'a [f64], usize),
    /// The same value for a whole line; the next line's is so many values further.
    All(&'a [f64], usize),
}

/// Defines a kernel: its body, the body compiled for each level, and the choice between them.
macro_rules! kernel {
    ($(#[$doc:meta])* $name:ident($($arg:ident: $kind:ty),*) $body:block) => {
        $(#[$doc])*
        #[allow(unsafe_code)]
        pub fn $name(simd: Simd, $($arg: $kind),*) {
            use $crate::numeric::kernels::simd::Level;
            #[inline(always)]
            fn body($($arg: $kind),*) $body
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            fn avx2($($arg: $kind),*) { body($($arg),*) }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl")]
            fn avx512($($arg: $kind),*) { body($($arg),*) }
            match simd.level() {
                // SAFETY: a `Simd` of a level exists only where the CPU has the level.
                #[cfg(target_arch = "x86_64")]
                Level::Avx512 => unsafe { avx512($($arg),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                Level::Avx2 => unsafe { avx2($($arg),*) },
                Level::Baseline => body($($arg),*),
            }
        }
    };
}

use kernel;

/// How many values a vector has: as many as the widest registers.
pub(crate) const LANES: usize = 8;

/// Values that stay in registers while something is done to all of them.
#[derive(Clone, Copy)]
struct Vector([f64; LANES]);

impl Vector {
    #[inline(always)]
    fn all(value: f64) -> Self {
        Self([value; LANES])
    }

    /// Lane by lane the smaller one; the other where this one is not a number: what one instruction does.
    #[inline(always)]
    fn least(self, other: Self) -> Self {
        self.zip(other, |a, b| if a < b { a } else { b })
    }

    /// Lane by lane the larger one; the other where this one is not a number.
    #[inline(always)]
    fn greatest(self, other: Self) -> Self {
        self.zip(other, |a, b| if a > b { a } else { b })
    }

    /// The lanes, for what is not done lane by lane: else the compiler arranges them for that in the loop before.
    #[inline(always)]
    fn settled(self) -> [f64; LANES] {
        std::hint::black_box(self.0)
    }

    #[inline(always)]
    fn zip(mut self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        for lane in 0..LANES {
            self.0[lane] = f(self.0[lane], other.0[lane]);
        }
        self
    }
}

/// An operator lane by lane.
macro_rules! lanewise {
    ($($trait:ident $name:ident $op:tt)*) => {
        $(impl std::ops::$trait for Vector {
            type Output = Self;
            #[inline(always)]
            fn $name(self, other: Self) -> Self {
                self.zip(other, |a, b| a $op b)
            }
        })*
    };
}

lanewise!(Add add + Sub sub - Mul mul *);

impl Operand<'_> {
    /// The operand from some line on.
    #[inline(always)]
    fn from(self, line: usize) -> Self {
        match self {
            Self::Each(values, step) => Self::Each(&values[line * step..], step),
            Self::All(values, step) => Self::All(&values[line * step..], step),
        }
    }

    /// A value of the first line.
    #[inline(always)]
    fn at(self, place: usize) -> f64 {
        match self {
            Self::Each(values, _) => values[place],
            Self::All(values, _) => values[0],
        }
    }

    /// Some vectors of the first line; of the last vector, `count` values.
    #[inline(always)]
    fn vectors<const VECTORS: usize>(self, start: usize, count: usize) -> [Vector; VECTORS] {
        match self {
            Self::Each(values, _) => {
                let mut vectors = [Vector::all(0.0); VECTORS];
                if count == LANES {
                    let values = &values[start..][..VECTORS * LANES];
                    for (vector, values) in vectors.iter_mut().zip(values.as_chunks::<LANES>().0) {
                        *vector = Vector(*values);
                    }
                } else {
                    vectors[VECTORS - 1].0[..count].copy_from_slice(&values[start..][..count]);
                }
                vectors
            }
            Self::All(values, _) => [Vector::all(values[0]); VECTORS],
        }
    }
}

/// Which of some points are at most (or, `LARGE`, at least) as large as a bar in every coordinate: a bit for each.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
#[inline]
fn everywhere<const D: usize, const LARGE: bool>(points: &[[f64; LANES]; D], bar: &[f64; D]) -> u8 {
    use std::arch::x86_64::{
        _mm_and_pd, _mm_cmpge_pd, _mm_cmple_pd, _mm_movemask_pd, _mm_set_pd, _mm_set1_pd,
    };
    let mut bits = 0;
    for pair in 0..LANES / 2 {
        // SAFETY: every CPU of this architecture has SSE2.
        bits |= unsafe {
            let holds = |d: usize| {
                let two = _mm_set_pd(points[d][2 * pair + 1], points[d][2 * pair]);
                let bar = _mm_set1_pd(bar[d]);
                if LARGE {
                    _mm_cmpge_pd(two, bar)
                } else {
                    _mm_cmple_pd(two, bar)
                }
            };
            let all = (1..D).fold(holds(0), |all, d| _mm_and_pd(all, holds(d)));
            _mm_movemask_pd(all) << (2 * pair)
        };
    }
    bits as u8
}

/// As above, for any CPU.
#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn everywhere<const D: usize, const LARGE: bool>(points: &[[f64; LANES]; D], bar: &[f64; D]) -> u8 {
    let mut bits = u8::MAX;
    for (values, bar) in points.iter().zip(bar) {
        let holds = values.map(|value| if LARGE { value >= *bar } else { value <= *bar });
        bits &= (0..LANES).fold(0, |bits, lane| bits | u8::from(holds[lane]) << lane);
    }
    bits
}
