//! Statistics of columns over all combinations: counts, extremes, exact sums, exact quantiles, states.

use std::ops::Range;

use super::brackets::{Bracket, Brackets};
use super::quantiles::{Digits, Round};
use super::reading::{Reading, SummaryScratch};
use crate::error::Result;
use crate::exec::fault::Fault;
use crate::exec::measure::Measure;
use crate::exec::program::Program;
use crate::exec::walk::{Walk, Walker, Wanted};
use crate::numeric::kernels::Simd;
use crate::numeric::moments::Moments;
use crate::run::{Control, gather};
use crate::tape::Node;

/// What to sum up.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The columns.
    pub measures: Vec<Measure>,
    /// Which combinations are measured; all when there is none.
    pub keep: Option<Node>,
    /// The number of a combination's state, and how many states there are.
    pub state: Option<(Node, usize)>,
    /// Whether the squares are summed up, as standard deviations need them.
    pub squares: bool,
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
    /// The sum and, where it is asked for, that of the squares, exactly.
    pub moments: Moments,
    /// The quantiles, in the order asked for; empty when there is no value.
    pub quantiles: Vec<f64>,
    /// Where they should be, one for each.
    brackets: Vec<Bracket>,
}

impl Statistics {
    fn merge(&mut self, other: Self) {
        self.kept += other.kept;
        for (all, count) in self.states.iter_mut().zip(other.states) {
            *all += count;
        }
        for (column, other) in self.columns.iter_mut().zip(other.columns) {
            column.merge(other);
        }
    }
}

impl ColumnStatistics {
    fn new(squares: bool, brackets: Vec<Bracket>) -> Self {
        Self {
            count: 0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            moments: Moments::new(squares),
            quantiles: vec![],
            brackets,
        }
    }

    /// Take in some values, so many times each; whether all are finite. If not, the statistics are spoiled.
    fn add(&mut self, simd: Simd, values: &[f64], times: u64, blocks: &mut Vec<u32>) -> bool {
        for bracket in &mut self.brackets {
            bracket.count(simd, values, times, blocks);
        }
        self.count += values.len() as u64 * times;
        let extremes = [&mut self.min, &mut self.max];
        self.moments.add(simd, values, times, extremes)
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.moments.merge(other.moments);
        for (bracket, other) in self.brackets.iter_mut().zip(&other.brackets) {
            bracket.merge(other);
        }
    }
}

impl Summary {
    /// The statistics of the combinations of a range.
    ///
    /// # Errors
    /// When a value that is not null is not finite, there is no such range, or the run was stopped.
    pub fn run(
        &self,
        program: &Program,
        rows: &Range<u64>,
        threads: usize,
        control: &Control,
    ) -> Result<Statistics> {
        let boxes = program.boxes(rows)?;
        let programs: Vec<&Program> = boxes.iter().map(|(_, part)| &**part).collect();
        let brackets = self.brackets(&programs, control)?;
        let mut statistics = self.nothing(&brackets);
        for program in &programs {
            statistics.merge(self.measure(program, &brackets, threads, control)?);
        }
        self.find_quantiles(&mut statistics.columns, &programs, threads, control)?;
        Ok(statistics)
    }

    /// How often each digit follows what is known of quantiles, in the combinations of a range.
    ///
    /// # Errors
    /// When there is no such range, or the run was stopped.
    pub fn round(
        &self,
        program: &Program,
        rows: &Range<u64>,
        round: &Round,
        threads: usize,
        control: &Control,
    ) -> Result<Digits> {
        let boxes = program.boxes(rows)?;
        let programs: Vec<&Program> = boxes.iter().map(|(_, part)| &**part).collect();
        self.digits(&self.passes(&programs)?, round, threads, control)
    }

