//! Dominance: combinations of some digits that are at no point better than an earlier one are left out.
//!
//! What is asked for depends on some groups only through a few nodes, the *bottleneck*. Where it is known of each
//! whether it shall be small or large, digits whose values there are nowhere better than those of an earlier row can
//! neither win nor tie to win, whatever the other groups are.

use std::collections::HashMap;

use super::spread::Spread;
use super::{Goal, Literal, Part, is_met};
use crate::demand::{Demand, demands};
use crate::enclose::enclose;
use crate::error::Result;
use crate::plan::mask;
use crate::product::{self, Product, products};
use crate::program::{Leaf, Program};
use crate::run::Control;
use crate::tape::{Node, Op};

/// So many points are looked at for each combination of the space, at most.
const SHARE: u64 = 64;
/// And no more than this.
const MOST_POINTS: u64 = 1 << 20;
/// Groups become one where so large a part of their points is left out: a quarter.
const WORTH: usize = 4;
/// Tables may take so many times the values that they had, or should have been allowed to have.
const SWOLLEN: usize = 2;
const SMALL: usize = 1 << 18;
/// How many sets of groups are tried.
const TRIALS: usize = 16;
/// Classes are numbered by a table of at most so many entries for each point.
const DENSE: u64 = 8;
/// Of points that are compared no more than this may be left.
const MOST_KEPT: usize = 1 << 12;
/// A bottleneck of more nodes with a direction leaves nothing out.
const MOST_DIRECTIONS: usize = 12;

impl Part {
    /// What is left when digits that cannot win, of single groups and of several together, are left out; nothing when
    /// no row is kept.
    ///
    /// # Errors
    /// When the run was stopped.
    pub(crate) fn reduced(
        self,
        goal: &Goal,
        threads: usize,
        control: &Control,
    ) -> Result<Option<Self>> {
        let intervals = enclose(&self.program);
        let finite = |(node, _): &(Node, Demand)| intervals[*node as usize].is_finite();
        let (mut part, mut group) = if goal.objectives.iter().all(finite) {
            (self, 0)
        } else {
            // More is known of what is searched for when it is found.
            (self.with_tables(goal, threads, control)?, 0)
        };
        while group < part.program.space().sizes().len() {
            match part.without_dominated(goal, &[group], threads, control)? {
                Outcome::Nothing => return Ok(None),
                // It has become the first.
                Outcome::Less(less) => part = *less,
                Outcome::Same => {}
            }
            group += 1;
        }
        let mut trials = TRIALS;
        while trials > 0 {
            let mut found = None;
            for groups in part.candidates(goal)? {
                trials = trials.saturating_sub(1);
                match part.without_dominated(goal, &groups, threads, control)? {
                    Outcome::Nothing => return Ok(None),
                    Outcome::Less(less) => {
                        found = Some(less);
                        break;
                    }
                    Outcome::Same if trials == 0 => break,
                    Outcome::Same => {}
                }
            }
            match found {
                Some(less) => part = *less,
                None => break,
            }
        }
        Ok(Some(part))
    }

    /// Sets of groups worth a look: those that some node varies over, the smallest first. Where all of them make cells
    /// no two points are compared.
    fn candidates(&self, goal: &Goal) -> Result<Vec<Vec<usize>>> {
        let (program, space) = (&self.program, self.program.space());
        let needed = program.tape().needed(&goal.nodes())?;
        let outer = (1_u64 << space.sizes().len()) - 1;
        let celled = (0..self.adds.len()).filter(|group| !self.adds[*group].is_empty());
        let celled = mask(&celled.collect::<Vec<_>>());
        let most = (space.combinations() / SHARE).min(MOST_POINTS);
        let masks = program.masks().iter().zip(needed);
        let mut sets: Vec<u64> = masks
            .filter(|(mask, needed)| *needed && **mask & !outer == 0 && mask.count_ones() > 1)
            .map(|(mask, _)| *mask)
            .filter(|mask| mask & !celled != 0 && program.points(*mask) as u64 <= most)
            .collect();
        sets.sort_unstable_by_key(|mask| (program.points(*mask), *mask));
        sets.dedup();
        let groups = |mask: u64| {
            (0..space.sizes().len())
                .filter(|group| mask >> group & 1 == 1)
                .collect()
        };
        Ok(sets.into_iter().map(groups).collect())
    }

