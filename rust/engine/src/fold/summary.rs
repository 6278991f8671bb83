//! Statistics of columns over all combinations: counts, extremes, exact sums, exact quantiles, states.

use std::ops::Range;

use super::{Chunks, ExactSquares, ExactSum, Fault, Strips, kept};
use crate::error::Result;
use crate::math::holds;
use crate::program::{Program, Schedule};
use crate::run::{Control, gather};
use crate::tape::Node;

/// A quantile is found digit by digit: this many bits of the value's key at a time.
const DIGIT_BITS: u32 = 16;
const DIGITS: u32 = u64::BITS / DIGIT_BITS;

/// A column to measure.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Its values.
    pub value: Node,
    /// Where it is null.
    pub null: Option<Node>,
}

/// What to sum up.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The columns.
    pub measures: Vec<Measure>,
    /// Which combinations are measured; all when there is none.
    pub keep: Option<Node>,
    /// The number of a combination's state, and how many states there are.
    pub state: Option<(Node, usize)>,
    /// Quantile q is element ⌊q·(n−1)⌋ of the sorted values.
    pub quantiles: Vec<f64>,
}

/// What was found out.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// How many combinations are kept.
    pub kept: u64,
    /// How many combinations are in each state, kept or not.
    pub states: Vec<u64>,
    /// One for each column.
    pub columns: Vec<ColumnStatistics>,
}

/// The statistics of one column over the kept combinations in which it is not null.
#[derive(Clone, Debug)]
pub struct ColumnStatistics {
    /// How many there are.
    pub count: u64,
    /// The smallest value; infinity when there is none.
    pub min: f64,
    /// The largest value; −infinity when there is none.
    pub max: f64,
    /// The sum, exactly.
    pub sum: ExactSum,
    /// The sum of the squares, exactly.
    pub squares: ExactSquares,
    /// The quantiles, in the order asked for; empty when there is no value.
    pub quantiles: Vec<f64>,
}

impl ColumnStatistics {
    fn new() -> Self {
        Self {
            count: 0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            sum: ExactSum::default(),
            squares: ExactSquares::default(),
            quantiles: vec![],
        }
    }

    #[inline]
    fn add(&mut self, value: f64) {
        // −0 and 0 are equal, and must be one extreme.
        let value = value + 0.0;
        self.count += 1;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        self.sum.add(value);
        self.squares.add(value);
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.sum.merge(other.sum);
        self.squares.merge(other.squares);
    }
}

impl Summary {
    /// The statistics of a range of rows.
    ///
    /// # Errors
    /// When a value that is not null is not finite, or the run was stopped.
    pub fn run(
        &self,
        program: &Program,
        rows: &Range<u64>,
        threads: usize,
        control: &Control,
    ) -> Result<Statistics> {
        let mut nodes: Vec<Node> = self.measures.iter().map(|measure| measure.value).collect();
        nodes.extend(self.measures.iter().filter_map(|measure| measure.null));
        nodes.extend(self.keep);
        let measured = nodes.len();
        nodes.extend(self.state.map(|(node, _)| node));
        let mut statistics = self.measure(program, rows, threads, control, &nodes)?;
        if !self.quantiles.is_empty() {
            let pass = Pass {
                summary: self,
                program,
                rows,
                threads,
                control,
                schedule: program.schedule(&nodes[..measured])?,
            };
            pass.quantiles(&mut statistics.columns)?;
        }
        Ok(statistics)
    }

    fn measure(
        &self,
        program: &Program,
        rows: &Range<u64>,
        threads: usize,
        control: &Control,
        nodes: &[Node],
    ) -> Result<Statistics> {
        let schedule = program.schedule(nodes)?;
        let chunks = Chunks::new(rows.clone(), program);
        let states = self.state.map_or(0, |(_, states)| states);
        let worker = || {
            let columns = vec![ColumnStatistics::new(); self.measures.len()];
            let statistics = Statistics {
                kept: 0,
                states: vec![0; states],
                columns,
            };
            (
                Strips::new(program.space(), &schedule, nodes.len()),
                statistics,
                Fault::default(),
            )
        };
        let workers = gather(
            chunks.count(),
            threads,
            worker,
            |(strips, statistics, fault), chunk| {
                strips.for_each(chunks.get(chunk), control, |region, values| {
                    let rows = region.rows() as usize;
                    let columns = Columns::new(self, values);
                    statistics.kept += (0..rows).filter(|&i| kept(columns.keep, i)).count() as u64;
                    if self.state.is_some() {
                        for state in &values[values.len() - 1] {
                            statistics.states[*state as usize] += 1;
                        }
                    }
                    for (which, column) in statistics.columns.iter_mut().enumerate() {
                        columns.for_each(which, rows, |i, value| {
                            if value.is_finite() {
                                column.add(value);
                            } else {
                                fault.note(
                                    region.first + i as u64,
                                    self.measures[which].value,
                                    value,
                                );
                            }
                        });
                    }
                    Ok(())
                })
            },
        )?;
        let columns = vec![ColumnStatistics::new(); self.measures.len()];
        let mut total = Statistics {
            kept: 0,
            states: vec![0; states],
            columns,
        };
        let mut fault = Fault::default();
        for (_, statistics, found) in workers {
            total.kept += statistics.kept;
            total
                .states
                .iter_mut()
                .zip(statistics.states)
                .for_each(|(total, count)| *total += count);
            for (column, other) in total.columns.iter_mut().zip(statistics.columns) {
                column.merge(other);
            }
            fault.merge(&found);
        }
        fault.check(program.tape())?;
        Ok(total)
    }
}

