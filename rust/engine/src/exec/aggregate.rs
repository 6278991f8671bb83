//! Folds over draws: the values that a node has in all draws become one.

use crate::numeric::kernels::{self, Simd};
use crate::numeric::moments::Moments;
use crate::tape::Fold;

/// Folds lines of values, with room of its own.
#[derive(Debug, Default)]
pub(crate) struct Folder {
    /// The values as whole numbers in the same order.
    keys: Vec<i64>,
}

impl Folder {
    /// What values become.
    pub(crate) fn fold(&mut self, simd: Simd, fold: Fold, values: &[f64]) -> f64 {
        let (mut least, mut most, mut finite) = (f64::INFINITY, f64::NEG_INFINITY, true);
        kernels::extremes(simd, values, &mut least, &mut most, &mut finite);
        if !finite {
            return f64::NAN;
        }
        match fold {
            // As it is for what no draw changes.
            Fold::Mean if least == most => least + 0.0,
            Fold::Mean => mean(simd, values, least.abs().max(most.abs())),
            Fold::Quantile(q) => self.quantile(values, f64::from_bits(q)) + 0.0,
        }
    }

    fn quantile(&mut self, values: &[f64], q: f64) -> f64 {
        let place = (q * (values.len() - 1) as f64).floor() as usize;
        self.keys.clear();
        self.keys.extend(values.iter().map(|value| key(*value)));
        let (_, found, _) = self.keys.select_nth_unstable(place);
        value(*found)
    }
}

fn mean(simd: Simd, values: &[f64], largest: f64) -> f64 {
    let mut moments = Moments::new(false);
    moments.add_finite(simd, values, largest, 1);
    moments.sum.rounded() / values.len() as f64
}

/// A whole number for each number but NaN, in the same order, −0 right before 0.
#[inline]
fn key(value: f64) -> i64 {
    flipped(value.to_bits().cast_signed())
}

/// The number that has a key.
fn value(key: i64) -> f64 {
    f64::from_bits(flipped(key).cast_unsigned())
}

/// The bits of negative numbers, but for the sign, the other way round.
#[inline]
fn flipped(bits: i64) -> i64 {
    bits ^ ((bits >> 63) & i64::MAX)
}
