//! A tape bound to a space: which groups each node varies over, what is computed once, what for each region.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::error::{Error, Result};
use crate::exec::argmin::Searcher;
use crate::exec::leaf::Leaf;
use crate::exec::plan::{Action, mask};
use crate::exec::schedule::RowSchedule;
use crate::exec::tiling::Blocks;
use crate::numeric::kernels::Simd;
use crate::space::block::{Extent, Source};
use crate::space::{MAX_GROUPS, Space};
use crate::tape::{MOST_CANDIDATES, Node, Op, Tape};

/// A tape bound to a space and to the values of its leaves.
#[derive(Clone, Debug)]
pub struct Program {
    tape: Arc<Tape>,
    space: Space,
    leaves: Vec<Leaf>,
    simd: Simd,
    blocks: Blocks,
    /// The sizes of all groups: those of the space, that of the draws, if there are any, then one for each axis of each
    /// search.
    sizes: Vec<usize>,
    /// The sizes of the groups of the space of which this one is a part: what is worth a table there is worth one here.
    planned: Vec<usize>,
    /// Whether there are draws.
    drawn: bool,
    /// The first group of each search.
    search_groups: Vec<usize>,
    /// The groups that each node varies over.
    masks: Vec<u64>,
    /// What finds the winner, for each node that is one; made when first needed.
    searchers: Vec<OnceLock<Arc<Searcher>>>,
}

impl Program {
    /// Bind a tape to a space; one leaf for each of the tape's.
    ///
    /// # Errors
    /// When the leaves do not fit the tape or the space, or there are too many groups.
    pub fn new(
        tape: Arc<Tape>,
        space: Space,
        leaves: Vec<Leaf>,
        simd: Simd,
        blocks: Blocks,
    ) -> Result<Self> {
        if leaves.len() != tape.leaves().len() {
            return Err(Error::Invalid(format!(
                "{} leaves given, {} needed",
                leaves.len(),
                tape.leaves().len()
            )));
        }
        let mut sizes: Vec<usize> = space.sizes().iter().map(|size| *size as usize).collect();
        let draws = leaves.iter().find_map(|leaf| leaf.draws(&sizes));
        sizes.extend(draws);
        for (leaf, name) in leaves.iter().zip(tape.leaves()) {
            let ascending = leaf.groups.windows(2).all(|pair| pair[0] < pair[1]);
            let known = leaf.groups.iter().all(|group| *group < sizes.len());
            let values = known.then(|| leaf.extents(&sizes).iter().product::<usize>());
            if !ascending || values != Some(leaf.values.len()) {
                return Err(Error::Invalid(format!(
                    "leaf {}: its table does not fit its axes",
                    name.name
                )));
            }
        }
        if let Some(search) = tape
            .searches()
            .iter()
            .find(|search| search.candidates().is_none())
        {
            let name = &search.name;
            return Err(Error::Invalid(format!(
                "search {name}: more than {MOST_CANDIDATES} candidates"
            )));
        }
        let mut search_groups = vec![];
        for search in tape.searches() {
            search_groups.push(sizes.len());
            sizes.extend(search.axes.iter().map(|axis| axis.values.len()));
        }
        if sizes.len() > MAX_GROUPS {
            return Err(Error::Invalid(format!(
                "{} axes; at most {MAX_GROUPS} are possible",
                sizes.len()
            )));
        }
        let planned = sizes[..space.sizes().len()].to_vec();
        let searchers = tape.ops().iter().map(|_| OnceLock::new()).collect();
        let mut program = Self {
            tape,
            space,
            leaves,
            simd,
            blocks,
            sizes,
            planned,
            drawn: draws.is_some(),
            search_groups,
            masks: vec![],
            searchers,
        };
        for op in program.tape.ops() {
            let mask = program.mask(op);
            program.masks.push(mask);
        }
        Ok(program)
    }

    /// The space.
    #[must_use]
    pub fn space(&self) -> &Space {
        &self.space
    }

    /// The numbers of all combinations.
    #[must_use]
    pub fn rows(&self) -> Range<u64> {
        0..self.space.combinations()
    }

    /// How the space is cut up.
    #[must_use]
    pub fn blocks(&self) -> Blocks {
        self.blocks
    }

    /// The tape.
    #[must_use]
    pub fn tape(&self) -> &Tape {
        &self.tape
    }

    /// The groups of the space that a node varies over, ascending.
    #[must_use]
    pub fn groups(&self, node: Node) -> Vec<usize> {
        let mask = self.masks.get(node as usize).copied().unwrap_or_default();
        (0..self.space.sizes().len())
            .filter(|group| mask >> group & 1 == 1)
            .collect()
    }

