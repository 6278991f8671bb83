//! A walk through the whole space in tiles, in an order that makes what changes often cheap.
//!
//! The group that most depends on becomes the *run*: the innermost in memory, long enough for vectors. Among the
//! others, those that few nodes depend on move fastest, so that all other nodes keep their values for many tiles.

use std::ops::Range;
use std::sync::Arc;

use crate::error::Result;
use crate::exec::evaluator::{Evaluator, Held};
use crate::exec::program::Program;
use crate::exec::schedule::{Scheduled, memory_order, schedule};
use crate::numeric::kernels::Simd;
use crate::run::Control;
use crate::space::Space;
use crate::space::block::{Extent, Source, even, fit};
use crate::tape::Node;

/// A lane of fewer elements is no run.
const SHORTEST: usize = 16;
/// A run of this many elements is long enough.
const LONG: usize = 64;
/// A run is not longer than this where lines of other groups can fill a tile.
const LONGEST: usize = 512;

/// What a walk computes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// Nodes to compute over every tile.
    pub(crate) always: Vec<Node>,
    /// A truth value that must hold somewhere in a tile for the rest to matter.
    pub(crate) keep: Option<Node>,
    /// Nodes to compute where it holds.
    pub(crate) nodes: Vec<Node>,
    /// Groups of which one should vary along runs, the later the better, and all slowly otherwise.
    pub(crate) lanes: Vec<usize>,
}

/// The tiles of a space, and what computes the wanted nodes over them.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    program: &'a Program,
    /// The groups of the space: that of the runs, then from the slowest to the fastest.
    order: Vec<usize>,
    /// How many digits of each group a tile has, unless it is at the edge.
    cuts: Vec<usize>,
    /// How many tiles there are along each group.
    counts: Vec<usize>,
    memory: Vec<usize>,
    /// How many rows a worker takes at a time.
    chunk_rows: u64,
    scheduled: Scheduled,
    guards: Vec<Source>,
    tiles: u64,
}

impl<'a> Walk<'a> {
    /// Plan a walk.
    ///
    /// # Errors
    /// When a node does not exist.
    pub(crate) fn new(program: &'a Program, wanted: &Wanted) -> Result<Self> {
        let guards = program.guards(wanted.keep)?;
        let all: Vec<Node> = [&wanted.always[..], &guards, &wanted.nodes].concat();
        let (order, cuts) = tiling(program, &all, &wanted.lanes)?;
        let memory = memory_order(program, order.first().copied());
        let sizes = program.sizes().iter().zip(&cuts);
        let counts: Vec<usize> = sizes.map(|(size, cut)| size.div_ceil(*cut)).collect();
        let fastest = order.iter().copied().rfind(|group| counts[*group] > 1);
        let mut phases = vec![wanted.always.clone()];
        phases.extend(guards.iter().map(|guard| vec![*guard]));
        phases.push(wanted.nodes.clone());
        let scheduled = schedule(program, &phases, &memory, fastest)?;
        Ok(Self {
            program,
            order,
            cuts,
            memory,
            chunk_rows: program.chunk_rows(&all, 1)?,
            guards: guards
                .iter()
                .map(|guard| scheduled.source(*guard))
                .collect(),
            scheduled,
            tiles: counts.iter().map(|count| *count as u64).product(),
            counts,
        })
    }

    /// How many chunks of tiles there are for workers to take.
    pub(crate) fn chunks(&self) -> u64 {
        self.tiles.div_ceil(self.chunk_tiles())
    }

    fn chunk_tiles(&self) -> u64 {
        let rows: u64 = self
            .order
            .iter()
            .map(|group| self.cuts[*group] as u64)
            .product();
        (self.chunk_rows / rows).max(1)
    }

    /// The tiles of a chunk.
    pub(crate) fn chunk(&self, chunk: u64) -> Range<u64> {
        let start = chunk * self.chunk_tiles();
        start..(start + self.chunk_tiles()).min(self.tiles)
    }

    /// Where a wanted node is.
    pub(crate) fn source(&self, node: Node) -> Source {
        self.scheduled.source(node)
    }

    /// The SIMD level.
    pub(crate) fn simd(&self) -> Simd {
        self.program.simd()
    }

    /// The space.
    pub(crate) fn space(&self) -> &Space {
        self.program.space()
    }

