//! The points of some groups compared with each other: which of them an earlier one dominates.

use super::equivalence::{Classes, numbered};
use super::separators::{Bottleneck, GroupTable};
use super::spread::Spread;
use super::{Literal, Part, is_met};
use crate::prune::factors::{self, Product};
use crate::prune::monotonicity::Direction;

/// Of points that are compared no more than this may be left.
const MOST_KEPT: usize = 1 << 12;

/// What is minimised, at each point.
struct Comparison {
    /// What a point has where it is compared with others that it may dominate,
    lead: Vec<f64>,
    /// and where it may be dominated.
    own: Vec<f64>,
    /// Points of the same number have the same value, whatever the columns say.
    same: Option<Vec<f64>>,
}

/// The points of some groups, as they are compared with each other.
pub(super) struct Compared {
    /// Whether all conditions hold.
    alive: Vec<bool>,
    /// Points are compared where these are equal.
    classes: Classes,
    columns: Vec<Comparison>,
    /// What each adds to the number of its row, and of its cell.
    rows: Vec<u64>,
    cells: Vec<u32>,
}

impl Compared {
    pub(super) fn new(
        part: &Part,
        bottleneck: &Bottleneck,
        values: &[GroupTable],
        points: usize,
    ) -> Self {
        let spread = Spread::new(&bottleneck.groups, part.program.sizes());
        let mut compared = Self {
            alive: vec![true; points],
            classes: Classes::new(points),
            columns: vec![],
            rows: vec![0; points],
            cells: vec![0; points],
        };
        for group in &bottleneck.fixed {
            let digits = spread.digits(*group);
            compared.classes.split(&digits);
        }
        for group in &bottleneck.groups {
            compared.group(&spread, part, *group);
        }
        for ((node, direction), table) in bottleneck.nodes.iter().zip(values) {
            let conditions = bottleneck
                .conditions
                .iter()
                .filter(|(other, _)| other == node);
            let conditions: Vec<Literal> = conditions.copied().collect();
            compared.node(&spread, *direction, &conditions, table);
        }
        // Points that are compared with no other need no more columns.
        if compared.classes.count < points as u64 {
            for (product, direction) in &bottleneck.compounds {
                compared.product(&spread, bottleneck, values, product, *direction);
            }
        }
        compared
    }

    /// Compare by a node, too.
    fn node(
        &mut self,
        spread: &Spread<'_>,
        direction: Direction,
        conditions: &[Literal],
        table: &GroupTable,
    ) {
        let (over, values) = table;
        for condition in conditions {
            for (alive, value) in self.alive.iter_mut().zip(spread.out(over, values)) {
                *alive &= is_met(*condition, value);
            }
            // Where a truth value is what it must be, it is the same.
            let truths = [0.0_f64, 1.0].map(f64::to_bits);
            if values.iter().all(|value| truths.contains(&value.to_bits())) {
                return;
            }
        }
        if direction == Direction::Fixed {
            let bits = numbered(values.iter().map(|value| value.to_bits()));
            self.classes.split(&spread.out(over, &bits));
            return;
        }
        if values.iter().any(|value| value.is_nan()) {
            let missing = numbered(values.iter().map(|value| value.is_nan()));
            self.classes.split(&spread.out(over, &missing));
        }
        if direction.is_optimised() {
            let sign = direction.sign();
            let signed = values
                .iter()
                .map(|value| if value.is_nan() { 0.0 } else { value * sign });
            let own = spread.out(over, &signed.collect::<Vec<f64>>());
            self.columns.push(Comparison {
                lead: own.clone(),
                own,
                same: None,
            });
        }
    }

