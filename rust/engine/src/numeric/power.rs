//! Powers without branches: the same bits as `libm::pow`, in a form that becomes vectors.
//!
//! It is the same algorithm (FreeBSD's `e_pow.c`: log₂ x in two parts, times y in two parts, and 2 to the power of that),
//! for numbers that need none of its special cases.
//!
//! Copyright (C) 2004 by Sun Microsystems, Inc. All rights reserved. Permission to use, copy, modify, and distribute this
//! software is freely granted, provided that this notice is preserved.

#![allow(clippy::inline_always)]
// Constants are written, and numbers named, as in the original.
#![allow(
    clippy::unreadable_literal,
    clippy::excessive_precision,
    clippy::approx_constant
)]
#![allow(clippy::many_single_char_names)]
// Branches would keep loops from becoming vectors.
#![allow(clippy::needless_bitwise_bool, clippy::manual_range_contains)]

/// Stands for a power that is a special case: no power is NaN where it is none.
const SPECIAL: f64 = f64::NAN;

const LOW_WORD: u64 = 0xffff_ffff;
const HIGH_SIGN: u64 = 0x7fff_ffff;
/// Added to a small whole number, it puts it into the lowest bits.
const WHOLE: f64 = 6755399441055744.0;

/// Without the low half of its bits.
#[inline(always)]
fn high(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & !LOW_WORD)
}

/// log₂ of a positive normal number, in two parts, the first one short.
#[inline(always)]
fn log2(x: f64) -> (f64, f64) {
    const L: [f64; 6] = [
        5.99999999999994648725e-01,
        4.28571428578550184252e-01,
        3.33333329818377432918e-01,
        2.72728123808534006489e-01,
        2.30660745775561754067e-01,
        2.06975017800338417784e-01,
    ];
    const CP: f64 = 9.61796693925975554329e-01;
    const CP_HIGH: f64 = 9.61796700954437255859e-01;
    const CP_LOW: f64 = -7.02846165095275826516e-09;
    let word = x.to_bits() >> 32;
    let mantissa = word & 0x000fffff;
    // x = 2^n · a, with a near 1 or near 3/2.
    let (middle, upper) = (
        mantissa > 0x3988e && mantissa < 0xbb67a,
        mantissa >= 0xbb67a,
    );
    let exponent = (word >> 20)
        .wrapping_sub(0x3ff)
        .wrapping_add(u64::from(upper));
    let word = (mantissa | 0x3ff00000).wrapping_sub(u64::from(upper) << 20);
    let a = f64::from_bits(word << 32 | x.to_bits() & LOW_WORD);
    let near = if middle { 1.5 } else { 1.0 };
    let above_high = if middle {
        5.84962487220764160156e-01
    } else {
        0.0
    };
    let above_low = if middle {
        1.35003920212974897128e-08
    } else {
        0.0
    };
    // s = (a − near) ÷ (a + near), in two parts.
    let u = a - near;
    let v = 1.0 / (a + near);
    let s = u * v;
    let s_high = high(s);
    let sum = (word >> 1 | 0x20000000)
        .wrapping_add(0x00080000)
        .wrapping_add(u64::from(middle) << 18);
    let t_high = f64::from_bits(sum << 32);
    let t_low = a - (t_high - near);
    let s_low = v * ((u - s_high * t_high) - s_high * t_low);
    let s2 = s * s;
    let series = L[0] + s2 * (L[1] + s2 * (L[2] + s2 * (L[3] + s2 * (L[4] + s2 * L[5]))));
    let r = s2 * s2 * series + s_low * (s_high + s);
    let s2 = s_high * s_high;
    let t_high = high(3.0 + s2 + r);
    let t_low = r - ((t_high - 3.0) - s2);
    let u = s_high * t_high;
    let v = s_low * t_high + t_low * s;
    let p_high = high(u + v);
    let p_low = v - (p_high - u);
    let z_high = CP_HIGH * p_high;
    let z_low = CP_LOW * p_high + p_low * CP + above_low;
    let n = f64::from_bits(WHOLE.to_bits().wrapping_add(exponent)) - WHOLE;
    let first = high(((z_high + z_low) + above_high) + n);
    (first, z_low - (((first - n) - above_high) - z_high))
}

