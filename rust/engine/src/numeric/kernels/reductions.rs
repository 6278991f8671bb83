//! What many values come to: extremes, sums, counts.

use super::{LANES, Simd, Vector, kernel};
use crate::numeric::scalar;

kernel! {
    /// The smallest and the largest value, and whether all are finite. Zeros lose their sign.
    extremes(values: &[f64], low: &mut f64, high: &mut f64, finite: &mut bool) {
        let (mut lows, mut highs, mut strange) = (Vector::all(*low), Vector::all(*high), Vector::all(0.0));
        let mut last = [values.first().copied().unwrap_or_default(); LANES];
        for values in in_lanes(values, &mut last) {
            let values = Vector(*values) + Vector::all(0.0);
            lows = lows.least(values);
            highs = highs.greatest(values);
            // Stays 0 as long as all values are finite.
            strange = strange + values * Vector::all(0.0);
        }
        *low = lows.0.into_iter().fold(*low, f64::min);
        *high = highs.0.into_iter().fold(*high, f64::max);
        *finite &= strange.0.into_iter().sum::<f64>() == 0.0;
    }
}

/// The most parts that a value is taken apart into.
const PARTS: usize = 3;

/// Parts of values whose sums come out without rounding, and what is left of the values beyond them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts {
    /// Sums that together are that of the values.
    pub values: [f64; PARTS],
    /// Likewise for the rounded squares, and for what rounding them took away.
    pub squares: [[f64; PARTS]; 2],
    /// Zero when nothing is left.
    pub rest: u64,
}

kernel! {
    /// The sums of values and of their squares, in two parts (three if `wide`) that are not rounded.
    ///
    /// Adding a power of two σ to x and subtracting it again leaves the bits of x above σ's last; summed up, they stay
    /// below σ, and so are exact. (Rump, Ogita, Oishi: Accurate floating-point summation, 2008.) The square is first
    /// made two numbers, its rounded value and its error (Dekker 1971). `value` and `square` are the σ for the values
    /// and for the rounded squares, `next` what one σ is to that before it.
    moments(values: &[f64], wide: bool, value: f64, square: f64, next: f64, parts: &mut Parts) {
        if wide {
            moments_in::<3>(values, [value, square], next, parts);
        } else {
            moments_in::<2>(values, [value, square], next, parts);
        }
    }
}

#[inline(always)]
fn moments_in<const COUNT: usize>(
    values: &[f64],
    [value, square]: [f64; 2],
    next: f64,
    parts: &mut Parts,
) {
    let mut sigmas = [value, square, square * ERROR].map(|sigma| [Vector::all(sigma); COUNT]);
    for sigmas in &mut sigmas {
        for part in 1..COUNT {
            sigmas[part] = sigmas[part - 1] * Vector::all(next);
        }
    }
    let mut sums = [[Vector::all(0.0); COUNT]; 3];
    let mut rest = [0_u64; LANES];
    let mut last = [0.0; LANES];
    for values in in_lanes(values, &mut last) {
        let x = Vector(*values);
        let rounded = x * x;
        let scaled = Vector::all(134_217_729.0) * x;
        let high = scaled - (scaled - x);
        let low = x - high;
        let error = ((high * high - rounded) + (high + high) * low) + low * low;
        let mut left = [x, rounded, error];
        for ((left, sigmas), sums) in left.iter_mut().zip(&sigmas).zip(&mut sums) {
            for (sigma, sum) in sigmas.iter().zip(sums) {
                let part = (*sigma + *left) - *sigma;
                *sum = *sum + part;
                *left = *left - part;
            }
            for (rest, left) in rest.iter_mut().zip(left.0) {
                *rest |= left.to_bits();
            }
        }
    }
    let mut total = [[0.0; PARTS]; 3];
    for (total, sums) in total.iter_mut().zip(sums) {
        for (total, lanes) in total.iter_mut().zip(sums) {
            *total = lanes.0.into_iter().sum();
        }
    }
    let [values, rounded, errors] = total;
    *parts = Parts {
        values,
        squares: [rounded, errors],
        rest: rest.into_iter().fold(0, |all, rest| all | rest),
    };
}

/// The largest error of a rounded square, as a part of a power of two above the square.
const ERROR: f64 = f64::EPSILON;

/// Values in groups of `LANES`; the last one is filled up with what `last` has.
#[inline(always)]
fn in_lanes<'a>(
    values: &'a [f64],
    last: &'a mut [f64; LANES],
) -> impl Iterator<Item = &'a [f64; LANES]> {
    let (groups, rest) = values.as_chunks::<LANES>();
    last[..rest.len()].copy_from_slice(rest);
    groups.iter().chain((!rest.is_empty()).then_some(&*last))
}

kernel! {
    /// How many truth values hold.
    count(values: &[f64], held: &mut usize) {
        // Wrapping, because a check after each addition would keep the loop from becoming vectors.
        let count = |count: usize, value: &f64| count.wrapping_add(usize::from(scalar::holds(*value)));
        *held += values.iter().fold(0, count);
    }
}

/// 0 for a finite number, but for no other.
#[inline(always)]
pub(super) fn oddity(value: f64) -> u64 {
    // 0 with any sign, or NaN.
    (value * 0.0).to_bits() << 1
}

kernel! {
    /// Make −0 zero; whether all values are finite.
    settle(values: &mut [f64], finite: &mut bool) {
        let mut strange = 0;
        for value in values {
            *value += 0.0;
            strange |= oddity(*value);
        }
        *finite &= strange == 0;
    }
}
