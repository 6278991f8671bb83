//! Boxes of a space, and what encloses nodes over them.

use std::ops::Range;

use super::pyramid::{Pyramid, Side, blocks, digits, parts, top};
use crate::error::Result;
use crate::exec::interval_eval::{enclose, replay};
use crate::exec::leaf::Leaf;
use crate::exec::program::Program;
use crate::numeric::interval::Interval;
use crate::prune::factors::{Product, products, sound};
use crate::run::Control;
use crate::tape::{Node, Op};

/// What encloses some nodes of a program over boxes of its space.
#[derive(Debug)]
pub(super) struct Boxes<'a> {
    program: &'a Program,
    /// The nodes that matter, operands before users, and what each is enclosed by.
    nodes: Vec<(Node, By)>,
    /// Where each node of the program is among these.
    places: Vec<usize>,
    /// Which of these vary over each group.
    varying: Vec<Vec<usize>>,
    /// For each group, at each level, the least that a digit of each block adds to the number of a row.
    offsets: Vec<Vec<Vec<u64>>>,
}

/// What a node is enclosed by.
#[derive(Debug)]
enum By {
    /// The extremes of its values.
    Table(Pyramid),
    /// What its operands are enclosed by.
    Operands,
    /// That, and the extremes of parts that it is the product of, but for roundings.
    Parts(Vec<Pyramid>, f64),
}

impl<'a> Boxes<'a> {
    /// How to enclose some nodes; tables that are made for it have no more values than this.
    ///
    /// # Errors
    /// When a node does not exist, or the run was stopped.
    pub(super) fn new(
        program: &'a Program,
        wanted: &[Node],
        most: usize,
        threads: usize,
        control: &Control,
    ) -> Result<Self> {
        let needed = program.tape().needed(wanted)?;
        let mut products = products(program, &enclose(program));
        // Of what is only a part of a longer product nothing more need be known.
        let mut parts = vec![true; needed.len()];
        for node in wanted {
            parts[*node as usize] = false;
        }
        for (node, op) in program.tape().ops().iter().enumerate() {
            if needed[node] && products[node].is_none() {
                for operand in op.operands() {
                    parts[operand as usize] = false;
                }
            }
        }
        for (product, is_part) in products.iter_mut().zip(parts) {
            product.take_if(|_| is_part);
        }
        let (mut nodes, mut places) = (vec![], vec![usize::MAX; needed.len()]);
        for (node, op) in program
            .tape()
            .ops()
            .iter()
            .enumerate()
            .filter(|(node, _)| needed[*node])
        {
            let by = match (op, &products[node]) {
                (Op::Leaf(leaf), _) => {
                    By::Table(Pyramid::new(program.leaf(*leaf), program.sizes()))
                }
                (_, Some(product)) => by_parts(program, product, most, threads, control)?,
                _ => By::Operands,
            };
            places[node] = nodes.len();
            nodes.push((node as Node, by));
        }
        let varies = |group: usize| {
            let varies = |(_, (node, _)): &(usize, &(Node, By))| {
                program.masks()[*node as usize] >> group & 1 == 1
            };
            nodes
                .iter()
                .enumerate()
                .filter(varies)
                .map(|(place, _)| place)
                .collect()
        };
        let outer = 0..program.space().sizes().len();
        Ok(Self {
            program,
            varying: outer.clone().map(varies).collect(),
            offsets: outer.map(|group| offsets(program, group)).collect(),
            nodes,
            places,
        })
    }

    /// How many nodes are enclosed.
    pub(super) fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// The sizes of the groups.
    pub(super) fn sizes(&self) -> &[usize] {
        &self.program.sizes()[..self.varying.len()]
    }

    /// The box that is the whole space.
    pub(super) fn whole(&self) -> Vec<Side> {
        self.sizes()
            .iter()
            .map(|size| Side {
                level: top(*size),
                block: 0,
            })
            .collect()
    }

    /// The digits of a group along a side.
    pub(super) fn range(&self, group: usize, side: Side) -> Range<usize> {
        digits(self.sizes()[group], side)
    }

    /// How many rows a box has.
    pub(super) fn rows(&self, sides: &[Side]) -> u64 {
        let ranges = sides
            .iter()
            .enumerate()
            .map(|(group, side)| self.range(group, *side));
        ranges.map(|range| range.len() as u64).product()
    }

    /// The lowest row in a box.
    pub(super) fn lowest(&self, sides: &[Side]) -> u64 {
        let levels = self.offsets.iter().zip(sides);
        levels
            .map(|(levels, side)| levels[usize::from(side.level)][side.block as usize])
            .sum()
    }