    /// The same program over some of its groups (ascending); the others stay at their first digit.
    ///
    /// # Errors
    /// When a group does not exist.
    pub fn over(&self, groups: &[usize]) -> Result<Self> {
        let space = Space::new(
            groups
                .iter()
                .map(|group| self.space.sizes().get(*group).copied().unwrap_or_default())
                .collect(),
        )?;
        let kept: Vec<usize> = groups.iter().copied().chain(self.draws_group()).collect();
        let leaves = self.leaves.iter().map(|leaf| leaf.over(&kept, &self.sizes));
        let (tape, leaves) = (Arc::clone(&self.tape), leaves.collect());
        let over = Self::new(tape, space, leaves, self.simd, self.blocks)?;
        // What has been found is found.
        for (node, known) in over.searchers.iter().enumerate() {
            let there = self.masks[node] & !mask(groups) == 0;
            if there && matches!(self.tape.ops()[node], Op::Winner { .. }) {
                let searcher = self.searcher(node as Node)?.over(groups);
                known.get_or_init(|| Arc::new(searcher));
            }
        }
        Ok(over)
    }

    /// The same program over some digits of each group of the space.
    ///
    /// # Errors
    /// When a group has none.
    pub(crate) fn picked(&self, digits: &[Vec<usize>]) -> Result<Self> {
        let sizes = digits.iter().map(|digits| digits.len() as u64).collect();
        let leaves = self.leaves.iter();
        let leaves = leaves
            .map(|leaf| leaf.picked(digits, &self.sizes))
            .collect();
        let (tape, space) = (Arc::clone(&self.tape), Space::new(sizes)?);
        let picked = self.rebound(tape, space, leaves, self.planned.clone())?;
        for (node, known) in picked.searchers.iter().enumerate() {
            if matches!(self.tape.ops()[node], Op::Winner { .. }) {
                let searcher = self.searcher(node as Node)?.picked(digits);
                known.get_or_init(|| Arc::new(searcher));
            }
        }
        Ok(picked)
    }

    /// The same tape over a box of the space (from these digits on, so many of each group), where its leaves have these
    /// values. What has been found of winners, and what will be, is had in common.
    ///
    /// # Errors
    /// When a leaf does not fit.
    pub(crate) fn part(
        &self,
        space: Space,
        leaves: Vec<Leaf>,
        starts: &[usize],
        lens: &[usize],
    ) -> Result<Self> {
        let planned = self.planned.clone();
        let part = self.rebound(Arc::clone(&self.tape), space, leaves, planned)?;
        for (node, known) in part.searchers.iter().enumerate() {
            if matches!(self.tape.ops()[node], Op::Winner { .. })
                && let Some(searcher) = self.searcher(node as Node)?.within(starts, lens)
            {
                known.get_or_init(|| Arc::new(searcher));
            }
        }
        Ok(part)
    }

    /// Another tape over another space, with what its leaves are; cut up in the same way, and planned as a part of a
    /// space with groups of these sizes.
    ///
    /// # Errors
    /// As for a new program.
    pub(crate) fn rebound(
        &self,
        tape: Arc<Tape>,
        space: Space,
        leaves: Vec<Leaf>,
        planned: Vec<usize>,
    ) -> Result<Self> {
        let bound = Self::new(tape, space, leaves, self.simd, self.blocks)?;
        Ok(Self { planned, ..bound })
    }

    /// What computes these nodes, row by row.
    ///
    /// # Errors
    /// When a node does not exist.
    pub fn schedule(&self, nodes: &[Node]) -> Result<RowSchedule> {
        RowSchedule::new(self, nodes, None)
    }

    /// What computes these nodes, row by row, where a condition holds; elsewhere they may be 0, as it is.
    ///
    /// # Errors
    /// When a node does not exist.
    pub(crate) fn schedule_where(&self, nodes: &[Node], keep: Option<Node>) -> Result<RowSchedule> {
        RowSchedule::new(self, nodes, keep)
    }

    /// The sizes of all groups, those of searches behind those of the space and of the draws.
    pub(crate) fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// The group of the draws, if there are any.
    pub(crate) fn draws_group(&self) -> Option<usize> {
        self.drawn.then_some(self.space.sizes().len())
    }