/// 2 to the power of a number in two parts, whose sum is `z`, neither very large nor very small.
#[inline(always)]
fn exp2(p_high: f64, p_low: f64, z: f64) -> f64 {
    const P: [f64; 5] = [
        1.66666666666666019037e-01,
        -2.77777777770155933842e-03,
        6.61375632143793436117e-05,
        -1.65339022054652515390e-06,
        4.13813679705723846039e-08,
    ];
    const LN2: f64 = 6.93147180559945286227e-01;
    const LN2_HIGH: f64 = 6.93147182464599609375e-01;
    const LN2_LOW: f64 = -1.90465429995776804525e-09;
    let rounded = (high(z) + 0.5_f64.copysign(z)).trunc();
    let beyond = z.to_bits() >> 32 & HIGH_SIGN > 0x3fe00000;
    let n = if beyond { rounded } else { 0.0 };
    let p_high = p_high - n;
    let t = high(p_low + p_high);
    let u = t * LN2_HIGH;
    let v = (p_low - (t - p_high)) * LN2 + t * LN2_LOW;
    let z = u + v;
    let w = v - (z - u);
    let t = z * z;
    let t1 = z - t * (P[0] + t * (P[1] + t * (P[2] + t * (P[3] + t * P[4]))));
    let r = (z * t1) / (t1 - 2.0) - (w + z * w);
    let scaled = (n + WHOLE).to_bits() << 52;
    f64::from_bits((1.0 - (r - z)).to_bits().wrapping_add(scaled))
}

/// Whether an exponent is no special case.
#[inline(always)]
pub(crate) fn is_plain(y: f64) -> bool {
    const LARGE: f64 = 1073741824.0;
    (y != 0.0) & (y.abs() != 1.0) & (y != 2.0) & (y != 0.5) & (y.abs() < LARGE)
}

/// x to the power of y, or [`SPECIAL`].
#[inline(always)]
pub(crate) fn power(x: f64, y: f64) -> f64 {
    let (t1, t2) = log2(x);
    let y1 = high(y);
    let p_low = (y - y1) * t1 + y * t2;
    let p_high = y1 * t1;
    let z = p_low + p_high;
    let found = exp2(p_high, p_low, z);
    let plain = (x >= f64::MIN_POSITIVE) & (x < f64::INFINITY) & (x != 1.0) & is_plain(y);
    if plain & (z.abs() < 1000.0) {
        found
    } else {
        SPECIAL
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same(x: f64, y: f64) -> bool {
        let found = power(x, y);
        found.is_nan() || found.to_bits() == libm::pow(x, y).to_bits()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200_000))]

        #[test]
        fn powers_are_those_of_libm(x in any::<f64>(), y in any::<f64>(), near in 0.01..100.0_f64, some in -40.0..40.0_f64) {
            prop_assert!(same(x.abs(), some), "{x} {some}");
            prop_assert!(same(near, y), "{near} {y}");
            prop_assert!(same(near, some) && !power(near, some).is_nan(), "{near} {some}");
            prop_assert!(same(near, some.round() / 2.0), "{near} {some}");
            prop_assert!(same(1.0 + y.fract() * 1e-9, some * 1e6), "{y} {some}");
        }
    }

    #[test]
    fn special_cases_are_told() {
        let strange = [0.0, -0.0, 1.0, -1.0, f64::NAN, f64::INFINITY, -2.5, 1e-310];
        for x in strange {
            assert!(power(x, 2.5).is_nan(), "{x}");
        }
        for y in [0.0, 1.0, -1.0, 2.0, 0.5, f64::NAN, f64::INFINITY, 1e300] {
            assert!(power(3.0, y).is_nan(), "{y}");
        }
    }
}
