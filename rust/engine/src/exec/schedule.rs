//! What computes some nodes over boxes: tables that are made once, and the steps that remain.

use std::ops::Range;
use std::sync::Arc;

use crate::error::Result;
use crate::exec::evaluator::Evaluator;
use crate::exec::fuse::fuse;
use crate::exec::plan::{Action, Plan, Step};
use crate::exec::program::Program;
use crate::run::Control;
use crate::space::block::{Extent, Source};
use crate::space::{Region, Space};
use crate::tape::Node;

/// A run of this many elements makes good use of vectors.
const LONG: u64 = 32;
/// About how many values the wanted nodes have in a region of rows: they are read together, and should stay in cache.
const REGION_VALUES: usize = 1 << 15;
/// However many nodes are wanted, a region may have so many rows.
const LEAST_ROWS: usize = 1 << 9;

/// Where the nodes of a program are, after some of them were scheduled.
#[derive(Debug)]
pub(crate) struct Scheduled {
    sources: Vec<Source>,
    pub(crate) plan: Arc<Plan>,
}

impl Scheduled {
    /// Where a scheduled node is.
    pub(crate) fn source(&self, node: Node) -> Source {
        self.sources[node as usize].clone()
    }
}

/// Schedule nodes in phases: a phase computes what it needs and no earlier phase has.
///
/// `memory` is the order of groups in memory, the last one fastest; `fastest` the group that moves from each box to
/// the next, if any does.
///
/// # Errors
/// When a node does not exist.
pub(crate) fn schedule(
    program: &Program,
    phases: &[Vec<Node>],
    memory: &[usize],
    fastest: Option<usize>,
) -> Result<Scheduled> {
    let nodes = program.tape().ops().len();
    let mut phase_of = vec![phases.len(); nodes];
    for (phase, wanted) in phases.iter().enumerate() {
        for (of, needed) in phase_of.iter_mut().zip(program.tape().needed(wanted)?) {
            if needed && *of == phases.len() {
                *of = phase;
            }
        }
    }
    let groups = |node: usize| -> Vec<usize> {
        let varies = |group: &usize| program.masks()[node] >> group & 1 == 1;
        memory.iter().copied().filter(varies).collect()
    };
    let mut builder = Builder {
        program,
        sources: vec![Source::Constant(f64::NAN); nodes],
        steps: vec![],
    };

    // What is given, and the tables.
    let mut remaining = vec![];
    let mut tables = vec![];
    for node in (0..nodes).filter(|node| phase_of[*node] < phases.len()) {
        let op = &program.tape().ops()[node];
        match program.action(node as Node)? {
            None => {
                builder.sources[node] = program.given(op).reordered(&groups(node), program.sizes());
            }
            Some(action) if builder.is_table(node, &action, &remaining) => {
                builder.push(node, action, groups(node));
                tables.push(node);
            }
            Some(action) => remaining.push((node, action)),
        }
    }
    builder.tabulate(&tables, &remaining, phases)?;

    // The steps, phase by phase.
    let mut ends = vec![];
    for phase in 0..phases.len() {
        for (node, action) in remaining
            .iter()
            .filter(|(node, _)| phase_of[*node] == phase)
        {
            builder.push(*node, action.clone(), groups(*node));
        }
        ends.push(builder.steps.len());
    }
    let wanted = phases.iter().flatten();
    let wanted: Vec<usize> = wanted
        .filter_map(|node| builder.sources[*node as usize].step())
        .collect();
    let steps = fuse(builder.steps, &mut ends, &mut builder.sources, &wanted);
    let wanted = phases
        .iter()
        .flatten()
        .filter_map(|node| builder.sources[*node as usize].step());
    let moving = fastest.map_or(0, |group| 1 << group);
    let plan = Plan::new(steps, ends, wanted, moving, program.simd());
    Ok(Scheduled {
        sources: builder.sources,
        plan: Arc::new(plan),
    })
}

