//! Exact quantiles in two passes. A fixed sample says between which values each quantile is nearly certain to be, its
//! *bracket*; the pass that sums up also counts the values below each bracket and those in each of its bins; and a
//! second pass, which bounds keep small, collects the values of the bins that the quantiles are in.

use super::quantiles::rank;
use super::reading::{ColumnReading, SummaryScratch};
use super::summary::Summary;
use crate::error::Result;
use crate::exec::program::Program;
use crate::exec::walk::Walk;
use crate::numeric::kernels::{self, BLOCK, Simd};
use crate::numeric::scalar::{from_key, to_key};
use crate::run::Control;

/// One combination of so many is in the sample,
const ROWS_PER_POINT: u64 = 1 << 8;
/// and no more than these.
const MOST_POINTS: u64 = 1 << 16;
/// A smaller sample says too little.
const LEAST_POINTS: u64 = 1 << 8;
/// A bracket has so many standard deviations of a sampled rank on either side of the rank, and a few values.
const DEVIATIONS: f64 = 5.0;
const FEW: f64 = 16.0;
/// A bracket is cut into at most this many bins.
const BINS: u64 = 1 << 10;
/// The fractional part of the golden ratio, as a part of 2^64: its multiples are spread evenly over a circle.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The keys from `low` to `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Keys {
    pub(super) low: u64,
    pub(super) high: u64,
}

impl Keys {
    /// Hand over the values that have these keys, as keys.
    pub(super) fn among(
        self,
        simd: Simd,
        values: &[f64],
        blocks: &mut Vec<u32>,
        mut each: impl FnMut(u64),
    ) -> u64 {
        let mut below = 0;
        blocks.clear();
        let ends = [from_key(self.low), from_key(self.high)];
        kernels::bracket(simd, values, ends, &mut below, blocks);
        for block in &*blocks {
            let values = values[*block as usize * BLOCK..].iter().take(BLOCK);
            for key in values.map(|value| to_key(*value)) {
                if (self.low..=self.high).contains(&key) {
                    each(key);
                }
            }
        }
        below
    }
}

/// Where a quantile should be, and what was counted there.
#[derive(Clone, Debug)]
pub(super) struct Bracket {
    keys: Keys,
    /// How many bits of a key's distance from the lowest do not matter to its bin.
    shift: u32,
    below: u64,
    bins: Vec<u64>,
}

/// Where a quantile is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// The bin.
    pub(super) keys: Keys,
    /// Which of the values of the bin it is, in their order.
    pub(super) rank: u64,
}

impl Bracket {
    fn new(keys: Keys) -> Self {
        let width = keys.high - keys.low;
        let shift = (u64::BITS - width.leading_zeros()).saturating_sub(BINS.trailing_zeros());
        Self {
            keys,
            shift,
            below: 0,
            bins: vec![0; (width >> shift) as usize + 1],
        }
    }

    /// Count values, so many times each.
    pub(super) fn count(&mut self, simd: Simd, values: &[f64], times: u64, blocks: &mut Vec<u32>) {
        let (low, shift, bins) = (self.keys.low, self.shift, &mut self.bins);
        let below = self.keys.among(simd, values, blocks, |key| {
            bins[((key - low) >> shift) as usize] += times;
        });
        self.below += below * times;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.below += other.below;
        for (count, more) in self.bins.iter_mut().zip(&other.bins) {
            *count += more;
        }
    }

    /// The bin in which the value of a rank is; None where it is not in the bracket.
    pub(super) fn find(&self, rank: u64) -> Option<Found> {
        let mut rank = rank.checked_sub(self.below)?;
        for (bin, &count) in self.bins.iter().enumerate() {
            if rank < count {
                let low = self.keys.low + ((bin as u64) << self.shift);
                let high = (low + ((1 << self.shift) - 1)).min(self.keys.high);
                return Some(Found {
                    keys: Keys { low, high },
                    rank,
                });
            }
            rank -= count;
        }
        None
    }
}

/// Brackets of each column, one for each quantile; none of a column of which too little is known.
pub(super) type Brackets = Vec<Vec<Bracket>>;

impl Summary {
    /// Where the quantiles of some programs should be.
    pub(super) fn brackets(&self, programs: &[&Program], control: &Control) -> Result<Brackets> {
        let rows = |program: &&Program| program.space().combinations();
        let all: u64 = programs.iter().map(rows).sum();
        let least = programs.iter().map(|one| one.blocks().prune_rows).min();
        // Where all spaces are to be pruned, all have brackets, narrow ones.
        let narrow = least == Some(0);
        let points = (all / ROWS_PER_POINT).min(MOST_POINTS);
        let drawn = programs.iter().any(|one| one.draws_group().is_some());
        if self.quantiles.is_empty() || drawn || (points < LEAST_POINTS && !narrow) {
            return Ok(vec![vec![]; self.measures.len()]);
        }
        let mut samples = vec![vec![]; self.measures.len()];
        for program in programs {
            let own = rows(program);
            let share = u128::from(points) * u128::from(own) / u128::from(all.max(1));
            self.sample(program, (share as u64).max(1), &mut samples, control)?;
        }
        let brackets = samples.into_iter().map(|mut sample| {
            sample.sort_unstable();
            if narrow {
                self.bracketed(&sample, 0.0)
            } else {
                self.bracketed(&sample, 1.0)
            }
        });
        Ok(brackets.collect())
    }