    /// Find the quantiles of columns from what was counted: in what bounds leave open of the space, or digit by digit
    /// where one is not in its bracket.
    fn find_quantiles(
        &self,
        columns: &mut [ColumnStatistics],
        programs: &[&Program],
        threads: usize,
        control: &Control,
    ) -> Result<()> {
        if self.quantiles.is_empty() {
            return Ok(());
        }
        let mut missed = vec![];
        for (which, (column, measure)) in columns.iter_mut().zip(&self.measures).enumerate() {
            let found = match self.found(column.count, &column.brackets) {
                _ if column.count == 0 => Some(vec![]),
                Some(found) => self.collected(*measure, &found, programs, threads, control)?,
                None => None,
            };
            match found {
                Some(quantiles) => column.quantiles = quantiles,
                None => missed.push(which),
            }
        }
        if missed.is_empty() {
            return Ok(());
        }
        let rest = Self {
            measures: missed.iter().map(|which| self.measures[*which]).collect(),
            ..self.clone()
        };
        let counts: Vec<u64> = missed.iter().map(|which| columns[*which].count).collect();
        let found = rest.in_rounds(&counts, programs, threads, control)?;
        for (which, quantiles) in missed.into_iter().zip(found) {
            columns[which].quantiles = quantiles;
        }
        Ok(())
    }

    /// What goes through the rows of each program in a round.
    pub(super) fn passes<'a>(&self, programs: &[&'a Program]) -> Result<Vec<Pass<'a>>> {
        let pass = |program: &&'a Program| -> Result<Pass<'a>> {
            Ok((*program, Walk::new(program, &self.wanted(None))?))
        };
        programs.iter().map(pass).collect()
    }

    /// What a pass over the combinations computes.
    pub(super) fn wanted(&self, always: Option<Node>) -> Wanted {
        let measured = self.measures.iter().flat_map(Measure::nodes);
        Wanted {
            always: always.into_iter().collect(),
            keep: self.keep,
            nodes: measured.chain(self.keep).collect(),
            lanes: vec![],
        }
    }

    fn nothing(&self, brackets: &Brackets) -> Statistics {
        Statistics {
            kept: 0,
            states: vec![0; self.state.map_or(0, |(_, states)| states)],
            columns: brackets
                .iter()
                .map(|brackets| ColumnStatistics::new(self.squares, brackets.clone()))
                .collect(),
        }
    }

    fn measure(
        &self,
        program: &Program,
        brackets: &Brackets,
        threads: usize,
        control: &Control,
    ) -> Result<Statistics> {
        let walk = Walk::new(program, &self.wanted(self.state.map(|(node, _)| node)))?;
        let columns = self.columns(program, &walk);
        let keep = self.keep.map(|keep| Reading::new(program, &walk, &[keep]));
        let state = self
            .state
            .map(|(state, _)| Reading::new(program, &walk, &[state]));
        let worker = || {
            (
                walk.walker(),
                self.nothing(brackets),
                Fault::default(),
                SummaryScratch::default(),
                vec![],
            )
        };
        let work = |(walker, statistics, fault, scratch, blocks): &mut Worker<'_>, chunk| {
            walker.for_each(walk.chunk(chunk), control, |walker, alive| {
                if let Some(state) = &state {
                    state.count(walker, scratch, &mut statistics.states);
                }
                if !alive {
                    return Ok(());
                }
                statistics.kept += match &keep {
                    None => walker.rows(),
                    Some(keep) => keep.held(program.simd(), walker, scratch),
                };
                for (column, found) in columns.iter().zip(&mut statistics.columns) {
                    let (values, times) = column.read(walker, scratch);
                    if !found.add(program.simd(), values, times, blocks) {
                        column.note_faults(walker, scratch, fault);
                    }
                }
                Ok(())
            })
        };
        let mut total = self.nothing(brackets);
        let mut fault = Fault::default();
        for (_, statistics, found, ..) in gather(walk.chunks(), threads, worker, work)? {
            total.merge(statistics);
            fault.merge(&found);
        }
        fault.check(program.tape())?;
        Ok(total)
    }
}

/// A program, and what goes through its rows.
pub(super) type Pass<'a> = (&'a Program, Walk<'a>);

/// What a worker of the first pass has: its walk, what it found, what went wrong, and its buffers.
type Worker<'a> = (Walker<'a>, Statistics, Fault, SummaryScratch, Vec<u32>);
