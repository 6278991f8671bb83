//! Tables of what has few values: its extremes over a box are known exactly.

use crate::error::Result;
use crate::program::{Leaf, Program};
use crate::run::Control;
use crate::tape::{Node, Op};

/// A table has at most this many values,
const MOST_VALUES: usize = 1 << 22;
/// all of them together this many,
const MOST_IN_ALL: usize = 1 << 24;
/// and each this part of the combinations, unless these are few.
const PART: u64 = 1 << 8;
const FEW: usize = 1 << 12;

/// How many values a table may have.
pub(super) fn most_values(program: &Program, wanted: &[Node]) -> Result<usize> {
    let part = usize::try_from(program.space().combinations() / PART).unwrap_or(usize::MAX);
    let mut most = part.clamp(FEW, MOST_VALUES);
    while most > FEW {
        let edge = edge(program, wanted, most)?;
        let values = edge
            .iter()
            .map(|node| program.points(program.masks()[*node as usize]));
        if values.sum::<usize>() <= MOST_IN_ALL {
            break;
        }
        most /= 4;
    }
    Ok(most)
}

/// The same program, with tables of all that has so few values and is read by what has more, or is wanted.
///
/// # Errors
/// When a node does not exist, or the run was stopped.
pub(super) fn with_tables(
    program: &Program,
    wanted: &[Node],
    most: usize,
    threads: usize,
    control: &Control,
) -> Result<Program> {
    let mut edge = edge(program, wanted, most)?;
    edge.sort_by_key(|node| {
        let mask = program.masks()[*node as usize];
        (program.points(mask), mask)
    });
    let mut known = vec![];
    for nodes in edge.chunk_by(|a, b| program.masks()[*a as usize] == program.masks()[*b as usize])
    {
        let groups = program.groups(nodes[0]);
        let tables = program.tabulate(nodes, &groups, threads, control)?;
        known.extend(nodes.iter().zip(tables).map(|(node, values)| {
            let groups = groups.clone();
            (
                *node,
                Leaf {
                    groups,
                    values: values.into(),
                },
            )
        }));
    }
    program.with_tables(known)
}

/// The nodes of few values that are read by others, or wanted, and are no tables yet.
fn edge(program: &Program, wanted: &[Node], most: usize) -> Result<Vec<Node>> {
    let tape = program.tape();
    let needed = tape.needed(wanted)?;
    let outer = program.space().sizes().len();
    let few = |node: usize| {
        let mask = program.masks()[node];
        mask >> outer == 0 && program.points(mask) <= most
    };
    let mut read = vec![false; needed.len()];
    for node in wanted {
        read[*node as usize] = true;
    }
    for (node, op) in tape
        .ops()
        .iter()
        .enumerate()
        .filter(|(node, _)| needed[*node] && !few(*node))
    {
        // What a search is made of it looks at for itself.
        if !matches!(op, Op::Winner { .. }) {
            op.operands()
                .into_iter()
                .for_each(|operand| read[operand as usize] = true);
        }
    }
    let computed = |node: &usize| !matches!(tape.ops()[*node], Op::Leaf(_) | Op::Constant(_));
    Ok((0..needed.len())
        .filter(|node| needed[*node] && read[*node] && few(*node))
        .filter(computed)
        .map(|node| node as Node)
        .collect())
}
