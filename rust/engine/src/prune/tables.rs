//! Tables of what has few values: its extremes over a box are known exactly.

use std::sync::Arc;

use super::partitions::Partitions;
use super::spread::Spread;
use super::{Goal, Literal, is_met};
use crate::error::Result;
use crate::exec::leaf::{DigitClasses, Leaf};
use crate::exec::program::Program;
use crate::run::Control;
use crate::tape::{Binary, Node, Op, Unary};

/// A table has at most this many values,
const MOST_VALUES: usize = 1 << 22;
/// all of them together this many,
const MOST_IN_ALL: usize = 3 << 22;
/// and each this part of the combinations, unless these are few, or it takes a search to know more of it.
const PART: u64 = 1 << 12;
const FEW: usize = 1 << 12;
/// What is searched for and has more points than this is a table over classes of digits, where these are fewer; so is
/// all else where pruning is asked for any space.
const DENSE: usize = 1 << 16;

/// How many values tables may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Most {
    /// Of what is searched for, or made of that.
    searched: usize,
    /// Of all else.
    pub(super) other: usize,
}

/// The same program, with tables of all that has so few values and is read by what has more, or is looked at.
///
/// Where a condition is not met, nothing is kept, and a table may as well have the value next to it: what encloses it
/// then says only what can be kept.
///
/// # Errors
/// When a node does not exist, or the run was stopped.
pub(super) fn with_tables(
    program: &Program,
    goal: &Goal,
    threads: usize,
    control: &Control,
) -> Result<Program> {
    let tabulable = Tabulable::new(program, &goal.looked_at(program))?;
    let mut edge = tabulable.edge(tabulable.most());
    edge.sort_by_key(|node| {
        let mask = program.masks()[*node as usize];
        (tabulable.values(*node), mask)
    });
    let mut known: Vec<(Node, Leaf)> = vec![];
    let same = |a: &Node, b: &Node| {
        program.masks()[*a as usize] == program.masks()[*b as usize] && tabulable.share(*a, *b)
    };
    for nodes in edge.chunk_by(same) {
        let groups = program.groups(nodes[0]);
        let classes = tabulable.classes(nodes[0]);
        let tables = match &classes[..] {
            [] => program.tabulate(nodes, &groups, threads, control)?,
            classes => {
                let mut digits = vec![vec![0]; program.space().sizes().len()];
                for (group, classes) in groups.iter().zip(classes) {
                    digits[*group] = classes.firsts();
                }
                let firsts = program.picked(&digits)?;
                firsts.tabulate(nodes, &groups, threads, control)?
            }
        };
        known.extend(nodes.iter().zip(tables).map(|(node, values)| {
            let leaf = Leaf {
                classes: classes.clone(),
                ..Leaf::new(groups.clone(), values.into())
            };
            (*node, simplest(leaf))
        }));
    }
    let conditions = program.tape().literals(goal.keep);
    let conditions = conditions.iter().filter_map(|condition| {
        let (_, leaf) = known.iter().find(|(node, _)| *node == condition.0)?;
        Some((*condition, leaf.clone()))
    });
    let conditions: Vec<(Literal, Leaf)> = conditions.collect();
    for (node, leaf) in &mut known {
        // Conditions, and what they are joined by, stay as they are.
        let logic = matches!(
            program.tape().ops()[*node as usize],
            Op::Unary(Unary::Negate, _) | Op::Binary(Binary::Both | Binary::Either, ..)
        );
        if !logic && conditions.iter().all(|(condition, _)| condition.0 != *node) {
            smoothe(leaf, &conditions, program.sizes());
        }
    }
    program.with_tables(known)
}

