//! Sums without rounding: every bit of every term is kept, so that order and threads cannot matter.

/// Bits in one limb of an accumulator.
const LIMB: u32 = 32;
/// The exponent of the lowest bit of a double.
const LOWEST: i32 = -1074;
/// How many deposits a limb can take before carries must be passed on: each adds less than 2^32 to it.
const DEPOSITS: u32 = 1 << 29;

/// A fixed-point number wide enough for the sum of `LIMBS`·32 bits, as signed limbs whose carries are passed on late.
#[derive(Clone, Debug)]
struct Accumulator<const LIMBS: usize> {
    limbs: [i64; LIMBS],
    deposits: u32,
}

impl<const LIMBS: usize> Accumulator<LIMBS> {
    const ZERO: Self = Self {
        limbs: [0; LIMBS],
        deposits: 0,
    };

    /// Add ±`magnitude`·2^`shift`, in units of the lowest bit.
    #[inline]
    fn add(&mut self, negative: bool, magnitude: u128, shift: u32) {
        let mut limb = (shift / LIMB) as usize;
        let offset = shift % LIMB;
        let low = magnitude << offset;
        // What `offset` pushed out of 128 bits.
        let mut high = if offset == 0 {
            0
        } else {
            (magnitude >> (128 - offset)) as u64
        };
        let mut rest = low;
        while rest != 0 || high != 0 {
            let part = i64::from(rest as u32);
            self.limbs[limb] += if negative { -part } else { part };
            rest = rest >> LIMB | u128::from(high as u32) << (128 - LIMB);
            high >>= LIMB;
            limb += 1;
        }
        self.deposits += 1;
        if self.deposits >= DEPOSITS {
            self.carry();
        }
    }

    /// Add ±`magnitude`·2^`shift` so many times; `magnitude` has at most 112 bits.
    fn add_times(&mut self, negative: bool, magnitude: u128, shift: u32, times: u64) {
        const DIGIT: u32 = 16;
        for digit in 0..u64::BITS / DIGIT {
            let times = times >> (DIGIT * digit) & ((1 << DIGIT) - 1);
            if times > 0 {
                self.add(
                    negative,
                    magnitude * u128::from(times),
                    shift + DIGIT * digit,
                );
            }
        }
    }

    /// Pass the carries on: afterwards every limb but the last is in 0..2^32.
    fn carry(&mut self) {
        let mut carry = 0;
        for limb in &mut self.limbs[..LIMBS - 1] {
            let value = *limb + carry;
            *limb = value & 0xFFFF_FFFF;
            carry = value >> LIMB;
        }
        self.limbs[LIMBS - 1] += carry;
        self.deposits = 0;
    }

    fn merge(&mut self, mut other: Self) {
        self.carry();
        other.carry();
        for (limb, more) in self.limbs.iter_mut().zip(other.limbs) {
            *limb += more;
        }
        self.carry();
    }

    /// Whether the value is negative, and its magnitude, lowest limb first.
    fn magnitude(&self) -> (bool, Vec<u32>) {
        let mut settled = self.clone();
        settled.carry();
        let negative = settled.limbs[LIMBS - 1] < 0;
        if negative {
            settled.limbs.iter_mut().for_each(|limb| *limb = -*limb);
            settled.carry();
        }
        let top = settled.limbs[LIMBS - 1] as u64;
        let low = settled.limbs[..LIMBS - 1].iter().map(|limb| *limb as u32);
        (
            negative,
            low.chain([top as u32, (top >> LIMB) as u32]).collect(),
        )
    }

    /// The value as a two's complement integer, lowest byte first.
    fn to_le_bytes(&self) -> Vec<u8> {
        let mut settled = self.clone();
        settled.carry();
        let low = settled.limbs[..LIMBS - 1]
            .iter()
            .flat_map(|limb| (*limb as u32).to_le_bytes());
        low.chain(settled.limbs[LIMBS - 1].to_le_bytes()).collect()
    }
}

/// Sign, mantissa and exponent above the lowest bit: x = ±mantissa·2^(shift + LOWEST).
#[inline]
fn parts(x: f64) -> (bool, u64, u32) {
    let bits = x.to_bits();
    let exponent = (bits >> 52 & 0x7FF) as u32;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, shift) = if exponent == 0 {
        (fraction, 0)
    } else {
        (fraction | 1 << 52, exponent - 1)
    };
    (bits >> 63 == 1, mantissa, shift)
}

/// An exact sum of finite doubles.
#[derive(Clone, Debug)]
pub struct ExactSum(Accumulator<68>);

impl Default for ExactSum {
    fn default() -> Self {
        Self(Accumulator::ZERO)
    }
}

impl ExactSum {
    /// The exponent of the lowest bit of [`Self::to_le_bytes`].
    pub const EXPONENT: i32 = LOWEST;

    /// Add a finite number so many times.
    #[inline]
    pub fn add(&mut self, x: f64, times: u64) {
        if x == 0.0 {
            return;
        }
        let (negative, mantissa, shift) = parts(x);
        self.0
            .add_times(negative, u128::from(mantissa), shift, times);
    }