/// The order of groups in memory: those of searches outermost, one group of the space innermost but for the draws.
pub(crate) fn memory_order(program: &Program, innermost: Option<usize>) -> Vec<usize> {
    let outer = program.space().sizes().len();
    let others = (0..outer).filter(|group| Some(*group) != innermost);
    let draws = program.draws_group();
    let searched = outer..program.sizes().len();
    let searched = searched.filter(|group| Some(*group) != draws);
    searched
        .chain(others)
        .chain(innermost)
        .chain(draws)
        .collect()
}

struct Builder<'a> {
    program: &'a Program,
    sources: Vec<Source>,
    steps: Vec<Step>,
}

impl Builder<'_> {
    fn push(&mut self, node: usize, action: Action, groups: Vec<usize>) {
        let operands = self.reads(node, &action).into_iter();
        self.steps.push(Step {
            operands: operands
                .map(|operand| self.sources[operand as usize].clone())
                .collect(),
            action,
            groups,
        });
        self.sources[node] = Source::Step(self.steps.len() - 1);
    }

    /// The nodes that a step reads: a search computes for itself what it is made of.
    fn reads(&self, node: usize, action: &Action) -> Vec<Node> {
        match action {
            Action::Winner(_) => vec![],
            _ => self.program.tape().ops()[node].operands(),
        }
    }

    /// Whether a node is computed once for the whole space: it has few values, and so has all that it is made of. What
    /// is searched for is not: that may take long.
    fn is_table(&self, node: usize, action: &Action, remaining: &[(usize, Action)]) -> bool {
        let values = self.program.points(self.program.masks()[node]);
        let operands = self.program.tape().ops()[node].operands();
        !matches!(action, Action::Winner(_))
            && values <= self.program.blocks().table_values
            && operands.iter().all(|operand| {
                remaining
                    .binary_search_by_key(&(*operand as usize), |(node, _)| *node)
                    .is_err()
            })
    }

    /// Compute the tables, and keep those that are read again.
    fn tabulate(
        &mut self,
        tables: &[usize],
        remaining: &[(usize, Action)],
        phases: &[Vec<Node>],
    ) -> Result<()> {
        let mut read = vec![false; self.sources.len()];
        let by_steps = remaining
            .iter()
            .flat_map(|(node, action)| self.reads(*node, action));
        for node in by_steps.chain(phases.iter().flatten().copied()) {
            read[node as usize] = true;
        }
        let steps = std::mem::take(&mut self.steps);
        let groups: Vec<Vec<usize>> = steps.iter().map(|step| step.groups.clone()).collect();
        let kept: Vec<usize> = (0..tables.len())
            .filter(|table| read[tables[*table]])
            .collect();
        let (ends, wanted) = (vec![steps.len()], kept.iter().copied());
        let plan = Plan::new(steps, ends, wanted, u64::MAX, self.program.simd());
        let mut evaluator = Evaluator::new(Arc::new(plan));
        evaluator.enter(&Extent::whole(self.program.sizes()));
        evaluator.evaluate(0, &Control::default())?;
        for table in tables {
            self.sources[*table] = Source::Constant(f64::NAN);
        }
        for table in kept {
            let values = evaluator.result(table);
            self.sources[tables[table]] = match groups[table][..] {
                [] => Source::Constant(values[0]),
                _ => Source::table(values.into(), &groups[table], self.program.sizes()),
            };
        }
        Ok(())
    }
}

/// Computes nodes over regions of consecutive rows.
#[derive(Clone, Debug)]
pub struct RowSchedule {
    sources: Vec<Source>,
    /// What must hold somewhere in a region for its rows to be computed; otherwise all their values are 0.
    guards: Vec<Source>,
    plan: Arc<Plan>,
    whole: Extent,
    /// How many groups the space has, without those of searches.
    outer: usize,
    region_rows: u64,
}

