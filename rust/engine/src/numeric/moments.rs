//! The extremes of values, and the exact sums of them and of their squares, a strip at a time.

use super::exact_sum::{ExactSquares, ExactSum};
use super::kernels::{self, Parts, Simd, Survey};

/// The largest power of two, and one over the smallest, of values whose squares and parts of squares neither overflow
/// nor lose bits: a value that is summed by parts is at least 2^-159 times the largest.
const TAME: f64 = 1.157_920_892_373_162e77;
/// How many values are surveyed together: two less than a power of two at most, and whole vectors.
const TOGETHER: usize = 1016;
/// More than [`TOGETHER`] and two, a power of two.
const ROOM: f64 = 1024.0;
/// By how much the next values may be larger than the last ones.
const HEADROOM: f64 = 16.0;
/// The smallest magnitude of values that are surveyed, as a part of a power of two above the largest: what one σ =
/// `ROOM`·above leaves of a value is at most σ/2^53, and the sum of `ROOM` of them is without rounding where each is a
/// whole number of `ROOM`·σ/2^106, as multiples of a magnitude's last bit, 2^-52 of it, are.
const NARROW: f64 = ROOM * ROOM / (1_u64 << 54) as f64;

/// Exact sums of finite doubles and, where they are asked for, of their squares.
#[derive(Clone, Debug)]
pub struct Moments {
    /// Of the values.
    pub sum: ExactSum,
    /// Of their squares.
    pub squares: Option<Box<ExactSquares>>,
    /// Whether the last strip had to be taken apart into more parts: the next one then is at once.
    wide: bool,
    /// A power of two that the next values are expected to be below, all of one sign; 0 for none.
    above: f64,
}

impl Moments {
    /// Of no values; of squares too if wanted.
    #[must_use]
    pub fn new(squares: bool) -> Self {
        Self {
            sum: ExactSum::default(),
            squares: squares.then(Box::default),
            wide: false,
            above: 0.0,
        }
    }

    /// Add values so many times each, and take their extremes in. Whether all are finite; if not, all is spoiled.
    pub(crate) fn add(
        &mut self,
        simd: Simd,
        values: &[f64],
        times: u64,
        mut extremes: [&mut f64; 2],
    ) -> bool {
        let together = if self.squares.is_some() {
            values.len()
        } else {
            TOGETHER
        };
        values.chunks(together.max(1)).all(|values| {
            self.add_surveyed(simd, values, times, &mut extremes)
                || self.add_strip(simd, values, times, &mut extremes)
        })
    }

    /// Add values in one go, if they are as expected.
    fn add_surveyed(
        &mut self,
        simd: Simd,
        values: &[f64],
        times: u64,
        [min, max]: &mut [&mut f64; 2],
    ) -> bool {
        if self.above == 0.0 || self.squares.is_some() {
            return false;
        }
        let mut found = Survey::default();
        kernels::survey(simd, values, ROOM * self.above, &mut found);
        let (smallest, largest) = magnitudes(found.min, found.max);
        // What is not a number is in the sums alone.
        let as_expected = largest < self.above
            && smallest >= self.above * NARROW
            && !found.sums.iter().any(|sum| sum.is_nan());
        if as_expected {
            **min = min.min(found.min);
            **max = max.max(found.max);
            for sum in found.sums {
                self.sum.add(sum, times);
            }
        }
        as_expected
    }

    /// Add values whatever they are.
    fn add_strip(
        &mut self,
        simd: Simd,
        values: &[f64],
        times: u64,
        [min, max]: &mut [&mut f64; 2],
    ) -> bool {
        let (mut least, mut most, mut finite) = (f64::INFINITY, f64::NEG_INFINITY, true);
        kernels::extremes(simd, values, &mut least, &mut most, &mut finite);
        if finite && !values.is_empty() {
            let (smallest, largest) = magnitudes(least, most);
            self.add_finite(simd, values, largest, times);
            **min = min.min(least);
            **max = max.max(most);
            let above = HEADROOM * power_above(largest);
            let expected = is_tame(largest) && smallest >= above * NARROW;
            self.above = if expected { above } else { 0.0 };
        }
        finite
    }

    /// Add finite values so many times each. `largest` is their largest magnitude.
    pub(crate) fn add_finite(&mut self, simd: Simd, values: &[f64], largest: f64, times: u64) {
        if largest == 0.0 {
            return;
        }
        let tries = if self.wide { 0..1 } else { 0..2 };
        if is_tame(largest)
            && tries
                .into_iter()
                .any(|_| self.add_parts(simd, values, largest, times))
        {
            return;
        }
        for &value in values {
            self.sum.add(value, times);
            if let Some(squares) = &mut self.squares {
                squares.add(value, times);
            }
        }
    }

    /// Add values by parts, unless they differ so much that something would be left: then try it with more parts.
    fn add_parts(&mut self, simd: Simd, values: &[f64], largest: f64, times: u64) -> bool {
        // Two more than there are values, and above the largest.
        let room = (values.len() + 2).next_power_of_two() as f64;
        let above = power_above(largest);
        let next = room * (f64::EPSILON / 2.0);
        let mut parts = Parts::default();
        if self.squares.is_some() {
            let sigmas = [room * above, room * above * above];
            kernels::moments(simd, values, self.wide, sigmas, next, &mut parts);
        } else {
            kernels::sums(simd, values, self.wide, room * above, next, &mut parts);
        }
        if parts.rest != 0 {
            self.wide = true;
            return false;
        }
        for part in parts.values {
            self.sum.add(part, times);
        }
        if let Some(squares) = &mut self.squares {
            for part in parts.squares.into_iter().flatten() {
                squares.add_part(part, times);
            }
        }
        true
    }

