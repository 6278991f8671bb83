//! Exact quantiles of columns, by passes over the combinations.

use super::reading::SummaryScratch;
use super::summary::{Pass, Summary};
use crate::error::Result;
use crate::exec::program::Program;
use crate::exec::walk::Walker;
use crate::numeric::kernels::{self, Simd};
use crate::numeric::scalar::{from_key, to_key};
use crate::run::{Control, gather};

/// A quantile is found digit by digit: this many bits of the value's key at a time.
const DIGIT_BITS: u32 = 16;
const DIGITS: u32 = u64::BITS / DIGIT_BITS;

/// Which of so many sorted values a quantile is.
pub(super) fn rank(q: f64, count: u64) -> u64 {
    let last = count.saturating_sub(1);
    ((q * last as f64).floor() as u64).min(last)
}

/// A round of the search for quantiles: for each column the prefixes, ascending, of which the next digit is asked for.
#[derive(Clone, Debug)]
pub struct Round {
    /// How many digits the prefixes have.
    pub digit: u32,
    /// For each column.
    pub prefixes: Vec<Vec<u64>>,
}

impl Round {
    /// No digit counted yet.
    #[must_use]
    pub fn nothing(&self) -> Digits {
        let counts = self.prefixes.iter();
        let none = |prefixes: &Vec<u64>| vec![vec![0; 1 << DIGIT_BITS]; prefixes.len()];
        Digits(counts.map(none).collect())
    }
}

/// For each column and each of its prefixes, how often each digit follows.
#[derive(Clone, Debug)]
pub struct Digits(pub Vec<Vec<Vec<u64>>>);

impl Digits {
    /// Add what was counted elsewhere in the same round.
    pub fn merge(&mut self, other: &Self) {
        let all = self.0.iter_mut().flatten().flatten();
        for (all, count) in all.zip(other.0.iter().flatten().flatten()) {
            *all += count;
        }
    }
}

/// What is known of the quantiles of columns.
#[derive(Clone, Debug)]
pub struct Ranks {
    digit: u32,
    targets: Vec<Vec<Target>>,
}

impl Ranks {
    /// Nothing, but for how many values each column has.
    #[must_use]
    pub fn new(quantiles: &[f64], counts: &[u64]) -> Self {
        let ranks = |count: &u64| {
            let target = |q: &f64| Target {
                prefix: 0,
                rank: rank(*q, *count),
            };
            let some = quantiles.iter().filter(|_| *count > 0);
            some.map(target).collect()
        };
        Self {
            digit: 0,
            targets: counts.iter().map(ranks).collect(),
        }
    }

    /// What is to be counted next; None when all is known.
    #[must_use]
    pub fn round(&self) -> Option<Round> {
        let prefixes = self.targets.iter().map(|targets| Target::prefixes(targets));
        (self.digit < DIGITS).then(|| Round {
            digit: self.digit,
            prefixes: prefixes.collect(),
        })
    }

    /// Take in what was counted.
    pub fn advance(&mut self, found: &Digits) {
        for (targets, counts) in self.targets.iter_mut().zip(&found.0) {
            let prefixes = Target::prefixes(targets);
            for target in targets {
                if let Ok(at) = prefixes.binary_search(&target.prefix) {
                    target.advance(&counts[at]);
                }
            }
        }
        self.digit += 1;
    }

    /// For each column its quantiles, in the order asked for.
    #[must_use]
    pub fn values(&self) -> Vec<Vec<f64>> {
        let value = |target: &Target| from_key(target.prefix);
        let columns = self.targets.iter();
        columns
            .map(|targets| targets.iter().map(value).collect())
            .collect()
    }
}

impl Summary {
    /// The quantiles of columns of which counts are known, digit by digit.
    pub(super) fn in_rounds(
        &self,
        counts: &[u64],
        programs: &[&Program],
        threads: usize,
        control: &Control,
    ) -> Result<Vec<Vec<f64>>> {
        let mut ranks = Ranks::new(&self.quantiles, counts);
        let passes = self.passes(programs)?;
        while let Some(round) = ranks.round() {
            ranks.advance(&self.digits(&passes, &round, threads, control)?);
        }
        Ok(ranks.values())
    }

    /// Count the digits of a round in all rows of some programs.
    pub(super) fn digits(
        &self,
        passes: &[Pass<'_>],
        round: &Round,
        threads: usize,
        control: &Control,
    ) -> Result<Digits> {
        let shift = u64::BITS - DIGIT_BITS * (round.digit + 1);
        let mut total = round.nothing();
        for (program, walk) in passes {
            let readings = self.columns(program, walk);
            let worker = || (walk.walker(), round.nothing(), SummaryScratch::default());
            let work = |(walker, counts, scratch): &mut Worker<'_>, chunk| {
                walker.for_each(walk.chunk(chunk), control, |walker, alive| {
                    let columns = readings.iter().zip(&round.prefixes).zip(&mut counts.0);
                    for ((reading, prefixes), counts) in columns.filter(|_| alive) {
                        let (values, times) = reading.read(walker, scratch);
                        count_digits(program.simd(), values, times, shift, prefixes, counts);
                    }
                    Ok(())
                })
            };
            for (_, counts, _) in gather(walk.chunks(), threads, worker, work)? {
                total.merge(&counts);
            }
        }
        Ok(total)
    }
}

/// What a worker of a round has: its walk, what it counted, and its buffers.
type Worker<'a> = (Walker<'a>, Digits, SummaryScratch);

/// How many values are looked at together for one that has a prefix.
const TOGETHER: usize = 64;

/// Count which digit of the values' keys, above `shift`, follows each prefix.
fn count_digits(
    simd: Simd,
    values: &[f64],
    times: u64,
    shift: u32,
    prefixes: &[u64],
    counts: &mut [Vec<u64>],
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
#[derive(Clone, Copy, Debug)]
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