    fn without_dominated(
        &self,
        goal: &Goal,
        groups: &[usize],
        threads: usize,
        control: &Control,
    ) -> Result<Outcome> {
        let program = &self.program;
        let points = program.points(mask(groups));
        if points < 2 {
            return Ok(Outcome::Same);
        }
        let Some(bottleneck) = Bottleneck::new(program, goal, groups) else {
            return Ok(Outcome::Same);
        };
        let values = bottleneck.tabulated(program, threads, control)?;
        let compared = Compared::new(self, &bottleneck, &values, points);
        let Some(kept) = compared.kept() else {
            return Ok(Outcome::Same);
        };
        if kept.is_empty() {
            return Ok(Outcome::Nothing);
        }
        if groups.len() > 1 && kept.len() > points - points / WORTH || kept.len() == points {
            return Ok(Outcome::Same);
        }
        let known = bottleneck
            .nodes
            .iter()
            .zip(values)
            .map(|((node, _), (groups, values))| {
                (
                    *node,
                    Leaf {
                        groups,
                        values: values.into(),
                    },
                )
            });
        let part = Self {
            program: program.with_tables(known.collect())?,
            adds: self.adds.clone(),
        };
        if part.swells(groups, kept.len(), goal)? {
            return Ok(Outcome::Same);
        }
        let listed = part.listed(groups, &kept, goal)?;
        Ok(Outcome::Less(Box::new(listed)))
    }

    /// Whether tables would have many more values if so many points of some groups became one group.
    fn swells(&self, groups: &[usize], points: usize, goal: &Goal) -> Result<bool> {
        let (program, within) = (&self.program, mask(groups));
        let reached = program.tape().reached(&goal.nodes())?;
        let (mut before, mut after) = (0_usize, 0_usize);
        for (node, mask) in program
            .masks()
            .iter()
            .enumerate()
            .filter(|(node, _)| reached[*node])
        {
            if matches!(program.tape().ops()[node], Op::Leaf(_)) {
                let others = program.points(mask & !within);
                before = before.saturating_add(program.points(*mask));
                after = after.saturating_add(if mask & within == 0 {
                    others
                } else {
                    others.saturating_mul(points)
                });
            }
        }
        Ok(after > before.max(SMALL).saturating_mul(SWOLLEN))
    }
}

enum Outcome {
    /// No row is kept.
    Nothing,
    Less(Box<Part>),
    Same,
}

/// The nodes through which some groups reach all that is asked for.
struct Bottleneck {
    groups: Vec<usize>,
    /// The nodes, and what is wanted of them.
    nodes: Vec<(Node, Demand)>,
    /// Products of nodes among these, with what is wanted of them.
    compounds: Vec<(Product, Demand)>,
    /// Groups that something depends on in another way: their digits must be equal.
    fixed: Vec<usize>,
    /// Conditions on the nodes: where one is not met, nothing is kept.
    conditions: Vec<Literal>,
}