    /// Add what was summed up elsewhere, squares too where both have them.
    pub(crate) fn merge(&mut self, other: Self) {
        self.sum.merge(other.sum);
        if let (Some(squares), Some(others)) = (&mut self.squares, other.squares) {
            squares.merge(*others);
        }
    }
}

fn is_tame(largest: f64) -> bool {
    (1.0 / TAME..TAME).contains(&largest)
}

/// The smallest power of two above a magnitude.
fn power_above(magnitude: f64) -> f64 {
    f64::from_bits(((magnitude.to_bits() >> 52) + 1) << 52)
}

/// The smallest magnitude between two numbers, 0 where they differ in sign, and the largest.
fn magnitudes(min: f64, max: f64) -> (f64, f64) {
    let smallest = if min > 0.0 {
        min
    } else if max < 0.0 {
        -max
    } else {
        0.0
    };
    (smallest, min.abs().max(max.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// One after the other, without any parts.
    fn one_by_one(values: &[f64], times: u64) -> (Vec<u8>, Vec<u8>) {
        let (mut sum, mut squares) = (ExactSum::default(), ExactSquares::default());
        for value in values {
            sum.add(*value, times);
            squares.add(*value, times);
        }
        (sum.to_le_bytes(), squares.to_le_bytes())
    }

    /// Values whose exponents are close, far apart, any; of one sign or both; with zeros and without.
    fn values() -> impl Strategy<Value = Vec<f64>> {
        let exponents = prop_oneof![-3..3_i32, -20..20, -45..45, -1074..1024];
        let kinds = (exponents, any::<bool>(), any::<bool>(), any::<bool>());
        let one = (0.5..1.0_f64, any::<u32>(), any::<bool>());
        (kinds, -40..40_i32, proptest::collection::vec(one, 0..2600)).prop_map(
            |((exponent, both, zeros, drift), scale, all)| {
                let made = all
                    .into_iter()
                    .enumerate()
                    .map(|(i, (mantissa, random, negative))| {
                        let spread = exponent.unsigned_abs() + 1;
                        let along = if drift {
                            (i as u32 / 300).cast_signed()
                        } else {
                            0
                        };
                        let power = scale + along + (random % (2 * spread)).cast_signed()
                            - spread.cast_signed();
                        let magnitude = mantissa * 2_f64.powi(power.clamp(-1100, 1020));
                        let zero = zeros && random % 7 == 0;
                        let value = if zero { 0.0 } else { magnitude };
                        if both && negative { -value } else { value }
                    });
                made.collect()
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(192))]

        #[test]
        fn sums_are_those_of_one_after_the_other(strips in proptest::collection::vec(values(), 1..4), times in 1_u64..1000) {
            let all = strips.concat();
            let due = one_by_one(&all, times);
            let extremes = [
                all.iter().copied().fold(f64::INFINITY, f64::min) + 0.0,
                all.iter().copied().fold(f64::NEG_INFINITY, f64::max) + 0.0,
            ];
            for simd in Simd::all_available() {
                for squares in [false, true] {
                    let (mut moments, mut min, mut max) = (Moments::new(squares), f64::INFINITY, f64::NEG_INFINITY);
                    for strip in &strips {
                        prop_assert!(moments.add(simd, strip, times, [&mut min, &mut max]));
                    }
                    prop_assert_eq!(moments.sum.to_le_bytes(), due.0.clone(), "{:?}", simd);
                    prop_assert_eq!(moments.squares.map(|sum| sum.to_le_bytes()), squares.then(|| due.1.clone()));
                    prop_assert_eq!([min, max].map(f64::to_bits), extremes.map(f64::to_bits));
                }
            }
        }

        #[test]
        fn what_is_not_finite_is_told(
            mut all in values().prop_filter("some", |all| !all.is_empty()),
            at in any::<prop::sample::Index>(),
            strange in prop_oneof![Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY)],
        ) {
            for simd in Simd::all_available() {
                let (mut moments, mut min, mut max) = (Moments::new(false), f64::INFINITY, f64::NEG_INFINITY);
                prop_assert!(moments.add(simd, &[1.0; 20], 1, [&mut min, &mut max]));
                let at = at.index(all.len());
                all[at] = strange;
                prop_assert!(!moments.add(simd, &all, 1, [&mut min, &mut max]));
            }
        }
    }

    #[test]
    fn values_at_the_edge_of_what_is_surveyed() {
        // As many as are looked at together, the largest beside the smallest that one sum still has room for.
        let largest = 1.0_f64.next_down();
        for smallest in [NARROW, NARROW.next_down(), NARROW.next_up(), NARROW / 2.0] {
            let (mut moments, mut min, mut max) =
                (Moments::new(false), f64::INFINITY, f64::NEG_INFINITY);
            let first = vec![largest / HEADROOM; TOGETHER];
            let mut values = vec![largest; TOGETHER];
            values[7] = smallest;
            values[TOGETHER - 1] = smallest.next_up();
            let odd: Vec<f64> = (0..TOGETHER)
                .map(|i| smallest * (1.0 + i as f64 * f64::EPSILON))
                .collect();
            for strip in [&first, &values, &odd, &values] {
                assert!(moments.add(Simd::best(), strip, 1, [&mut min, &mut max]));
            }
            let all = [&first[..], &values, &odd, &values].concat();
            assert_eq!(
                moments.sum.to_le_bytes(),
                one_by_one(&all, 1).0,
                "{smallest}"
            );
        }
    }
}