/// The values of a strip, by what they are for.
struct Columns<'a> {
    values: &'a [Vec<f64>],
    nulls: Vec<Option<&'a Vec<f64>>>,
    keep: Option<&'a Vec<f64>>,
}

impl<'a> Columns<'a> {
    fn new(summary: &Summary, values: &'a [Vec<f64>]) -> Self {
        let mut rest = values[summary.measures.len()..].iter();
        let nulls = summary
            .measures
            .iter()
            .map(|measure| measure.null.and_then(|_| rest.next()))
            .collect();
        let keep = summary.keep.and_then(|_| rest.next());
        Self {
            values,
            nulls,
            keep,
        }
    }

    /// The kept values of a column that are not null.
    fn for_each(&self, which: usize, rows: usize, mut each: impl FnMut(usize, f64)) {
        let null = self.nulls[which];
        for (i, &value) in self.values[which][..rows].iter().enumerate() {
            if kept(self.keep, i) && !null.is_some_and(|null| holds(null[i])) {
                each(i, value);
            }
        }
    }
}

/// The passes over the rows that find quantiles, one digit of the sorted values' keys at a time.
struct Pass<'a> {
    summary: &'a Summary,
    program: &'a Program,
    rows: &'a Range<u64>,
    threads: usize,
    control: &'a Control,
    schedule: Schedule,
}

/// The digits of a quantile found so far, and how many smaller values share them.
#[derive(Clone, Copy)]
struct Target {
    prefix: u64,
    rank: u64,
}

impl Pass<'_> {
    fn quantiles(&self, columns: &mut [ColumnStatistics]) -> Result<()> {
        let mut targets: Vec<Vec<Target>> = columns
            .iter()
            .map(|column| self.ranks(column.count))
            .collect();
        for digit in 0..DIGITS {
            let prefixes: Vec<Vec<u64>> = targets
                .iter()
                .map(|targets| {
                    let mut prefixes: Vec<u64> =
                        targets.iter().map(|target| target.prefix).collect();
                    prefixes.sort_unstable();
                    prefixes.dedup();
                    prefixes
                })
                .collect();
            let counts = self.count(digit, &prefixes)?;
            for ((targets, prefixes), counts) in targets.iter_mut().zip(&prefixes).zip(&counts) {
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
        self.summary
            .quantiles
            .iter()
            .map(|q| Target {
                prefix: 0,
                rank: ((q * last).floor() as u64).min(count - 1),
            })
            .collect()
    }

    /// How often each digit follows each prefix, for each column.
    fn count(&self, digit: u32, prefixes: &[Vec<u64>]) -> Result<Vec<Vec<Vec<u64>>>> {
        let empty = || -> Vec<Vec<Vec<u64>>> {
            prefixes
                .iter()
                .map(|prefixes| vec![vec![0; 1 << DIGIT_BITS]; prefixes.len()])
                .collect()
        };
        let chunks = Chunks::new(self.rows.clone(), self.program);
        let measures = self.summary.measures.len();
        let nodes = measures
            + self
                .summary
                .measures
                .iter()
                .filter(|measure| measure.null.is_some())
                .count()
            + usize::from(self.summary.keep.is_some());
        let worker = || {
            (
                Strips::new(self.program.space(), &self.schedule, nodes),
                empty(),
            )
        };
        let shift = u64::BITS - DIGIT_BITS * (digit + 1);
        let workers = gather(
            chunks.count(),
            self.threads,
            worker,
            |(strips, counts), chunk| {
                strips.for_each(chunks.get(chunk), self.control, |region, values| {
                    let columns = Columns::new(self.summary, values);
                    for (which, (counts, prefixes)) in counts.iter_mut().zip(prefixes).enumerate() {
                        columns.for_each(which, region.rows() as usize, |_, value| {
                            let key = to_key(value) >> shift;
                            if let Ok(at) = prefixes.binary_search(&(key >> DIGIT_BITS)) {
                                counts[at][key as usize & ((1 << DIGIT_BITS) - 1)] += 1;
                            }
                        });
                    }
                    Ok(())
                })
            },
        )?;
        let mut total = empty();
        for (_, counts) in workers {
            let all = total.iter_mut().flatten().flatten();
            all.zip(counts.into_iter().flatten().flatten())
                .for_each(|(total, count)| *total += count);
        }
        Ok(total)
    }
}

impl Target {
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

/// An integer that orders as the value does.
fn to_key(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

fn from_key(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 {
        key & !(1 << 63)
    } else {
        !key
    })
}