impl RowSchedule {
    /// Where rows are to meet a condition, only what many draws are evaluated for waits until it is known.
    pub(crate) fn new(program: &Program, nodes: &[Node], keep: Option<Node>) -> Result<Self> {
        let most = (REGION_VALUES / nodes.len().max(1)).max(LEAST_ROWS);
        let region_rows = program.region_rows(nodes)?.min(most) as u64;
        let space = program.space();
        let (outer, region) = (
            space.sizes().len(),
            space.region(0, space.combinations(), region_rows),
        );
        // The last group, in the order of rows, unless its runs are too short.
        let last = (0..outer)
            .next_back()
            .filter(|group| region.lens[*group] >= LONG);
        let innermost = last.or_else(|| (0..outer).max_by_key(|group| region.lens[*group]));
        let memory = memory_order(program, innermost);
        let fastest = (0..outer).rfind(|group| region.lens[*group] < space.sizes()[*group]);
        let guards = if program.draws_for(nodes)? > 1 {
            program.guards(keep)?
        } else {
            vec![]
        };
        let mut phases: Vec<Vec<Node>> = guards.iter().map(|guard| vec![*guard]).collect();
        phases.push(nodes.to_vec());
        let scheduled = schedule(program, &phases, &memory, fastest)?;
        let sources = |nodes: &[Node]| nodes.iter().map(|node| scheduled.source(*node)).collect();
        Ok(Self {
            sources: sources(nodes),
            guards: sources(&guards),
            plan: scheduled.plan,
            whole: program.all_rows(),
            outer,
            region_rows,
        })
    }

    /// A reader with buffers of its own.
    #[must_use]
    pub fn reader(&self) -> Reader<'_> {
        Reader {
            schedule: self,
            evaluator: Evaluator::new(Arc::clone(&self.plan)),
            extent: self.whole.clone(),
            rows: (0..self.outer).collect(),
            empty: false,
        }
    }
}

/// Computes a schedule's nodes over one region after another.
#[derive(Debug)]
pub struct Reader<'a> {
    schedule: &'a RowSchedule,
    evaluator: Evaluator,
    extent: Extent,
    /// The groups in the order of rows.
    rows: Vec<usize>,
    /// Whether a guard holds nowhere in the region.
    empty: bool,
}

impl Reader<'_> {
    /// Move through a range of rows, region by region, and call `each` in every one.
    ///
    /// # Errors
    /// What `each` says, or when the run shall stop.
    pub(crate) fn for_each(
        &mut self,
        space: &Space,
        rows: Range<u64>,
        control: &Control,
        mut each: impl FnMut(&Self, &Region) -> Result<()>,
    ) -> Result<()> {
        let mut first = rows.start;
        while first < rows.end {
            let region = space.region(first, rows.end, self.schedule.region_rows);
            self.enter(&region, control)?;
            each(self, &region)?;
            first += region.rows();
            control.advance(region.rows())?;
        }
        Ok(())
    }

    /// Move to a region.
    ///
    /// # Errors
    /// When the run shall stop.
    pub fn enter(&mut self, region: &Region, control: &Control) -> Result<()> {
        for group in 0..self.schedule.outer {
            self.extent.starts[group] = region.starts[group] as usize;
            self.extent.lens[group] = region.lens[group] as usize;
        }
        self.evaluator.enter(&self.extent);
        self.empty = false;
        for (phase, guard) in self.schedule.guards.iter().enumerate() {
            self.evaluator.evaluate(phase, control)?;
            if !self.evaluator.held(guard).somewhere {
                self.empty = true;
                return Ok(());
            }
        }
        self.evaluator.evaluate(self.schedule.guards.len(), control)
    }

    /// The values of the schedule's `which`-th node, row by row.
    pub fn read(&self, which: usize, out: &mut [f64]) {
        if self.empty {
            return out.fill(0.0);
        }
        self.evaluator
            .copy(&self.schedule.sources[which], &self.rows, out);
    }
}
