//! Exact quantiles of columns, by passes over the combinations.

use super::summary::{ColumnStatistics, Summary, SummaryScratch};
use crate::error::Result;
use crate::exec::program::Program;
use crate::exec::walk::{Walk, Walker};
use crate::numeric::kernels::{self, Simd};
use crate::numeric::scalar::{from_key, to_key};
use crate::run::{Control, gather};

/// A quantile is found digit by digit: this many bits of the value's key at a time.
const DIGIT_BITS: u32 = 16;
const DIGITS: u32 = u64::BITS / DIGIT_BITS;

/// For each prefix, how often each digit follows.
type Counts = Vec<Vec<u64>>;

impl Summary {
    /// Find the quantiles of columns whose values are counted.
    pub(super) fn find_quantiles(
        &self,
        program: &Program,
        threads: usize,
        control: &Control,
        columns: &mut [ColumnStatistics],
    ) -> Result<()> {
        let walk = Walk::new(program, &self.wanted(None))?;
        let readings = self.columns(program, &walk);
        let mut targets: Vec<Vec<Target>> = columns
            .iter()
            .map(|column| self.ranks(column.count))
            .collect();
        for digit in 0..DIGITS {
            let prefixes: Vec<Vec<u64>> = targets
                .iter()
                .map(|targets| Target::prefixes(targets))
                .collect();
            let empty = || -> Vec<Counts> {
                prefixes
                    .iter()
                    .map(|prefixes| vec![vec![0; 1 << DIGIT_BITS]; prefixes.len()])
                    .collect()
            };
            let shift = u64::BITS - DIGIT_BITS * (digit + 1);
            let worker = || (walk.walker(), empty(), SummaryScratch::default());
            let work =
                |(walker, counts, scratch): &mut (Walker<'_>, Vec<Counts>, SummaryScratch),
                 chunk| {
                    walker.for_each(walk.chunk(chunk), control, |walker, alive| {
                        for ((reading, prefixes), counts) in
                            readings.iter().zip(&prefixes).zip(counts.iter_mut())
                        {
                            if alive {
                                let (values, times) = reading.read(walker, scratch);
                                count_digits(
                                    program.simd(),
                                    values,
                                    times,
                                    shift,
                                    prefixes,
                                    counts,
                                );
                            }
                        }
                        Ok(())
                    })
                };
            let mut total = empty();
            for (_, counts, _) in gather(walk.chunks(), threads, worker, work)? {
                let all = total.iter_mut().flatten().flatten();
                for (total, count) in all.zip(counts.into_iter().flatten().flatten()) {
                    *total += count;
                }
            }
            for ((targets, prefixes), counts) in targets.iter_mut().zip(&prefixes).zip(&total) {
                for target in targets {
                    if let Ok(at) = prefixes.binary_search(&target.prefix) {
                        target.advance(&counts[at]);
                    }
                }
            }
        }
        for (column, targets) in columns.iter_mut().zip(targets) {
            column.quantiles = targets
                .into_iter()
                .map(|target| from_key(target.prefix))
                .collect();
        }
        Ok(())
    }

    fn ranks(&self, count: u64) -> Vec<Target> {
        if count == 0 {
            return vec![];
        }
        let last = (count - 1) as f64;
        let rank = |q: &f64| Target {
            prefix: 0,
            rank: ((q * last).floor() as u64).min(count - 1),
        };
        self.quantiles.iter().map(rank).collect()
    }
}

/// How many values are looked at together for one that has a prefix.
const TOGETHER: usize = 64;

/// Count which digit of the values' keys, above `shift`, follows each prefix.
fn count_digits(
    simd: Simd,
    values: &[f64],
    times: u64,
    shift: u32,
    prefixes: &[u64],
    counts: &mut Counts,
) {
    let digit = |key: u64| (key >> shift) as usize & ((1 << DIGIT_BITS) - 1);
    for (prefix, counts) in prefixes.iter().zip(counts) {
        // The first digit follows no prefix: all values have it.
        let Some(low) = prefix.checked_shl(shift + DIGIT_BITS) else {
            for value in values {
                counts[digit(to_key(*value))] += times;
            }
            continue;
        };
        let high = low | ((1 << (shift + DIGIT_BITS)) - 1);
        for values in values.chunks(TOGETHER) {
            let mut found = false;
            kernels::between(simd, values, from_key(low), from_key(high), &mut found);
            let keys = values.iter().filter(|_| found).map(|value| to_key(*value));
            for key in keys.filter(|key| (low..=high).contains(key)) {
                counts[digit(key)] += times;
            }
        }
    }
}

/// The digits of a quantile found so far, and how many smaller values share them.
#[derive(Clone, Copy)]
struct Target {
    prefix: u64,
    rank: u64,
}

impl Target {
    /// The different prefixes, ascending.
    fn prefixes(targets: &[Self]) -> Vec<u64> {
        let mut prefixes: Vec<u64> = targets.iter().map(|target| target.prefix).collect();
        prefixes.sort_unstable();
        prefixes.dedup();
        prefixes
    }

    /// Append the digit at which the rank is reached.
    fn advance(&mut self, counts: &[u64]) {
        for (digit, &count) in counts.iter().enumerate() {
            if self.rank < count {
                self.prefix = self.prefix << DIGIT_BITS | digit as u64;
                return;
            }
            self.rank -= count;
        }
    }
}