impl Bottleneck {
    /// None where nothing can be left out.
    fn new(program: &Program, goal: &Goal, groups: &[usize]) -> Option<Self> {
        let intervals = enclose(program);
        // What is left out must not be what should be finite and is not.
        if goal
            .objectives
            .iter()
            .any(|(node, _)| !intervals[*node as usize].is_finite())
        {
            return None;
        }
        let (within, masks) = (mask(groups), program.masks());
        let products = products(program, &intervals);
        let factors = |node: Node| factors_within(products[node as usize].as_ref()?, masks, within);
        let demands = demands(
            program,
            &intervals,
            &goal.wanted(program, &intervals),
            within,
            |node| factors(node).is_some(),
        );
        let (mut nodes, mut compounds, mut fixed) = (vec![], vec![], 0);
        for (node, (&demand, varies)) in demands.iter().zip(masks).enumerate() {
            if demand == Demand::Nothing || varies & within == 0 {
                continue;
            }
            let node = node as Node;
            if varies & !within == 0 {
                nodes.push((node, demand));
            } else if demand.has_direction()
                && let Some(product) = factors(node)
            {
                compounds.push((product, demand));
            } else if matches!(program.tape().ops()[node as usize], Op::Leaf(_)) {
                fixed |= varies & within;
            }
        }
        let directions = nodes.iter().filter(|(_, demand)| demand.has_direction());
        if fixed == within || directions.count() + compounds.len() > MOST_DIRECTIONS {
            return None;
        }
        // What is read only as a factor stays what it is.
        let parts = compounds
            .iter()
            .flat_map(|(product, _)| product.factors.iter().map(|(node, _)| *node));
        let mut parts: Vec<Node> = parts
            .filter(|part| masks[*part as usize] & !within == 0)
            .filter(|part| nodes.iter().all(|(node, _)| node != part))
            .collect();
        parts.sort_unstable();
        parts.dedup();
        nodes.extend(parts.into_iter().map(|part| (part, Demand::Nothing)));
        let conditions = program.tape().literals(goal.keep).into_iter();
        let among = |(condition, _): &Literal| nodes.iter().any(|(node, _)| node == condition);
        Some(Self {
            groups: groups.to_vec(),
            fixed: groups
                .iter()
                .copied()
                .filter(|group| fixed >> group & 1 == 1)
                .collect(),
            conditions: conditions.filter(among).collect(),
            nodes,
            compounds,
        })
    }

    /// The values of each node, over no more groups than it varies over.
    fn tabulated(
        &self,
        program: &Program,
        threads: usize,
        control: &Control,
    ) -> Result<Vec<Table>> {
        let mut tables: Vec<Table> = vec![(vec![], vec![]); self.nodes.len()];
        let mut masks: HashMap<u64, Vec<usize>> = HashMap::new();
        for (which, (node, _)) in self.nodes.iter().enumerate() {
            masks
                .entry(program.masks()[*node as usize])
                .or_default()
                .push(which);
        }
        for which in masks.into_values() {
            let nodes: Vec<Node> = which.iter().map(|which| self.nodes[*which].0).collect();
            let groups = program.groups(nodes[0]);
            let found = program.tabulate(&nodes, &groups, threads, control)?;
            for (which, values) in which.into_iter().zip(found) {
                tables[which] = (groups.clone(), values);
            }
        }
        Ok(tables)
    }
}

/// Groups, and values over them, the last one fastest.
type Table = (Vec<usize>, Vec<f64>);

/// What shall be small at each point.
struct Column {
    /// What a point has where it is compared with others that it may dominate,
    lead: Vec<f64>,
    /// and where it may be dominated.
    own: Vec<f64>,
    /// Points of the same number have the same value, whatever the columns say.
    same: Option<Vec<f64>>,
}

/// The points of some groups, as they are compared with each other.
struct Compared {
    /// Whether all conditions hold.
    alive: Vec<bool>,
    /// Points are compared where these are equal.
    classes: Classes,
    columns: Vec<Column>,
    /// What each adds to the number of its row, and of its cell.
    rows: Vec<u64>,
    cells: Vec<u32>,
}

impl Compared {
    fn new(part: &Part, bottleneck: &Bottleneck, values: &[Table], points: usize) -> Self {
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
        for ((node, demand), table) in bottleneck.nodes.iter().zip(values) {
            let conditions = bottleneck
                .conditions
                .iter()
                .filter(|(other, _)| other == node);
            let conditions: Vec<Literal> = conditions.copied().collect();
            compared.node(&spread, *demand, &conditions, table);
        }
        // Points that are compared with no other need no more columns.
        if compared.classes.count < points as u64 {
            for (product, demand) in &bottleneck.compounds {
                compared.product(&spread, bottleneck, values, product, *demand);
            }
        }
        compared
    }