    /// The groups of a mask, in memory order.
    pub(crate) fn groups(&self, mask: u64) -> Vec<usize> {
        let within = |group: &usize| mask >> group & 1 == 1;
        self.memory.iter().copied().filter(within).collect()
    }

    /// All groups of the space, in memory order.
    pub(crate) fn all(&self) -> Vec<usize> {
        self.groups((1 << self.order.len()) - 1)
    }

    /// What goes through tiles, with buffers of its own.
    pub(crate) fn walker(&self) -> Walker<'_> {
        Walker {
            walk: self,
            evaluator: Evaluator::new(Arc::clone(&self.scheduled.plan)),
            extent: self.program.all_rows(),
        }
    }
}

/// The groups of the space, that of the runs first, then from the slowest to the fastest; and how many digits of each
/// a tile has.
fn tiling(program: &Program, nodes: &[Node], lanes: &[usize]) -> Result<(Vec<usize>, Vec<usize>)> {
    let sizes = &program.sizes()[..program.space().sizes().len()];
    let needed = program.tape().needed(nodes)?;
    let searched = program.tape().searched();
    let masks = program.masks().iter().enumerate();
    // What is not a table has to be computed over and over.
    let few = program.blocks().table_values;
    let busy: Vec<u64> = masks
        .filter(|(node, mask)| needed[*node] && (searched[*node] || program.points(**mask) > few))
        .map(|(_, mask)| *mask)
        .collect();
    let run = run_group(sizes, &busy, lanes);
    let others = (0..sizes.len())
        .filter(|group| Some(*group) != run)
        .collect();
    let mut order = fastest_first(sizes, busy, lanes, others);
    let cuts = cuts(sizes, run, &order, program.region_rows(nodes)?);
    order.extend(run);
    order.reverse();
    Ok((order, cuts))
}

/// How many nodes depend on a group.
fn dependent(busy: &[u64], group: usize) -> usize {
    busy.iter().filter(|mask| **mask >> group & 1 == 1).count()
}

/// The group for the runs: a long one; of those, the one that most depends on.
fn run_group(sizes: &[usize], busy: &[u64], lanes: &[usize]) -> Option<usize> {
    (0..sizes.len()).max_by_key(|&group| {
        let lane = lanes.iter().position(|lane| *lane == group);
        let lane = lane.filter(|_| sizes[group] >= SHORTEST);
        (
            lane,
            sizes[group].min(LONG),
            dependent(busy, group),
            sizes[group],
        )
    })
}

/// Groups from the fastest to the slowest: each time the one without which most work would go. Lanes are slow.
pub(crate) fn fastest_first(
    sizes: &[usize],
    mut busy: Vec<u64>,
    lanes: &[usize],
    mut left: Vec<usize>,
) -> Vec<usize> {
    let mut order = vec![];
    loop {
        let work = |group: usize| {
            let with = dependent(&busy, group);
            with as f64 + (busy.len() - with) as f64 / sizes[group] as f64
        };
        let compared = |a: &usize, b: &usize| {
            let lanes = lanes.contains(a).cmp(&lanes.contains(b));
            lanes.then(work(*a).total_cmp(&work(*b))).then(b.cmp(a))
        };
        let Some(fastest) = left.iter().copied().min_by(compared) else {
            return order;
        };
        busy.retain(|mask| mask >> fastest & 1 == 0);
        left.retain(|group| *group != fastest);
        order.push(fastest);
    }
}

/// How many digits of each group a tile has: a run, and as many lines of the fastest groups as fit.
fn cuts(sizes: &[usize], run: Option<usize>, fastest_first: &[usize], rows: usize) -> Vec<usize> {
    let mut cuts = vec![1; sizes.len()];
    if let Some(run) = run {
        cuts[run] = even(sizes[run], LONGEST.min(rows));
        let room = fit(sizes, fastest_first, rows / cuts[run], &mut cuts);
        cuts[run] = even(sizes[run], cuts[run] * room.max(1));
    }
    cuts
}

/// Goes from tile to tile.
#[derive(Debug)]
pub(crate) struct Walker<'a> {
    walk: &'a Walk<'a>,
    evaluator: Evaluator,
    extent: Extent,
}