    /// How many draws there are; one where nothing is drawn.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.draws_group().map_or(1, |group| self.sizes[group])
    }

    /// All combinations and draws, with one digit of each axis of searches.
    pub(crate) fn all_rows(&self) -> Extent {
        let mut extent = Extent::whole(&self.sizes);
        extent.lens[self.space.sizes().len() + usize::from(self.drawn)..].fill(1);
        extent
    }

    /// How many points the groups of a mask have.
    pub(crate) fn points(&self, mask: u64) -> usize {
        let groups = self.sizes.iter().enumerate();
        let sizes = groups.filter(|(group, _)| mask >> group & 1 == 1);
        sizes.fold(1, |points, (_, size)| points.saturating_mul(*size))
    }

    /// How many points the groups of a mask have in the space that this one is planned as a part of.
    pub(crate) fn planned_points(&self, mask: u64) -> usize {
        let sizes = self.planned.iter().chain(&self.sizes[self.planned.len()..]);
        let groups = sizes
            .enumerate()
            .filter(|(group, _)| mask >> group & 1 == 1);
        groups.fold(1, |points, (_, size)| points.saturating_mul(*size))
    }

    /// The sizes of the groups of the space that this one is planned as a part of.
    pub(crate) fn planned(&self) -> &[usize] {
        &self.planned
    }

    /// The groups that each node varies over.
    pub(crate) fn masks(&self) -> &[u64] {
        &self.masks
    }

    /// The SIMD level.
    pub(crate) fn simd(&self) -> Simd {
        self.simd
    }

    fn mask(&self, op: &Op) -> u64 {
        match *op {
            Op::Leaf(leaf) => mask(&self.leaves[leaf as usize].groups),
            Op::SearchAxis { search, axis } => {
                1 << (self.search_groups[search as usize] + axis as usize)
            }
            Op::Winner {
                search,
                objective,
                among,
            } => {
                (self.masks[objective as usize] | self.masks[among as usize])
                    & !mask(&self.searched(search).collect::<Vec<_>>())
            }
            Op::Fold(_, a) => {
                self.masks[a as usize] & !self.draws_group().map_or(0, |group| 1 << group)
            }
            _ => op
                .operands()
                .iter()
                .fold(0, |mask, operand| mask | self.masks[*operand as usize]),
        }
    }

    /// The groups of a search's axes.
    pub(crate) fn searched(&self, search: u32) -> Range<usize> {
        let first = self.search_groups[search as usize];
        first..first + self.tape.searches()[search as usize].axes.len()
    }

    /// The values of an axis inside a search.
    fn axis_values(&self, search: u32, axis: u32) -> &[f64] {
        &self.tape.searches()[search as usize].axes[axis as usize].values
    }

    /// The values of a leaf.
    pub(crate) fn leaf(&self, leaf: u32) -> &Leaf {
        &self.leaves[leaf as usize]
    }

    /// What is given: constants and tables.
    pub(crate) fn given(&self, op: &Op) -> Source {
        match *op {
            Op::Constant(bits) => Source::Constant(f64::from_bits(bits)),
            Op::Leaf(leaf) => {
                let leaf = &self.leaves[leaf as usize];
                match leaf.groups[..] {
                    [] => Source::Constant(leaf.values[0]),
                    _ => Source::table(Arc::clone(&leaf.values), &leaf.groups, &self.sizes),
                }
            }
            Op::SearchAxis { search, axis } => {
                let group = self.searched(search).start + axis as usize;
                Source::table(self.axis_values(search, axis).into(), &[group], &self.sizes)
            }
            _ => Source::Constant(f64::NAN),
        }
    }

    /// What is computed for a node, if it is not given.
    ///
    /// # Errors
    /// When it is a search that cannot be planned.
    pub(crate) fn action(&self, node: Node) -> Result<Option<Action>> {
        Ok(match self.tape.ops()[node as usize] {
            Op::Leaf(leaf) if !self.leaf(leaf).is_dense() => {
                Some(Action::Expand(self.leaf(leaf).clone()))
            }
            Op::Constant(_) | Op::Leaf(_) | Op::SearchAxis { .. } => None,
            Op::Unary(op, _) => Some(Action::Unary(op)),
            Op::Binary(op, ..) => Some(Action::Binary(op)),
            Op::Where(..) => Some(Action::Where),
            Op::Winner { .. } => Some(Action::Winner(self.searcher(node)?)),
            // Where nothing is drawn there is no such group, and the value is folded alone.
            Op::Fold(fold, _) => Some(Action::Fold(fold, self.space.sizes().len())),
            Op::Pick { search, axis, .. } => Some(Action::Pick {
                values: self.axis_values(search, axis).to_vec(),
                stride: self.tape.searches()[search as usize].stride(axis as usize),
            }),
        })
    }

    /// What finds the winners of a node that is one.
    pub(crate) fn searcher(&self, node: Node) -> Result<Arc<Searcher>> {
        let known = &self.searchers[node as usize];
        if let Some(searcher) = known.get() {
            return Ok(Arc::clone(searcher));
        }
        let searcher = Arc::new(Searcher::new(self, node)?);
        Ok(Arc::clone(known.get_or_init(|| searcher)))
    }
}