    /// Compare by a node, too.
    fn node(&mut self, spread: &Spread<'_>, demand: Demand, conditions: &[Literal], table: &Table) {
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
        if demand == Demand::Same {
            let bits = numbered(values.iter().map(|value| value.to_bits()));
            self.classes.split(&spread.out(over, &bits));
            return;
        }
        if values.iter().any(|value| value.is_nan()) {
            let missing = numbered(values.iter().map(|value| value.is_nan()));
            self.classes.split(&spread.out(over, &missing));
        }
        if demand.has_direction() {
            let sign = demand.sign();
            let signed = values
                .iter()
                .map(|value| if value.is_nan() { 0.0 } else { value * sign });
            let own = spread.out(over, &signed.collect::<Vec<f64>>());
            self.columns.push(Column {
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
        values: &[Table],
        product: &Product,
        demand: Demand,
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
                *result = product::sound(*result * value);
            }
            let numbers: Vec<f64> = part.same.of.into_iter().map(f64::from).collect();
            same.split(&spread.out(part.over, &numbers));
        }
        let margin = product.margin();
        let wider = |value: &f64| {
            if demand == Demand::Large {
                -value / margin
            } else {
                value * margin
            }
        };
        self.columns.push(Column {
            lead: result.iter().map(wider).collect(),
            own: result.iter().map(|value| value * demand.sign()).collect(),
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
    fn kept(&self) -> Option<Vec<usize>> {
        let mut kept = vec![];
        let (mut best, mut own) = (vec![], vec![]);
        for class in self.classes.members(&self.alive, &self.rows) {
            best.clear();
            let before = kept.len();
            // Where nothing is compared all are alike.
            let alike = self.columns.is_empty();
            for point in class.into_iter().take(if alike { 1 } else { usize::MAX }) {
                let numbered = |column: &Column| column.number(point);
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
                *value = product::sound(next);
            }
        }
        let bits = factor.iter().map(|value| value.to_bits());
        self.same.split(&numbered(bits));
    }
}

impl Column {
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

/// The factors of a product that vary over no other groups than some, if the others vary over none of these, and there
/// are several.
fn factors_within(product: &Product, masks: &[u64], within: u64) -> Option<Product> {
    let varies = |node: &Node| masks[*node as usize];
    let crosses =
        |(node, _): &(Node, i32)| varies(node) & within != 0 && varies(node) & !within != 0;
    let counts = |(_, times): &&(Node, i32)| *times != 0;
    if product.factors.iter().filter(counts).any(crosses) {
        return None;
    }
    let inside = product.only(|node| varies(&node) & within != 0);
    (inside.factors.iter().filter(counts).count() > 1).then_some(inside)
}

/// A number for each different value.
fn numbered<T: std::hash::Hash + Eq>(values: impl Iterator<Item = T>) -> Vec<f64> {
    let mut known = HashMap::new();
    values
        .map(|value| {
            let next = known.len();
            *known.entry(value).or_insert(next) as f64
        })
        .collect()
}

/// Numbers of classes of points, ever finer.
struct Classes {
    of: Vec<u32>,
    count: u64,
}

impl Classes {
    fn new(points: usize) -> Self {
        Self {
            of: vec![0; points],
            count: 1,
        }
    }

    /// Points of one class stay in one only where these whole numbers are equal too.
    fn split(&mut self, by: &[f64]) {
        let most = by.iter().fold(0.0_f64, |most, number| most.max(*number)) as u64 + 1;
        let pairs = self
            .of
            .iter()
            .zip(by)
            .map(|(class, number)| u64::from(*class) * most + *number as u64);
        let pairs: Vec<u64> = pairs.collect();
        let mut count = 0;
        let mut next = || {
            count += 1;
            count - 1
        };
        if self.count * most <= DENSE * self.of.len() as u64 {
            let mut known = vec![u32::MAX; (self.count * most) as usize];
            for (class, pair) in self.of.iter_mut().zip(pairs) {
                let number = &mut known[pair as usize];
                if *number == u32::MAX {
                    *number = next();
                }
                *class = *number;
            }
        } else {
            let mut known = HashMap::new();
            for (class, pair) in self.of.iter_mut().zip(pairs) {
                *class = *known.entry(pair).or_insert_with(&mut next);
            }
        }
        self.count = u64::from(count);
    }

    /// The members of each class that are alive, by their rows.
    fn members(&self, alive: &[bool], rows: &[u64]) -> Vec<Vec<usize>> {
        let mut members = vec![vec![]; self.count as usize];
        for (point, class) in self
            .of
            .iter()
            .enumerate()
            .filter(|(point, _)| alive[*point])
        {
            members[*class as usize].push(point);
        }
        for class in &mut members {
            if !class.is_sorted_by_key(|point| rows[*point]) {
                class.sort_unstable_by_key(|point| rows[*point]);
            }
        }
        members
    }
}
