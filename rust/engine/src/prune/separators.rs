//! The nodes through which some groups reach all that is asked for, and what is wanted of them.

use std::collections::HashMap;

use super::{Goal, Literal};
use crate::error::Result;
use crate::exec::interval_eval::enclose;
use crate::exec::plan::mask;
use crate::exec::program::Program;
use crate::numeric::interval::Interval;
use crate::prune::factors::{Product, products};
use crate::prune::monotonicity::{Direction, directions};
use crate::run::Control;
use crate::tape::{Node, Op};

/// A bottleneck of more nodes with a direction leaves nothing out.
const MOST_DIRECTIONS: usize = 12;

/// What is known of the nodes of a program.
pub(super) struct Known {
    /// What encloses each.
    intervals: Vec<Interval>,
    /// Those that are products of others.
    products: Vec<Option<Product>>,
}

impl Known {
    pub(super) fn new(program: &Program) -> Self {
        let intervals = enclose(program);
        Self {
            products: products(program, &intervals),
            intervals,
        }
    }

    /// Whether what is minimised or maximised is finite wherever it is a number.
    pub(super) fn is_finite(&self, goal: &Goal) -> bool {
        let mut objectives = goal.objectives.iter();
        objectives.all(|(node, _)| self.intervals[*node as usize].is_finite())
    }
}

/// Groups, and values over them, the last one fastest.
pub(super) type GroupTable = (Vec<usize>, Vec<f64>);

/// The nodes through which some groups reach all that is asked for.
pub(super) struct Bottleneck {
    pub(super) groups: Vec<usize>,
    /// The nodes, and what is wanted of them.
    pub(super) nodes: Vec<(Node, Direction)>,
    /// Products of nodes among these, with what is wanted of them.
    pub(super) compounds: Vec<(Product, Direction)>,
    /// Groups that something depends on in another way: their digits must be equal.
    pub(super) fixed: Vec<usize>,
    /// Conditions on the nodes: where one is not met, nothing is kept.
    pub(super) conditions: Vec<Literal>,
}

impl Bottleneck {
    /// None where nothing can be left out.
    pub(super) fn new(
        program: &Program,
        known: &Known,
        goal: &Goal,
        groups: &[usize],
    ) -> Option<Self> {
        // What is left out must not be what should be finite and is not.
        if !known.is_finite(goal) {
            return None;
        }
        let Known {
            intervals,
            products,
        } = known;
        let (within, masks) = (mask(groups), program.masks());
        let factors = |node: Node| factors_within(products[node as usize].as_ref()?, masks, within);
        let directions = directions(
            program,
            intervals,
            &goal.wanted(program, intervals),
            within,
            |node| factors(node).is_some(),
        );
        let (mut nodes, mut compounds, mut fixed) = (vec![], vec![], 0);
        for (node, (&direction, varies)) in directions.iter().zip(masks).enumerate() {
            if direction == Direction::Free || varies & within == 0 {
                continue;
            }
            let node = node as Node;
            if varies & !within == 0 {
                nodes.push((node, direction));
            } else if direction.is_optimised()
                && let Some(product) = factors(node)
            {
                compounds.push((product, direction));
            } else if matches!(program.tape().ops()[node as usize], Op::Leaf(_)) {
                fixed |= varies & within;
            }
        }
        let directions = nodes
            .iter()
            .filter(|(_, direction)| direction.is_optimised());
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
        nodes.extend(parts.into_iter().map(|part| (part, Direction::Free)));
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
    pub(super) fn tabulated(
        &self,
        program: &Program,
        threads: usize,
        control: &Control,
    ) -> Result<Vec<GroupTable>> {
        let mut tables: Vec<GroupTable> = vec![(vec![], vec![]); self.nodes.len()];
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
