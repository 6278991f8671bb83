//! How a search is gone about: which conditions say what the lanes are, which axes lanes run over, which are walked.

use std::cmp::Reverse;

use crate::error::Result;
use crate::exec::plan::mask;
use crate::exec::program::Program;
use crate::exec::walk::fastest_first;
use crate::space::block::fit;
use crate::tape::{Node, Op};

use super::lower_bound::floor;

/// A walk of so many steps makes good use of what is computed for its lanes once.
const STEPS: usize = 16;
/// More steps are another tile's.
const MOST_STEPS: usize = 256;
/// Of so many lanes, one is legal, or so.
const LEGAL: usize = 16;
/// A box has so many candidates for each row of a region.
const BOX: usize = 1 << 9;
/// A condition is cheap if it has so many times fewer values than the search candidates.
const CHEAP: usize = 8;
/// What has so many times fewer values than there are lanes is computed for itself and gathered by the lanes.
const FEW: usize = 32;

/// The plan of a search.
#[derive(Debug)]
pub(super) struct Strategy {
    /// The groups that lanes run over: those of the space, then axes of the search.
    pub(super) lanes: Vec<usize>,
    /// The other axes of the search, the slowest first.
    pub(super) walked: Vec<usize>,
    /// What bounds the objective and is evaluated before it.
    pub(super) floor: Option<Node>,
    /// The axes among those walked that the floor varies over: where there is one, they are walked for it alone.
    pub(super) ranked: Vec<usize>,
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
}

