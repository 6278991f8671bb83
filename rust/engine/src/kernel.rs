//! The operations over strips of values, compiled for each SIMD level and chosen at run time.
//!
//! The only file with `unsafe`: a call into code compiled for a CPU feature is sound when the CPU has the feature,
//! which [`Simd::available`] established. All levels give the same bits: the operations are the scalar ones of
//! [`crate::math`], lane by lane, and Rust never contracts a multiplication and an addition.

#![allow(unsafe_code)]
#![allow(clippy::inline_always)]

use crate::math;
use crate::tape::{Binary, Unary};

/// A level of SIMD instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Simd {
    /// What every CPU of the target has.
    Baseline,
    /// 256 bits.
    Avx2,
    /// 512 bits.
    Avx512,
}

impl Simd {
    /// Every level with its name, lowest first.
    pub const ALL: [(Self, &str); 3] = [
        (Self::Baseline, "baseline"),
        (Self::Avx2, "avx2"),
        (Self::Avx512, "avx512"),
    ];

    /// Whether this CPU has it.
    #[must_use]
    pub fn available(self) -> bool {
        match self {
            Self::Baseline => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => std::arch::is_x86_feature_detected!("avx2"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                std::arch::is_x86_feature_detected!("avx512f")
                    && std::arch::is_x86_feature_detected!("avx512dq")
                    && std::arch::is_x86_feature_detected!("avx512bw")
                    && std::arch::is_x86_feature_detected!("avx512vl")
            }
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    /// The highest level that this CPU has.
    #[must_use]
    pub fn best() -> Self {
        Self::ALL
            .iter()
            .rev()
            .map(|(level, _)| *level)
            .find(|level| level.available())
            .unwrap_or(Self::Baseline)
    }
}

/// One operand over a strip: a value for each element, or one for all.
#[derive(Clone, Copy, Debug)]
pub enum Operand<'a> {
    /// A value for each element of the strip.
    Each(&'a [f64]),
    /// The same value for all.
    All(f64),
}

/// Defines a kernel: its body, the body compiled for each level, and the choice between them.
macro_rules! kernel {
    ($(#[$doc:meta])* $name:ident($($arg:ident: $kind:ty),*) $body:block) => {
        $(#[$doc])*
        pub fn $name(simd: Simd, $($arg: $kind),*) {
            #[inline(always)]
            fn body($($arg: $kind),*) $body
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            fn avx2($($arg: $kind),*) { body($($arg),*) }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl")]
            fn avx512($($arg: $kind),*) { body($($arg),*) }
            match simd {
                // SAFETY: a level above the baseline is only made where `Simd::available` holds.
                #[cfg(target_arch = "x86_64")]
                Simd::Avx512 => unsafe { avx512($($arg),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                Simd::Avx2 => unsafe { avx2($($arg),*) },
                _ => body($($arg),*),
            }
        }
    };
}

kernel! {
    /// `out[i] = op(a[i])`
    unary(op: Unary, out: &mut [f64], a: &[f64]) {
        /// One loop for each operation, so that the choice of operation is outside of the loop.
        macro_rules! each {
            ($($op:ident)*) => {
                match op {
                    $(Unary::$op => for (out, &a) in out.iter_mut().zip(a) { *out = math::unary(Unary::$op, a); },)*
                }
            };
        }
        each!(Negative Sqrt Floor Ceil RoundHalfEven Exp Log Negate Missing);
    }
}

kernel! {
    /// `out[i] = op(a[i], b[i])`
    binary(op: Binary, out: &mut [f64], a: Operand<'_>, b: Operand<'_>) {
        /// One loop for each operation and kind of operands.
        macro_rules! each {
            ($($op:ident)*) => {
                match op {
                    $(Binary::$op => match (a, b) {
                        (Operand::Each(a), Operand::Each(b)) => for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
                            *out = math::binary(Binary::$op, a, b);
                        },
                        (Operand::Each(a), Operand::All(b)) => for (out, &a) in out.iter_mut().zip(a) {
                            *out = math::binary(Binary::$op, a, b);
                        },
                        (Operand::All(a), Operand::Each(b)) => for (out, &b) in out.iter_mut().zip(b) {
                            *out = math::binary(Binary::$op, a, b);
                        },
                        (Operand::All(a), Operand::All(b)) => out.fill(math::binary(Binary::$op, a, b)),
                    },)*
                }
            };
        }
        each!(Add Subtract Multiply Divide Power Minimum Maximum Less LessEqual Equal NotEqual Both Either);
    }
}

kernel! {
    /// `out[i] = a[i]` where `condition[i]` holds, else `b[i]`
    select(out: &mut [f64], condition: Operand<'_>, a: Operand<'_>, b: Operand<'_>) {
        match (condition, a, b) {
            (Operand::Each(condition), Operand::Each(a), Operand::Each(b)) => {
                for (((out, &condition), &a), &b) in out.iter_mut().zip(condition).zip(a).zip(b) {
                    *out = math::select(condition, a, b);
                }
            }
            (Operand::Each(condition), Operand::Each(a), Operand::All(b)) => {
                for ((out, &condition), &a) in out.iter_mut().zip(condition).zip(a) {
                    *out = math::select(condition, a, b);
                }
            }
            (Operand::Each(condition), Operand::All(a), Operand::Each(b)) => {
                for ((out, &condition), &b) in out.iter_mut().zip(condition).zip(b) {
                    *out = math::select(condition, a, b);
                }
            }
            (Operand::Each(condition), Operand::All(a), Operand::All(b)) => {
                for (out, &condition) in out.iter_mut().zip(condition) {
                    *out = math::select(condition, a, b);
                }
            }
            (Operand::All(condition), a, b) => match if math::holds(condition) { a } else { b } {
                Operand::Each(chosen) => out.copy_from_slice(chosen),
                Operand::All(chosen) => out.fill(chosen),
            },
        }
    }
}

kernel! {
    /// Candidate `candidate` wins where it is legal and its objective is below the best so far; the first of equals
    /// stays. `winner` is NaN while there is none.
    take_minimum(best: &mut [f64], winner: &mut [f64], objective: Operand<'_>, among: Operand<'_>, candidate: f64) {
        for (i, (best, winner)) in best.iter_mut().zip(winner).enumerate() {
            let objective = match objective { Operand::Each(values) => values[i], Operand::All(value) => value };
            let legal = match among { Operand::Each(values) => values[i], Operand::All(value) => value };
            let better = objective < *best || (winner.is_nan() && !objective.is_nan());
            let wins = math::holds(legal) && better;
            *best = if wins { objective } else { *best };
            *winner = if wins { candidate } else { *winner };
        }
    }
}