    /// What encloses the nodes over a box.
    pub(super) fn enclose(&self, sides: &[Side], enclosed: &mut Enclosed) {
        enclosed.0.resize(self.nodes.len(), Interval::ALL);
        for place in 0..self.nodes.len() {
            self.replay(sides, place, enclosed);
        }
    }

    /// What encloses the nodes over a box that differs from another one only along a group.
    pub(super) fn enclose_changed(
        &self,
        sides: &[Side],
        group: usize,
        other: &Enclosed,
        enclosed: &mut Enclosed,
    ) {
        enclosed.0.clone_from(&other.0);
        for place in &self.varying[group] {
            self.replay(sides, *place, enclosed);
        }
    }

    fn replay(&self, sides: &[Side], place: usize, enclosed: &mut Enclosed) {
        let (node, by) = &self.nodes[place];
        let op = &self.program.tape().ops()[*node as usize];
        let at = |node: Node| enclosed.0[self.places[node as usize]];
        enclosed.0[place] = match by {
            By::Table(table) => table.enclose(sides),
            By::Operands => replay(self.program, op, at, |_| Interval::ALL),
            By::Parts(parts, margin) => {
                let parts = parts.iter().map(|part| part.enclose(sides));
                let product = parts.fold(Interval::new(1.0, 1.0), |product, part| Interval {
                    low: sound(product.low * part.low),
                    high: sound(product.high * part.high),
                    nan: product.nan || part.nan,
                });
                let whole = replay(self.program, op, at, |_| Interval::ALL);
                // As for each part: nothing is said of what is too large or too small.
                Interval {
                    low: whole.low.max(product.low / margin),
                    high: whole.high.min(product.high * margin),
                    nan: whole.nan,
                }
            }
        };
    }

    /// What encloses a node.
    pub(super) fn at(&self, enclosed: &Enclosed, node: Node) -> Interval {
        enclosed.0[self.places[node as usize]]
    }
}

/// The least that a digit adds to the number of a row, of each block of each level.
fn offsets(program: &Program, group: usize) -> Vec<Vec<u64>> {
    let digits = program.sizes()[group];
    let ground = (0..digits)
        .map(|digit| program.space().offset(group, digit))
        .collect();
    let mut levels: Vec<Vec<u64>> = vec![ground];
    for level in 1..=top(digits) {
        let below = &levels[usize::from(level) - 1];
        let least = |block: usize| {
            let side = Side {
                level,
                block: block as u32,
            };
            parts(digits, side)
                .map(|part| below[part.block as usize])
                .min()
                .unwrap_or_default()
        };
        levels.push((0..blocks(digits, level)).map(least).collect());
    }
    levels
}

/// What encloses nodes over a box.
#[derive(Clone, Debug, Default)]
pub(super) struct Enclosed(Vec<Interval>);

/// Enclose a product by its parts: factors that share groups are one, if several are and their table is small.
fn by_parts(
    program: &Program,
    product: &Product,
    most: usize,
    threads: usize,
    control: &Control,
) -> Result<By> {
    let mut parts: Vec<(u64, Vec<(Node, i32)>)> = vec![];
    for (node, times) in product.factors.iter().filter(|(_, times)| *times != 0) {
        let mut mask = program.masks()[*node as usize];
        let mut joined = vec![(*node, *times)];
        parts.retain_mut(|(other, factors)| {
            let apart = *other & mask == 0;
            if !apart {
                mask |= *other;
                joined.append(factors);
            }
            apart
        });
        parts.push((mask, joined));
    }
    let shared = parts.iter().any(|(_, factors)| factors.len() > 1);
    if !shared
        || parts
            .iter()
            .any(|(mask, _)| program.planned_points(*mask) > most)
    {
        return Ok(By::Operands);
    }
    let mut pyramids = vec![];
    for (mask, factors) in parts {
        let groups: Vec<usize> = (0..program.space().sizes().len())
            .filter(|group| mask >> group & 1 == 1)
            .collect();
        let nodes: Vec<Node> = factors.iter().map(|(node, _)| *node).collect();
        let columns = program.tabulate(&nodes, &groups, threads, control)?;
        let mut values = vec![1.0; program.points(mask)];
        for (column, (_, times)) in columns.iter().zip(&factors) {
            for (value, factor) in values.iter_mut().zip(column) {
                *value *= factor.powi(*times);
                // Of what gets too large or too small on the way nothing is said.
                if !factor.is_nan() && !value.is_nan() && sound(*value).is_nan() {
                    return Ok(By::Operands);
                }
            }
        }
        pyramids.push(Pyramid::new(
            &Leaf::new(groups, values.into()),
            program.sizes(),
        ));
    }
    Ok(By::Parts(pyramids, product.margin()))
}