    /// The keys of the columns' values in so many combinations, spread over the space.
    fn sample(
        &self,
        program: &Program,
        points: u64,
        samples: &mut [Vec<u64>],
        control: &Control,
    ) -> Result<()> {
        let rows = u128::from(program.space().combinations());
        let spread = |point: u64| (u128::from(point.wrapping_mul(GOLDEN)) * rows) >> u64::BITS;
        let listed: Vec<usize> = (1..=points).map(|point| spread(point) as usize).collect();
        let groups: Vec<usize> = (0..program.space().sizes().len()).collect();
        let wanted = self.wanted(None);
        let part = program.listed(&groups, &listed, &wanted.nodes)?;
        let walk = Walk::new(&part, &wanted)?;
        let columns: Vec<ColumnReading> = self.columns(&part, &walk);
        let (mut walker, mut scratch) = (walk.walker(), SummaryScratch::default());
        for chunk in 0..walk.chunks() {
            walker.for_each(walk.chunk(chunk), &control.uncounted(), |walker, alive| {
                for (column, sample) in columns.iter().zip(&mut *samples).filter(|_| alive) {
                    let (values, times) = column.read(walker, &mut scratch);
                    let keys = values.iter().map(|value| to_key(*value));
                    sample.extend(keys.flat_map(|key| (0..times).map(move |_| key)));
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// The brackets of a column's quantiles, by the sorted keys of a sample; none where that is too small.
    fn bracketed(&self, sample: &[u64], margin: f64) -> Vec<Bracket> {
        let few = sample.is_empty() || ((sample.len() as u64) < LEAST_POINTS && margin > 0.0);
        let last = sample.len().saturating_sub(1) as f64;
        let bracket = |q: &f64| {
            let spread = margin * (DEVIATIONS * (last * q * (1.0 - q)).sqrt() + FEW);
            let (from, to) = ((q * last - spread).floor(), (q * last + spread).ceil());
            let at = |place: f64, beyond: f64| {
                let inside = (0.0..=last).contains(&place);
                if inside {
                    sample[place as usize]
                } else {
                    to_key(beyond)
                }
            };
            Bracket::new(Keys {
                low: at(from, f64::NEG_INFINITY),
                high: at(to, f64::INFINITY),
            })
        };
        let quantiles = self.quantiles.iter().filter(|_| !few);
        quantiles.map(bracket).collect()
    }

    /// The bins that the quantiles of a column of so many values are in; None where one is in none.
    pub(super) fn found(&self, count: u64, brackets: &[Bracket]) -> Option<Vec<Found>> {
        let found = self.quantiles.iter().zip(brackets);
        let found = found.map(|(q, bracket)| bracket.find(rank(*q, count)));
        found
            .collect::<Option<Vec<Found>>>()
            .filter(|found| found.len() == self.quantiles.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_rank_is_in_the_bin_that_has_it_or_its_bracket_is_missed(
            values in proptest::collection::vec(prop_oneof![-3..3, -1000..1000_i32].prop_map(f64::from), 1..300),
            ends in any::<[prop::sample::Index; 2]>(),
            times in 1_u64..4,
        ) {
            let mut sorted: Vec<u64> = values.iter().map(|value| to_key(*value)).collect();
            sorted.sort_unstable();
            let mut ends = ends.map(|end| end.index(sorted.len()));
            ends.sort_unstable();
            let [low, high] = ends.map(|end| sorted[end]);
            for simd in Simd::all_available() {
                let mut halves = [(); 2].map(|()| Bracket::new(Keys { low, high }));
                let (first, second) = values.split_at(values.len() / 2);
                halves[0].count(simd, first, times, &mut vec![]);
                halves[1].count(simd, second, times, &mut vec![]);
                let [mut bracket, other] = halves;
                bracket.merge(&other);
                for (place, key) in sorted.iter().enumerate() {
                    let found = bracket.find(place as u64 * times);
                    prop_assert_eq!(found.is_some(), (low..=high).contains(key));
                    if let Some(Found { keys, rank }) = found {
                        let before = sorted.iter().filter(|other| **other < keys.low).count() as u64;
                        prop_assert!((keys.low..=keys.high).contains(key));
                        prop_assert_eq!(rank + before * times, place as u64 * times);
                    }
                }
            }
        }
    }
}