/// What is the same everywhere varies over nothing, and nothing over a group all of whose digits are one class.
fn simplest(mut leaf: Leaf) -> Leaf {
    let first = leaf.values[0].to_bits();
    if leaf.values.iter().all(|value| value.to_bits() == first) {
        return Leaf::new(vec![], leaf.values[..1].into());
    }
    if !leaf.is_dense() {
        let own = leaf.groups.into_iter().zip(leaf.classes);
        let told_apart = own.filter(|(_, classes)| classes.count > 1);
        (leaf.groups, leaf.classes) = told_apart.unzip();
    }
    leaf
}

/// Give what is not kept the values that come before it, or else the first that are kept.
fn smoothe(leaf: &mut Leaf, conditions: &[(Literal, Leaf)], sizes: &[usize]) {
    let (mut lens, mut digits) = (sizes.to_vec(), vec![vec![]; sizes.len()]);
    for (which, group) in leaf.groups.iter().enumerate() {
        digits[*group] = match leaf.classes.get(which) {
            Some(classes) => classes.firsts(),
            None => (0..sizes[*group]).collect(),
        };
        lens[*group] = digits[*group].len();
    }
    let spread = Spread::new(&leaf.groups, &lens);
    let mut kept = vec![true; leaf.values.len()];
    for (condition, other) in conditions {
        if is_coarser(other, leaf) && other.values.iter().any(|value| !is_met(*condition, *value)) {
            let other = other.picked(&digits, sizes).expanded(lens.clone());
            let values = spread.out(&other.groups, &other.values);
            kept.iter_mut()
                .zip(values)
                .for_each(|(kept, value)| *kept &= is_met(*condition, value));
        }
    }
    let Some(first) = kept
        .iter()
        .position(|kept| *kept)
        .filter(|_| kept.contains(&false))
    else {
        return;
    };
    let mut last = leaf.values[first];
    let values = leaf.values.iter().zip(kept).map(|(value, kept)| {
        if kept {
            last = *value;
        }
        last
    });
    leaf.values = values.collect();
}

/// Whether a table tells no points apart that another one does not.
fn is_coarser(table: &Leaf, other: &Leaf) -> bool {
    table.groups.iter().enumerate().all(|(which, group)| {
        let Some(place) = other.groups.iter().position(|own| own == group) else {
            return false;
        };
        let Some(classes) = other.classes.get(place) else {
            return true;
        };
        let firsts = classes.firsts();
        let first = |class: &u32| table.class(which, firsts[*class as usize]);
        let mut digits = classes.of.iter().enumerate();
        digits.all(|(digit, class)| table.class(which, digit) == first(class))
    })
}

/// The nodes that some others are made of, and how many values their tables would have.
pub(super) struct Tabulable<'a> {
    program: &'a Program,
    needed: Vec<bool>,
    searched: Vec<bool>,
    wanted: Vec<Node>,
    /// What has no more points is a dense table.
    dense: usize,
    /// Only where something is searched for that has many points.
    partitions: Partitions,
}

impl<'a> Tabulable<'a> {
    /// Of all that some nodes are made of.
    ///
    /// # Errors
    /// When a node does not exist.
    pub(super) fn new(program: &'a Program, wanted: &[Node]) -> Result<Self> {
        let tape = program.tape();
        let (needed, searched) = (tape.needed(wanted)?, tape.searched());
        let outer = program.space().sizes().len();
        let dense = if program.blocks().prune_rows == 0 {
            0
        } else {
            DENSE
        };
        let many = |node: usize| {
            let mask = program.masks()[node];
            let counts = needed[node] && mask >> outer == 0 && (searched[node] || dense == 0);
            counts && program.planned_points(mask) > dense
        };
        let partitions = if (0..needed.len()).any(many) {
            Partitions::new(program, wanted)?
        } else {
            Partitions::default()
        };
        Ok(Self {
            program,
            needed,
            searched,
            wanted: wanted.to_vec(),
            dense,
            partitions,
        })
    }