impl Strategy {
    /// A plan for the first search of a program.
    ///
    /// # Errors
    /// When a node does not exist.
    pub(super) fn new(program: &Program, objective: Node, among: Node) -> Result<Self> {
        let (masks, sizes) = (program.masks(), program.sizes());
        let outer: Vec<usize> = (0..program.space().sizes().len()).collect();
        let axes: Vec<usize> = program.searched(0).collect();
        let region = program.blocks().region_rows.max(1);
        let strip = (region / 8).max(1);
        let conditions = Conditions::new(program, among, mask(&axes))?;
        let needed = program.tape().needed(&[objective, among])?;

        let candidates = program.points(mask(&axes));
        let most_points = region * BOX / candidates;
        let points = most_points.clamp(1, program.points(mask(&outer)));
        let all = candidates.saturating_mul(points);
        let walked = conditions.walked(&axes, sizes, all, strip);
        let mut lanes = axes.clone();
        lanes.retain(|axis| !walked.contains(axis));

        // What searches inside this one find is held for a whole tile.
        let ops = program.tape().ops().iter().zip(&needed);
        let inner = ops.filter(|(op, needed)| **needed && matches!(op, Op::Winner { .. }));
        let (most_lanes, most_steps) = match inner.count() {
            0 => (region * 8, MOST_STEPS),
            _ => (region, STEPS),
        };
        let mut cuts = sizes.to_vec();
        let room = fit(sizes, &lanes, most_lanes, &mut cuts);
        fit(sizes, &walked, most_steps, &mut cuts);
        let inwards: Vec<usize> = outer.iter().rev().copied().collect();
        fit(sizes, &inwards, room.min(points), &mut cuts);

        let busy = masks.iter().zip(&needed).filter(|(_, needed)| **needed);
        let busy = busy.map(|(mask, _)| *mask).collect();
        let mut walked = fastest_first(sizes, busy, &[], walked);
        walked.reverse();
        let (gates, guards) = conditions.split(program, mask(&walked));
        sort_by_gates(
            &mut lanes,
            &gates
                .iter()
                .map(|gate| masks[*gate as usize])
                .collect::<Vec<_>>(),
        );

        let mut inner = lanes.clone();
        inner.sort_by_key(|axis| sizes[*axis]);
        let lanes = [outer.clone(), lanes].concat();
        let mut strategy = Self {
            lanes,
            walked,
            floor: None,
            ranked: vec![],
            cuts,
            strip,
            gates,
            guards,
            memory: vec![],
        };
        strategy.floor = floor(program, &strategy, objective);
        if let Some(floor) = strategy.floor {
            let over = masks[floor as usize];
            let ranked = strategy
                .walked
                .extract_if(.., |axis| over >> *axis & 1 == 1);
            strategy.ranked = ranked.collect();
        }
        // Positions of lanes do not depend on the walked axes, which are outermost; runs are as long as they can be.
        let searched = axes.len() + outer.len()..sizes.len();
        let walked = [&strategy.walked[..], &strategy.ranked].concat();
        strategy.memory = searched.chain(walked).chain(outer).chain(inner).collect();
        Ok(strategy)
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

/// What makes a candidate legal.
struct Conditions {
    /// How many values are computed for each at a point of the space, what it varies over, and itself.
    all: Vec<(usize, u64, Node)>,
    /// What costs no more than this is cheap.
    cheap: usize,
}

impl Conditions {
    fn new(program: &Program, among: Node, axes: u64) -> Result<Self> {
        let mut all = vec![];
        for node in program.tape().conjuncts(Some(among)) {
            let needed = program.tape().needed(&[node])?;
            let masks = program
                .masks()
                .iter()
                .zip(needed)
                .filter(|(_, needed)| *needed);
            let values = masks.map(|(mask, _)| program.points(mask & axes));
            let cost = values.fold(0, usize::saturating_add);
            all.push((cost, program.masks()[node as usize], node));
        }
        all.sort_unstable();
        let cheap = program.points(axes) / CHEAP;
        Ok(Self { all, cheap })
    }

    /// What the cheap ones vary over.
    fn cheap(&self) -> impl Iterator<Item = u64> {
        let cheap = self.all.iter().filter(|(cost, ..)| *cost <= self.cheap);
        cheap.map(|(_, mask, _)| *mask)
    }

    /// Which axes are walked: those that few of the cheap conditions are about, as long as that leaves lanes enough of
    /// `all` candidates for strips.
    fn walked(&self, axes: &[usize], sizes: &[usize], all: usize, strip: usize) -> Vec<usize> {
        let enough = if self.cheap().count() == 0 {
            strip
        } else {
            strip * LEGAL
        };
        let mut order = axes.to_vec();
        order.sort_by_key(|axis| (about(self.cheap(), *axis), Reverse(*axis)));
        let (mut steps, mut lanes) = (1, all);
        order.retain(|axis| {
            let walked = steps < STEPS && lanes / sizes[*axis] >= enough;
            if walked {
                steps *= sizes[*axis];
                lanes /= sizes[*axis];
            }
            walked
        });
        order
    }

    /// Those that say which lanes there are, and the others, those that vary least first.
    fn split(&self, program: &Program, walked: u64) -> (Vec<Node>, Vec<Node>) {
        let is_gate =
            |(cost, mask, _): &(usize, u64, Node)| *cost <= self.cheap && mask & walked == 0;
        let (gates, mut guards): (Vec<_>, Vec<_>) = self.all.iter().copied().partition(is_gate);
        guards.sort_by_key(|(_, mask, _)| program.points(mask & walked));
        let nodes = |conditions: Vec<(usize, u64, Node)>| {
            conditions.into_iter().map(|(_, _, node)| node).collect()
        };
        (nodes(gates), nodes(guards))
    }
}

/// How many masks have a group.
fn about(masks: impl Iterator<Item = u64>, group: usize) -> usize {
    masks.filter(|mask| mask >> group & 1 == 1).count()
}

/// Bring axes into an order in which conditions that vary over these are known as early as possible.
fn sort_by_gates(axes: &mut [usize], gates: &[u64]) {
    let all = mask(axes);
    let mut known = 0;
    for at in 0..axes.len() {
        let value = |place: &usize| {
            let next = axes[*place];
            let open = |gate: &u64| gate & all & !(known | 1 << next);
            let decided = gates.iter().copied().filter(|gate| open(gate) == 0);
            (
                about(decided, next),
                about(gates.iter().copied(), next),
                Reverse(*place),
            )
        };
        if let Some(next) = (at..axes.len()).max_by_key(value) {
            axes[at..=next].rotate_right(1);
        }
        known |= 1 << axes[at];
    }
}