impl Walker<'_> {
    /// Go through tiles; `each` is told whether anything in a tile is kept.
    ///
    /// # Errors
    /// What `each` says, or when the run shall stop.
    pub(crate) fn for_each(
        &mut self,
        tiles: Range<u64>,
        control: &Control,
        mut each: impl FnMut(&Self, bool) -> Result<()>,
    ) -> Result<()> {
        let mut digits = self.start(tiles.start);
        for _ in tiles {
            let alive = self.look(control)?;
            each(self, alive)?;
            control.advance(self.rows())?;
            self.advance(&mut digits);
        }
        Ok(())
    }

    /// Evaluate the tile; whether anything in it is kept.
    fn look(&mut self, control: &Control) -> Result<bool> {
        self.evaluator.enter(&self.extent);
        self.evaluator.evaluate(0, control)?;
        for (guard, source) in self.walk.guards.iter().enumerate() {
            self.evaluator.evaluate(1 + guard, control)?;
            if !self.evaluator.held(source).somewhere {
                return Ok(false);
            }
        }
        let last = 1 + self.walk.guards.len();
        self.evaluator.evaluate(last, control)?;
        Ok(true)
    }

    /// Move to a tile anywhere, a box of the groups of the space, and evaluate it; whether anything in it is kept.
    ///
    /// # Errors
    /// When the run shall stop.
    pub(crate) fn visit(&mut self, tile: &Extent, control: &Control) -> Result<bool> {
        let groups = tile.starts.len();
        self.extent.starts[..groups].copy_from_slice(&tile.starts);
        self.extent.lens[..groups].copy_from_slice(&tile.lens);
        self.look(control)
    }

    /// Set out at a tile: the number of the tile in each group.
    fn start(&mut self, mut tile: u64) -> Vec<usize> {
        let mut digits = vec![0; self.walk.cuts.len()];
        for &group in self.walk.order.iter().rev() {
            let count = self.walk.counts[group] as u64;
            digits[group] = (tile % count) as usize;
            tile /= count;
            self.place(group, digits[group]);
        }
        digits
    }

    /// On to the next tile.
    fn advance(&mut self, digits: &mut [usize]) {
        for &group in self.walk.order.iter().rev() {
            digits[group] = (digits[group] + 1) % self.walk.counts[group];
            self.place(group, digits[group]);
            if digits[group] > 0 {
                return;
            }
        }
    }

    fn place(&mut self, group: usize, digit: usize) {
        let (size, cut) = (
            self.walk.space().sizes()[group] as usize,
            self.walk.cuts[group],
        );
        self.extent.starts[group] = digit * cut;
        self.extent.lens[group] = cut.min(size - digit * cut);
    }

    /// The tile.
    pub(crate) fn extent(&self) -> &Extent {
        &self.extent
    }

    /// How many rows the tile has.
    pub(crate) fn rows(&self) -> u64 {
        self.walk
            .order
            .iter()
            .map(|group| self.extent.lens[*group] as u64)
            .product()
    }

    /// What a group adds to the number of a row, for its how-many-th digit in the tile.
    pub(crate) fn offset(&self, group: usize, digit: usize) -> u64 {
        let digit = self.extent.starts[group] + digit;
        self.walk.space().offset(group, digit)
    }

    /// How many values nodes over the groups have in the tile.
    pub(crate) fn size(&self, groups: &[usize]) -> usize {
        self.extent.values(groups)
    }

    /// Where in the tile a truth value holds.
    pub(crate) fn held(&self, source: &Source) -> Held {
        self.evaluator.held(source)
    }

    /// The values of a source over the groups (given as a mask too), in memory order; copied where they lie otherwise.
    pub(crate) fn values<'b>(
        &'b self,
        source: &Source,
        groups: &[usize],
        mask: u64,
        copied: &'b mut Vec<f64>,
    ) -> &'b [f64] {
        if let Some(values) = self.evaluator.dense(source, mask) {
            return values;
        }
        copied.resize(self.size(groups), 0.0);
        self.evaluator.copy(source, groups, copied);
        copied
    }

    /// The first row with the digits that position `i` among the values over groups stands for.
    pub(crate) fn row(&self, groups: &[usize], mut i: usize) -> u64 {
        let others = self
            .walk
            .order
            .iter()
            .filter(|group| !groups.contains(group));
        let mut row = others.map(|group| self.offset(*group, 0)).sum();
        for &group in groups.iter().rev() {
            row += self.offset(group, i % self.extent.lens[group]);
            i /= self.extent.lens[group];
        }
        row
    }
}