    /// How many values tables may have.
    pub(super) fn most(&self) -> Most {
        let planned = self.program.planned().iter().map(|size| *size as u64);
        let combinations = planned.fold(1, u64::saturating_mul);
        let part = usize::try_from(combinations / PART).unwrap_or(usize::MAX);
        let mut most = Most {
            searched: MOST_VALUES,
            other: part.clamp(FEW, MOST_VALUES),
        };
        while most.searched > FEW {
            let edge = self.edge(most);
            let values = edge.iter().map(|node| self.values(*node));
            if values.sum::<usize>() <= MOST_IN_ALL {
                break;
            }
            most.searched /= 2;
            most.other = most.other.min(most.searched);
        }
        most
    }

    /// How many values all tables have.
    pub(super) fn in_all(&self) -> u64 {
        let edge = self.edge(self.most());
        let points = |node: &Node| self.program.points(self.program.masks()[*node as usize]);
        let values = edge
            .iter()
            .map(|node| points(node).min(self.values(*node)) as u64);
        values.sum()
    }

    /// How many values the table of a node has, in the space that the program is planned as a part of.
    fn values(&self, node: Node) -> usize {
        let points = self
            .program
            .planned_points(self.program.masks()[node as usize]);
        self.classed(node).unwrap_or(points)
    }

    /// The same over classes of digits, if these are fewer.
    fn classed(&self, node: Node) -> Option<usize> {
        let points = self
            .program
            .planned_points(self.program.masks()[node as usize]);
        if points <= self.dense || self.dense > 0 && !self.searched[node as usize] {
            return None;
        }
        let count = |group: usize| {
            let classes = self.partitions.get(node, group);
            classes.map_or(self.program.planned()[group], |classes| classes.count)
        };
        let groups = self.program.groups(node).into_iter();
        let values = groups.fold(1_usize, |values, group| values.saturating_mul(count(group)));
        (values < points).then_some(values)
    }

    /// The classes of digits of a node's groups; nothing where its table is dense.
    fn classes(&self, node: Node) -> Vec<DigitClasses> {
        if self.classed(node).is_none() {
            return vec![];
        }
        let all = |group: usize| DigitClasses::by(0..self.program.sizes()[group]);
        let classes = |group: usize| self.partitions.get(node, group).cloned();
        let groups = self.program.groups(node).into_iter();
        groups
            .map(|group| classes(group).unwrap_or_else(|| all(group)))
            .collect()
    }

    /// Whether two nodes over the same groups have the same classes of digits.
    fn share(&self, a: Node, b: Node) -> bool {
        let of = |node, group| {
            self.partitions
                .get(node, group)
                .map(|classes| Arc::clone(&classes.of))
        };
        let groups = self.program.groups(a);
        self.classed(a) == self.classed(b)
            && groups.iter().all(|group| of(a, *group) == of(b, *group))
    }

    /// The nodes of few values that are read by others, or wanted, and are no tables yet.
    fn edge(&self, most: Most) -> Vec<Node> {
        let tape = self.program.tape();
        let outer = self.program.space().sizes().len();
        let few = |node: usize| {
            let most = if self.searched[node] {
                most.searched
            } else {
                most.other
            };
            self.program.masks()[node] >> outer == 0 && self.values(node as Node) <= most
        };
        let mut read = vec![false; self.needed.len()];
        for node in &self.wanted {
            read[*node as usize] = true;
        }
        let many = |node: &usize| self.needed[*node] && !few(*node);
        for op in (0..read.len()).filter(many).map(|node| &tape.ops()[node]) {
            // What a search is made of it looks at for itself.
            if !matches!(op, Op::Winner { .. }) {
                for operand in op.operands() {
                    read[operand as usize] = true;
                }
            }
        }
        let computed = |node: &usize| !matches!(tape.ops()[*node], Op::Leaf(_) | Op::Constant(_));
        (0..read.len())
            .filter(|node| self.needed[*node] && read[*node] && few(*node))
            .filter(computed)
            .map(|node| node as Node)
            .collect()
    }
}