    /// Add another sum.
    pub fn merge(&mut self, other: Self) {
        self.0.merge(other.0);
    }

    /// The nearest double, ties to even; infinite beyond the largest.
    #[must_use]
    pub fn rounded(&self) -> f64 {
        let (negative, limbs) = self.0.magnitude();
        let rounded = nearest(&limbs);
        if negative { -rounded } else { rounded }
    }

    /// The sum, divided by 2^`EXPONENT`, as a two's complement integer.
    #[must_use]
    pub fn to_le_bytes(&self) -> Vec<u8> {
        self.0.to_le_bytes()
    }
}

/// The double nearest to a whole number of the lowest bits of a double, ties to even; limbs of 32 bits, lowest first.
fn nearest(limbs: &[u32]) -> f64 {
    let Some(top) = limbs.iter().rposition(|limb| *limb != 0) else {
        return 0.0;
    };
    let limb = |place: usize| {
        place
            .checked_sub(2)
            .map_or(0, |place| u128::from(limbs[place]))
    };
    let high = limb(top + 2) << (2 * LIMB) | limb(top + 1) << LIMB | limb(top);
    let bits = top as u32 * LIMB + (LIMB - limbs[top].leading_zeros());
    let below = bits.saturating_sub(f64::MANTISSA_DIGITS);
    // `high` begins two limbs below the top one, which is below the number where that has fewer limbs.
    let shift = (below + 2 * LIMB).saturating_sub(top as u32 * LIMB);
    let (mantissa, rest) = ((high >> shift) as u64, high & ((1 << shift) - 1));
    let sticky = limbs[..top.saturating_sub(2)].iter().any(|limb| *limb != 0);
    let half = 1 << shift >> 1;
    let up = rest > half || rest == half && half > 0 && (sticky || mantissa & 1 == 1);
    // Rounded up to the next power of two, the exponent is one higher, as it should be.
    let rounded = (u64::from(below) << (f64::MANTISSA_DIGITS - 1)) + mantissa + u64::from(up);
    f64::from_bits(rounded.min(f64::INFINITY.to_bits()))
}

/// An exact sum of the squares of finite doubles.
#[derive(Clone, Debug)]
pub struct ExactSquares(Accumulator<136>);

impl Default for ExactSquares {
    fn default() -> Self {
        Self(Accumulator::ZERO)
    }
}

impl ExactSquares {
    /// The exponent of the lowest bit of [`Self::to_le_bytes`].
    pub const EXPONENT: i32 = 2 * LOWEST;

    /// Add the square of a finite number so many times.
    #[inline]
    pub fn add(&mut self, x: f64, times: u64) {
        let (_, mantissa, shift) = parts(x);
        let square = u128::from(mantissa) * u128::from(mantissa);
        self.0.add_times(false, square, 2 * shift, times);
    }

    /// Add a finite number, that is a part of a square, so many times.
    pub fn add_part(&mut self, x: f64, times: u64) {
        if x == 0.0 {
            return;
        }
        let (negative, mantissa, shift) = parts(x);
        let shift = shift + LOWEST.unsigned_abs();
        self.0
            .add_times(negative, u128::from(mantissa), shift, times);
    }

    /// Add another sum.
    pub fn merge(&mut self, other: Self) {
        self.0.merge(other.0);
    }

    /// The sum, divided by 2^`EXPONENT`, as a two's complement integer.
    #[must_use]
    pub fn to_le_bytes(&self) -> Vec<u8> {
        self.0.to_le_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(values: &[f64]) -> f64 {
        let mut sum = ExactSum::default();
        for value in values {
            sum.add(*value, 1);
        }
        sum.rounded()
    }

    #[test]
    fn sums_are_rounded_once() {
        let two53 = 9_007_199_254_740_992.0;
        let cases: [(&[f64], f64); 9] = [
            (&[], 0.0),
            (&[0.1], 0.1),
            (&[1e300, -1e300, -5e-324], -5e-324),
            (&[two53, 1.0], two53),
            (&[two53, 1.0, 5e-324], two53 + 2.0),
            (&[two53, 2.0, 1.0], two53 + 4.0),
            (&[-two53, -1.0, -5e-324], -two53 - 2.0),
            (&[f64::MAX, f64::MAX], f64::INFINITY),
            (
                &[f64::MIN_POSITIVE, -5e-324, f64::MIN_POSITIVE],
                4.450_147_717_014_402_3e-308,
            ),
        ];
        for (values, due) in cases {
            assert_eq!(sum(values).to_bits(), due.to_bits(), "{values:?}");
        }
    }

    #[test]
    fn a_sum_of_two_is_what_addition_gives() {
        let mut x = 1_u64;
        for _ in 0..100_000 {
            let mut next = || {
                x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                f64::from_bits(x)
            };
            let (a, b) = (next(), next());
            if a.is_finite() && b.is_finite() {
                let near = f64::from_bits(a.to_bits() ^ b.to_bits() >> 12);
                assert_eq!(sum(&[a, b]), a + b, "{a} {b}");
                assert_eq!(sum(&[a, -near]), a - near, "{a} {near}");
            }
        }
    }
}