    /// Compare by a product, too: one is below another if it is so by more than roundings can be off.
    fn product(
        &mut self,
        spread: &Spread<'_>,
        bottleneck: &Bottleneck,
        values: &[GroupTable],
        product: &Product,
        direction: Direction,
    ) {
        let (mut parts, mut exact): (Vec<Factors<'_>>, bool) = (vec![], true);
        for (factor, times) in &product.factors {
            let which = bottleneck.nodes.iter().position(|(node, _)| node == factor);
            let Some((over, values)) = which.map(|which| &values[which]) else {
                // It is cancelled, and what is equal without it may be rounded differently.
                exact = false;
                continue;
            };
            let place = parts
                .iter()
                .position(|part| part.over == over)
                .unwrap_or_else(|| {
                    parts.push(Factors::new(over, values.len()));
                    parts.len() - 1
                });
            parts[place].multiply(values, *times);
        }
        let mut result = vec![1.0; self.rows.len()];
        let mut same = Classes::new(self.rows.len());
        for part in parts {
            for (result, value) in result.iter_mut().zip(spread.out(part.over, &part.values)) {
                *result = factors::sound(*result * value);
            }
            let numbers: Vec<f64> = part.same.of.into_iter().map(f64::from).collect();
            same.split(&spread.out(part.over, &numbers));
        }
        let margin = product.margin();
        let wider = |value: &f64| {
            if direction == Direction::Maximise {
                -value / margin
            } else {
                value * margin
            }
        };
        self.columns.push(Comparison {
            lead: result.iter().map(wider).collect(),
            own: result
                .iter()
                .map(|value| value * direction.sign())
                .collect(),
            same: exact.then(|| same.of.into_iter().map(f64::from).collect()),
        });
    }

    /// Know rows and cells by a group, too.
    fn group(&mut self, spread: &Spread<'_>, part: &Part, group: usize) {
        let digits = spread.digits(group);
        let (space, adds) = (part.program.space(), &part.adds[group]);
        for (row, digit) in self.rows.iter_mut().zip(&digits) {
            *row += space.offset(group, *digit as usize);
        }
        if !adds.is_empty() {
            for (cell, digit) in self.cells.iter_mut().zip(&digits) {
                *cell += adds[*digit as usize];
            }
            let cells = numbered(adds.iter().copied());
            self.classes.split(&spread.out(&[group], &cells));
        }
    }

    /// The points that no earlier row dominates, by cell and then by row; None where too little is left out to find
    /// out by comparing each with each.
    pub(super) fn kept(&self) -> Option<Vec<usize>> {
        let mut kept = vec![];
        let (mut best, mut own) = (vec![], vec![]);
        for class in self.classes.members(&self.alive, &self.rows) {
            best.clear();
            let before = kept.len();
            // Where nothing is compared all are alike.
            let alike = self.columns.is_empty();
            for point in class.into_iter().take(if alike { 1 } else { usize::MAX }) {
                let numbered = |column: &Comparison| column.number(point);
                own.clear();
                own.extend(
                    self.columns
                        .iter()
                        .map(|column| (column.own[point], numbered(column))),
                );
                if dominated(&mut best, &own) {
                    continue;
                }
                best.extend(
                    self.columns
                        .iter()
                        .map(|column| (column.lead[point], numbered(column))),
                );
                kept.push(point);
                if kept.len() - before > MOST_KEPT {
                    return None;
                }
            }
        }
        kept.sort_unstable_by_key(|point| (self.cells[*point], self.rows[*point]));
        Some(kept)
    }
}

/// The factors of a product that vary over the same groups, as one.
struct Factors<'a> {
    over: &'a [usize],
    values: Vec<f64>,
    /// Where it is made of the same factors.
    same: Classes,
}

impl<'a> Factors<'a> {
    fn new(over: &'a [usize], values: usize) -> Self {
        Self {
            over,
            values: vec![1.0; values],
            same: Classes::new(values),
        }
    }

    fn multiply(&mut self, factor: &[f64], times: i32) {
        for (value, factor) in self.values.iter_mut().zip(factor) {
            for _ in 0..times.unsigned_abs() {
                let next = if times > 0 {
                    *value * factor
                } else {
                    *value / factor
                };
                // Nothing is said of a product that gets too large or too small on the way.
                *value = factors::sound(next);
            }
        }
        let bits = factor.iter().map(|value| value.to_bits());
        self.same.split(&numbered(bits));
    }
}

impl Comparison {
    fn number(&self, point: usize) -> f64 {
        self.same.as_ref().map_or(f64::NAN, |same| same[point])
    }
}

/// Whether one of the best, so many values each, is nowhere worse. It then comes sooner: it is likely to be it again.
fn dominated(best: &mut [(f64, f64)], own: &[(f64, f64)]) -> bool {
    let width = own.len();
    let below =
        |(lead, number): &(f64, f64), (own, other): &(f64, f64)| lead <= own || number == other;
    let found = best
        .chunks_exact(width.max(1))
        .position(|lead| lead.iter().zip(own).all(|(lead, own)| below(lead, own)));
    if let Some(place) = found {
        let sooner = place / 2 * width;
        for i in 0..width {
            best.swap(place * width + i, sooner + i);
        }
    }
    found.is_some()
}
