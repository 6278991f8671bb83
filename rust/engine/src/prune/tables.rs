//! Tables of what has few values: its extremes over a box are known exactly.

use super::spread::Spread;
use super::{Goal, Literal, is_met};
use crate::error::Result;
use crate::exec::leaf::Leaf;
use crate::exec::plan::mask;
use crate::exec::program::Program;
use crate::run::Control;
use crate::tape::{Binary, Node, Op, Unary};

/// A table has at most this many values,
const MOST_VALUES: usize = 1 << 22;
/// all of them together this many,
const MOST_IN_ALL: usize = 1 << 24;
/// and each this part of the combinations, unless these are few, or it takes a search to know more of it.
const PART: u64 = 1 << 12;
const FEW: usize = 1 << 12;

/// How many values tables may have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Most {
    /// Of what is searched for, or made of that.
    searched: usize,
    /// Of all else.
    pub(super) other: usize,
}

/// How many values the tables of a program may have.
///
/// # Errors
/// When a node does not exist.
pub(super) fn most_values(program: &Program, wanted: &[Node]) -> Result<Most> {
    let planned = program.planned().iter().map(|size| *size as u64);
    let combinations = planned.fold(1, u64::saturating_mul);
    let part = usize::try_from(combinations / PART).unwrap_or(usize::MAX);
    let mut most = Most {
        searched: MOST_VALUES,
        other: part.clamp(FEW, MOST_VALUES),
    };
    while most.searched > FEW {
        let edge = edge(program, wanted, most)?;
        let values = edge
            .iter()
            .map(|node| program.planned_points(program.masks()[*node as usize]));
        if values.sum::<usize>() <= MOST_IN_ALL {
            break;
        }
        most.searched /= 4;
        most.other = most.other.min(most.searched);
    }
    Ok(most)
}

/// How many values all tables of a program have.
///
/// # Errors
/// When a node does not exist.
pub(super) fn values_in_all(program: &Program, wanted: &[Node]) -> Result<u64> {
    let edge = edge(program, wanted, most_values(program, wanted)?)?;
    let values = edge
        .iter()
        .map(|node| program.points(program.masks()[*node as usize]) as u64);
    Ok(values.sum())
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
    most: Most,
    threads: usize,
    control: &Control,
) -> Result<Program> {
    let mut edge = edge(program, &goal.looked_at(program), most)?;
    edge.sort_by_key(|node| {
        let mask = program.masks()[*node as usize];
        (program.points(mask), mask)
    });
    let mut known: Vec<(Node, Leaf)> = vec![];
    let same = |a: &Node, b: &Node| program.masks()[*a as usize] == program.masks()[*b as usize];
    for nodes in edge.chunk_by(same) {
        let groups = program.groups(nodes[0]);
        let tables = program.tabulate(nodes, &groups, threads, control)?;
        known.extend(nodes.iter().zip(tables).map(|(node, values)| {
            let leaf = Leaf {
                groups: groups.clone(),
                values: values.into(),
            };
            (*node, leaf)
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

/// Give what is not kept the values that come before it, or else the first that are kept.
fn smoothe(leaf: &mut Leaf, conditions: &[(Literal, Leaf)], sizes: &[usize]) {
    let spread = Spread::new(&leaf.groups, sizes);
    let mut kept = vec![true; leaf.values.len()];
    for (condition, other) in conditions {
        if mask(&other.groups) & !mask(&leaf.groups) == 0
            && other.values.iter().any(|value| !is_met(*condition, *value))
        {
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

/// The nodes of few values that are read by others, or wanted, and are no tables yet.
fn edge(program: &Program, wanted: &[Node], most: Most) -> Result<Vec<Node>> {
    let tape = program.tape();
    let needed = tape.needed(wanted)?;
    let (outer, searched) = (program.space().sizes().len(), tape.searched());
    let few = |node: usize| {
        let mask = program.masks()[node];
        let most = if searched[node] {
            most.searched
        } else {
            most.other
        };
        mask >> outer == 0 && program.planned_points(mask) <= most
    };
    let mut read = vec![false; needed.len()];
    for node in wanted {
        read[*node as usize] = true;
    }
    let many = |node: &usize| needed[*node] && !few(*node);
    for op in (0..needed.len()).filter(many).map(|node| &tape.ops()[node]) {
        // What a search is made of it looks at for itself.
        if !matches!(op, Op::Winner { .. }) {
            for operand in op.operands() {
                read[operand as usize] = true;
            }
        }
    }
    let computed = |node: &usize| !matches!(tape.ops()[*node], Op::Leaf(_) | Op::Constant(_));
    Ok((0..needed.len())
        .filter(|node| needed[*node] && read[*node] && few(*node))
        .filter(computed)
        .map(|node| node as Node)
        .collect())
}
