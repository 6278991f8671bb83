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
            lows = values.least(lows);
            highs = values.greatest(highs);
            // Stays 0 as long as all values are finite.
            strange = strange + values * Vector::all(0.0);
        }
        *low = lows.settled().into_iter().fold(*low, f64::min);
        *high = highs.settled().into_iter().fold(*high, f64::max);
        *finite &= strange.settled().into_iter().sum::<f64>() == 0.0;
    }
}

/// The extremes of values, and the sums of two parts of each.
#[derive(Clone, Copy, Debug, Default)]
pub struct Survey {
    /// The smallest value that is a number.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// The sums of the parts, not numbers where a value is none.
    pub sums: [f64; 2],
}

kernel! {
    /// The extremes of values, and the sums of their parts above the last bit of `sigma` and of what is left of them.
    ///
    /// The first sum is without rounding where σ is as in `moments`; whether the second is has to follow from the
    /// smallest magnitude.
    survey(values: &[f64], sigma: f64, survey: &mut Survey) {
        let (mut lows, mut highs) = (Vector::all(f64::INFINITY), Vector::all(f64::NEG_INFINITY));
        let (mut sums, mut rests) = (Vector::all(0.0), Vector::all(0.0));
        let (groups, last) = values.as_chunks::<LANES>();
        for values in groups {
            let x = Vector(*values);
            lows = x.least(lows);
            highs = x.greatest(highs);
            let part = (Vector::all(sigma) + x) - Vector::all(sigma);
            sums = sums + part;
            rests = rests + (x - part);
        }
        let all = |lanes: Vector| lanes.settled().into_iter().sum();
        *survey = Survey {
            min: last.iter().copied().chain(lows.settled()).fold(f64::INFINITY, f64::min),
            max: last.iter().copied().chain(highs.settled()).fold(f64::NEG_INFINITY, f64::max),
            sums: [all(sums), all(rests)],
        };
        for x in last {
            let part = (sigma + x) - sigma;
            survey.sums[0] += part;
            survey.sums[1] += x - part;
        }
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
    /// made two numbers, its rounded value and its error (Dekker 1971). `sigmas` are those for the values and for the
    /// rounded squares, `next` what one σ is to that before it.
    moments(values: &[f64], wide: bool, sigmas: [f64; 2], next: f64, parts: &mut Parts) {
        let [value, square] = sigmas;
        let sigmas = [value, square, square * ERROR];
        if wide {
            parts_in::<3, 3>(values, with_square, sigmas, next, parts);
        } else {
            parts_in::<2, 3>(values, with_square, sigmas, next, parts);
        }
    }
}

kernel! {
    /// The sums of values alone, as `moments` takes them apart.
    sums(values: &[f64], wide: bool, sigma: f64, next: f64, parts: &mut Parts) {
        if wide {
            parts_in::<3, 1>(values, alone, [sigma], next, parts);
        } else {
            parts_in::<2, 1>(values, alone, [sigma], next, parts);
        }
    }
}

/// The parts of what is made of values.
#[inline(always)]
fn parts_in<const COUNT: usize, const KINDS: usize>(
    values: &[f64],
    made: impl Fn(Vector) -> [Vector; KINDS],
    sigmas: [f64; KINDS],
    next: f64,
    parts: &mut Parts,
) {
    let mut sigmas = sigmas.map(|sigma| [Vector::all(sigma); COUNT]);
    for sigmas in &mut sigmas {
        for part in 1..COUNT {
            sigmas[part] = sigmas[part - 1] * Vector::all(next);
        }
    }
    let mut sums = [[Vector::all(0.0); COUNT]; KINDS];
    let mut rest = [0_u64; LANES];
    let mut last = [0.0; LANES];
    for values in in_lanes(values, &mut last) {
        let mut left = made(Vector(*values));
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
            *total = lanes.settled().into_iter().sum();
        }
    }
    let [values, rounded, errors] = total;
    *parts = Parts {
        values,
        squares: [rounded, errors],
        rest: rest.into_iter().fold(0, |all, rest| all | rest),
    };
}

#[inline(always)]
fn alone(x: Vector) -> [Vector; 1] {
    [x]
}

/// A value, its rounded square, and what rounding took away.
#[inline(always)]
fn with_square(x: Vector) -> [Vector; 3] {
    let rounded = x * x;
    let scaled = Vector::all(134_217_729.0) * x;
    let high = scaled - (scaled - x);
    let low = x - high;
    let error = ((high * high - rounded) + (high + high) * low) + low * low;
    [x, rounded, error]
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
