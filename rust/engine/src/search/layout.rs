//! How a search is gone about: which conditions say what the lanes are, which axes lanes run over, which are walked.

use crate::block::fit;
use crate::error::Result;
use crate::plan::mask;
use crate::program::Program;
use crate::tape::{Node, Op};
use crate::walk::fastest_first;

/// A walk of so many steps makes good use of what is computed for its lanes once.
const STEPS: usize = 16;
/// More steps are another tile's.
const MOST_STEPS: usize = 256;
/// Of so many lanes, one is legal, or so.
const LEGAL: usize = 4;
/// A condition is cheap if it has so many times fewer values than the search candidates.
const CHEAP: usize = 8;
/// What has so many times fewer values than there are lanes is computed for itself and gathered by the lanes.
const FEW: usize = 16;

/// The plan of a search.
#[derive(Debug)]
pub(super) struct Layout {
    /// The groups that lanes run over: those of the space, then axes of the search.
    pub(super) lanes: Vec<usize>,
    /// The other axes of the search, the slowest first.
    pub(super) walked: Vec<usize>,
    /// How many digits of each group a tile has, unless it is at the edge.
    pub(super) cuts: Vec<usize>,
    /// How many lanes are evaluated together.
    pub(super) strip: usize,
    /// Conditions that say which lanes there are.
    pub(super) gates: Vec<Node>,
    /// The other conditions, those that vary least first.
    pub(super) guards: Vec<Node>,
    /// The groups in memory.
    pub(super) memory: Vec<usize>,
    lane_mask: u64,
}

impl Layout {
    /// A plan for the first search of a program.
    ///
    /// # Errors
    /// When a node does not exist.
    pub(super) fn new(program: &Program, objective: Node, among: Node) -> Result<Self> {
        let (masks, sizes) = (program.masks(), program.sizes());
        let outer = program.space().sizes().len();
        let axes: Vec<usize> = program.searched(0).collect();
        let candidates = program.points(mask(&axes));
        let region = program.blocks().region_rows.max(1);
        let strip = (region / 8).max(1);
        let mut conditions = vec![];
        for node in program.tape().conjuncts(Some(among)) {
            conditions.push((cost(program, node, &axes)?, node));
        }
        conditions.sort_by_key(|(cost, _)| *cost);
        let is_cheap = |cost: usize| cost.saturating_mul(CHEAP) <= candidates;
        let cheap: Vec<Node> = conditions
            .iter()
            .filter(|(cost, _)| is_cheap(*cost))
            .map(|(_, node)| *node)
            .collect();

        // The axes that few of the cheap conditions are about are walked.
        let most_points = (region * 256 / candidates)
            .clamp(1, program.points(mask(&(0..outer).collect::<Vec<_>>())));
        let enough = strip * if cheap.is_empty() { 1 } else { LEGAL };
        let about = |axis: &usize| {
            cheap
                .iter()
                .filter(|node| masks[**node as usize] >> axis & 1 == 1)
                .count()
        };
        let mut order = axes.clone();
        order.sort_by_key(|axis| (about(axis), std::cmp::Reverse(*axis)));
        let (mut steps, mut left) = (1, candidates.saturating_mul(most_points));
        let mut walked = vec![];
        for axis in order {
            if steps < STEPS && left / sizes[axis] >= enough {
                steps *= sizes[axis];
                left /= sizes[axis];
                walked.push(axis);
            }
        }
        let mut lanes: Vec<usize> = axes
            .iter()
            .copied()
            .filter(|axis| !walked.contains(axis))
            .collect();

        let mut cuts = sizes.to_vec();
        let room = fit(sizes, &lanes, region * 4, &mut cuts);
        fit(sizes, &walked, MOST_STEPS, &mut cuts);
        let points: Vec<usize> = (0..outer).rev().collect();
        fit(sizes, &points, room.min(most_points), &mut cuts);

        let walked_mask = mask(&walked);
        let (gates, mut guards): (Vec<Node>, Vec<Node>) = conditions
            .iter()
            .map(|(_, node)| *node)
            .partition(|node| cheap.contains(node) && masks[*node as usize] & walked_mask == 0);
        guards.sort_by_key(|node| program.points(masks[*node as usize] & walked_mask));
        let needed = program
            .tape()
            .needed(&[&[objective][..], &guards].concat())?;
        let busy = masks
            .iter()
            .zip(needed)
            .filter(|(_, needed)| *needed)
            .map(|(mask, _)| *mask)
            .collect();
        let mut walked = fastest_first(sizes, busy, &[], walked);
        walked.reverse();

        sort_by_gates(&mut lanes, &gates, masks);
        let memory = {
            let searched = outer + axes.len()..sizes.len();
            let mut inner = lanes.clone();
            inner.sort_by_key(|axis| sizes[*axis]);
            searched
                .chain(walked.iter().copied())
                .chain(0..outer)
                .chain(inner)
                .collect()
        };
        let lanes: Vec<usize> = (0..outer).chain(lanes).collect();
        Ok(Self {
            lane_mask: mask(&lanes),
            lanes,
            walked,
            cuts,
            strip,
            gates,
            guards,
            memory,
        })
    }

    /// Whether a node varies from lane to lane.
    pub(super) fn along_lanes(&self, mask: u64) -> bool {
        mask & self.lane_mask != 0
    }

    /// Whether a node is computed for itself, not for every lane.
    pub(super) fn is_apart(&self, op: &Op, mask: u64) -> bool {
        let over = |mask: u64| {
            let groups = self.lanes.iter().filter(|group| mask >> **group & 1 == 1);
            groups.fold(1, |values: usize, group| {
                values.saturating_mul(self.cuts[*group])
            })
        };
        let given = matches!(
            op,
            Op::Constant(_) | Op::Leaf(_) | Op::SearchAxis { .. } | Op::Winner { .. }
        );
        given || over(mask).saturating_mul(FEW) <= over(u64::MAX).max(FEW)
    }
}

/// How many values are computed for a condition at each point of the space.
fn cost(program: &Program, node: Node, axes: &[usize]) -> Result<usize> {
    let needed = program.tape().needed(&[node])?;
    let masks = program.masks().iter().zip(needed);
    let values = masks
        .filter(|(_, needed)| *needed)
        .map(|(of, _)| program.points(of & mask(axes)));
    Ok(values.fold(0, usize::saturating_add))
}

/// Bring axes into an order in which conditions about them can be looked at as early as possible.
fn sort_by_gates(axes: &mut [usize], gates: &[Node], masks: &[u64]) {
    let all = mask(axes);
    let mut known = 0;
    for at in 0..axes.len() {
        let decided = |axis: &usize| {
            let decided = |gate: &&Node| {
                masks[**gate as usize] & all & !(known | 1 << axis) == 0
                    && masks[**gate as usize] >> axis & 1 == 1
            };
            gates.iter().filter(decided).count()
        };
        let about = |axis: &usize| {
            gates
                .iter()
                .filter(|gate| masks[**gate as usize] >> axis & 1 == 1)
                .count()
        };
        if let Some(best) = (at..axes.len())
            .max_by_key(|i| (decided(&axes[*i]), about(&axes[*i]), std::cmp::Reverse(*i)))
        {
            axes[at..=best].rotate_right(1);
        }
        known |= 1 << axes[at];
    }
}
