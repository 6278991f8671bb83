//! The combinations that no other one beats in several objectives at once.

use std::cmp::Ordering;
use std::ops::Range;

use super::scan::{Scan, box_by_box, over_boxes, over_rows};
use crate::error::{Error, Result};
use crate::exec::fault::{Fault, kept};
use crate::exec::program::Program;
use crate::exec::walk::{Walk, Walker, Wanted};
use crate::numeric::kernels::{self, Simd};
use crate::numeric::scalar::holds;
use crate::prune::monotonicity::Direction;
use crate::prune::{Goal, Literal, Part, Verdict, View, is_worth};
use crate::run::Control;
use crate::skyline::{Front, MOST_DIMS, Points, Sieve};
use crate::space::block::Source;
use crate::tape::Node;

/// What to compare.
#[derive(Clone, Debug)]
pub struct Pareto {
    /// What is minimised, or (true) maximised.
    pub objectives: Vec<(Node, bool)>,
    /// Which combinations are compared; all when there is none.
    pub keep: Option<Node>,
}

impl Pareto {
    /// The combinations of a range for which no other one is at least as good in every objective and better in one: by
    /// the objectives one after the other, best first. Of those that are equal in all, the one with the lowest index.
    /// Their points have what is maximised with the other sign.
    ///
    /// # Errors
    /// When there are no objectives or too many, a value to compare is not finite, there is no such range, or the run
    /// was stopped.
    pub fn run(
        &self,
        program: &Program,
        rows: &Range<u64>,
        threads: usize,
        control: &Control,
    ) -> Result<Points> {
        if !(1..=MOST_DIMS).contains(&self.objectives.len()) {
            return Err(Error::Invalid(format!(
                "{} objectives; from 1 to {MOST_DIMS} are possible",
                self.objectives.len()
            )));
        }
        let mut front: Option<Front> = None;
        box_by_box(program, rows, control, |_, part| {
            let found = match self.pruned(part, threads, control)? {
                Some(found) => found,
                None => self.walked(part, threads, control)?,
            };
            found.fault.check(program.tape())?;
            match &mut front {
                None => front = Some(found.front),
                Some(front) => front.extend(&found.front.points()),
            }
            Ok(())
        })?;
        let nothing = || Points::new(self.objectives.len());
        Ok(front.map_or_else(nothing, |front| in_order(&front.points())))
    }

    /// The front of points, as `run` tells it: that of a space is the one of the fronts of its parts.
    ///
    /// # Panics
    /// When there are no coordinates or too many.
    #[must_use]
    pub fn of_points(points: &Points, dims: usize) -> Points {
        let mut front = Front::new(dims);
        front.extend(points);
        in_order(&front.points())
    }

    /// What is found in a part of the space that has the whole front, if that is less work and there is no fault.
    fn pruned(
        &self,
        program: &Program,
        threads: usize,
        control: &Control,
    ) -> Result<Option<Gathered>> {
        let (space, least) = (program.space(), program.blocks().prune_rows);
        let goal = self.goal();
        if !is_worth(program, &goal)? {
            return Ok(None);
        }
        let all = vec![vec![]; space.sizes().len()];
        let Some(part) = Part::new(program, &all).reduced(&goal, threads, control)? else {
            return Ok(Some(Gathered::new(program.simd(), self.objectives.len())));
        };
        let rows = part.program.space().combinations();
        let control = &control.scaled(space.combinations() as f64 / rows as f64);
        let found = if rows < least.min(FEW_ROWS) {
            self.walked(&part.program, threads, control)?
        } else {
            let part = part.with_tables(&goal, threads, control)?;
            self.searched(&part.ordered(&goal, threads, control)?, threads, control)?
        };
        Ok(Some(found).filter(|found| found.fault.row().is_none()))
    }

    /// The front of a part of a program, by branch and bound if that is worth its while.
    fn searched(&self, part: &Part, threads: usize, control: &Control) -> Result<Gathered> {
        let walk = Walk::new(&part.program, &self.wanted())?;
        let offers = Offers::new(self, &part.program, &walk);
        let fallback = || over_rows(&offers, &walk, threads, control, || offers.nothing());
        over_boxes(
            &offers,
            &walk,
            (part, &self.goal()),
            threads,
            control,
            fallback,
        )
    }

    /// The front of all rows of a program.
    fn walked(&self, program: &Program, threads: usize, control: &Control) -> Result<Gathered> {
        let walk = Walk::new(program, &self.wanted())?;
        let offers = Offers::new(self, program, &walk);
        over_rows(&offers, &walk, threads, control, || offers.nothing())
    }

    fn goal(&self) -> Goal {
        let objectives = self
            .objectives
            .iter()
            .map(|&(node, largest)| (node, Direction::of(largest)));
        Goal {
            objectives: objectives.collect(),
            keep: self.keep,
            apart: vec![],
        }
    }

    /// What a pass over the combinations computes.
    fn wanted(&self) -> Wanted {
        Wanted {
            keep: self.keep,
            nodes: self.goal().nodes(),
            ..Wanted::default()
        }
    }
}

/// A space of fewer rows is sooner walked through than searched.
const FEW_ROWS: u64 = 1 << 22;

/// The chunks in an order in which each is far from those before: soon a front is near the one of all.
fn scattered(chunk: u64, chunks: u64) -> u64 {
    const GOLDEN: f64 = 0.618_033_988_749_895;
    let coprime = |stride: &u64| greatest_common_divisor(*stride, chunks) == 1;
    let stride = ((chunks as f64 * GOLDEN) as u64..=chunks).find(coprime);
    let place = u128::from(chunk) * u128::from(stride.unwrap_or(1)) % u128::from(chunks);
    place as u64
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

/// Points with their rows, coordinate after coordinate, the smallest first.
fn in_order(points: &Points) -> Points {
    let mut sorted: Vec<(&[f64], u64)> = points.iter().collect();
    sorted.sort_unstable_by(|(a, i), (b, j)| {
        let order = a.partial_cmp(b).unwrap_or(Ordering::Equal);
        order.then(i.cmp(j))
    });
    let mut ordered = Points::new(points.dims());
    for (point, row) in sorted {
        ordered.push(point, row);
    }
    ordered
}

/// An objective and where its values are.
struct Objective {
    node: Node,
    source: Source,
    direction: Direction,
}

/// What the rows of a tile offer to a front.
pub(crate) struct Offers {
    simd: Simd,
    objectives: Vec<Objective>,
    keep: Option<Source>,
    /// The groups that any of this varies over, as a mask too.
    groups: Vec<usize>,
    mask: u64,
    /// The other groups of the space.
    others: Vec<usize>,
    /// The truth values that decide which boxes count.
    conditions: Vec<Literal>,
}

/// So many rows wait at least before they are taken into the front.
const WAITING: usize = 1 << 9;
/// So many times fewer rows than the front has may wait.
const SHARE: usize = 8;

/// What a worker has found: rows none of which dominates another one.
pub(crate) struct Gathered {
    pub(crate) front: Front,
    pub(crate) fault: Fault,
    /// Rows that are not in the front yet.
    waiting: Points,
    sieve: Sieve,
    /// The objectives in a tile, all to be small, and infinite where a row is not kept.
    columns: Vec<Vec<f64>>,
    copied: Vec<f64>,
    keep: Vec<f64>,
    left: Vec<usize>,
}

impl Gathered {
    /// Nothing.
    fn new(simd: Simd, dims: usize) -> Self {
        Self {
            front: Front::new(dims),
            fault: Fault::default(),
            waiting: Points::new(dims),
            sieve: Sieve::new(simd, dims),
            columns: vec![vec![]; dims],
            copied: vec![],
            keep: vec![],
            left: vec![],
        }
    }

    /// Take what waits into the front.
    pub(crate) fn settle(&mut self) {
        self.front.extend(&self.waiting);
        self.waiting.clear();
    }

    /// Take in what another worker has found.
    pub(crate) fn merge(&mut self, mut other: Self) {
        other.settle();
        self.fault.merge(&other.fault);
        self.front.extend(&other.front.points());
    }
}

impl Offers {
    pub(crate) fn new(pareto: &Pareto, program: &Program, walk: &Walk<'_>) -> Self {
        let nodes = pareto.goal().nodes().into_iter();
        let mask = nodes.fold(0, |all, node| all | program.masks()[node as usize]);
        let objectives = pareto.objectives.iter().map(|&(node, largest)| Objective {
            node,
            source: walk.source(node),
            direction: Direction::of(largest),
        });
        let mut others = walk.all();
        others.retain(|group| mask >> group & 1 == 0);
        Self {
            simd: program.simd(),
            objectives: objectives.collect(),
            keep: pareto.keep.map(|keep| walk.source(keep)),
            groups: walk.groups(mask),
            mask,
            others,
            conditions: program.tape().literals(pareto.keep),
        }
    }

    /// Take the kept rows of a tile that may be on the front into what was gathered.
    fn take(&self, walker: &Walker<'_>, gathered: &mut Gathered) {
        // Tiles that differ in other groups offer the same, in higher rows.
        let starts = &walker.extent().starts;
        if self.others.iter().any(|group| starts[*group] > 0) {
            return;
        }
        self.read(walker, gathered);
        let Gathered {
            front,
            waiting,
            sieve,
            columns,
            left,
            ..
        } = gathered;
        let run = self.groups.last();
        let run = run.map_or(1, |group| walker.extent().lens[*group]);
        sieve.sift(front, columns, run, left);
        let mut point = [0.0; MOST_DIMS];
        for &i in &*left {
            for (to, column) in point.iter_mut().zip(&*columns) {
                *to = column[i];
            }
            waiting.push(&point, walker.row(&self.groups, i));
        }
        if waiting.len() >= WAITING.max(front.len() / SHARE) {
            gathered.settle();
        }
    }

    /// Read the columns of a tile. What is kept and not finite is a fault.
    fn read(&self, walker: &Walker<'_>, gathered: &mut Gathered) {
        let held = |source: &&Source| walker.held(source).not_everywhere;
        let keep = self.keep.as_ref().filter(held);
        let keep = keep.map(|keep| self.values(walker, keep, &mut gathered.keep));
        for (objective, column) in self.objectives.iter().zip(&mut gathered.columns) {
            let values = self.values(walker, &objective.source, &mut gathered.copied);
            let sign = objective.direction.sign();
            column.clear();
            match keep {
                None => column.extend(values.iter().map(|value| value * sign)),
                Some(keep) => {
                    let offered = |(value, keep): (&f64, &f64)| {
                        let value = value * sign;
                        if holds(*keep) { value } else { f64::INFINITY }
                    };
                    column.extend(values.iter().zip(keep).map(offered));
                }
            }
            let (mut low, mut high, mut finite) = (f64::INFINITY, f64::NEG_INFINITY, true);
            kernels::extremes(self.simd, values, &mut low, &mut high, &mut finite);
            if finite {
                continue;
            }
            for (i, value) in values.iter().enumerate() {
                if !value.is_finite() && kept(keep, i) {
                    let row = walker.row(&self.groups, i);
                    gathered.fault.note(row, objective.node, *value);
                    column[i] = f64::INFINITY;
                }
            }
        }
    }

    fn values<'b>(
        &self,
        walker: &'b Walker<'_>,
        source: &Source,
        copied: &'b mut Vec<f64>,
    ) -> &'b [f64] {
        walker.values(source, &self.groups, self.mask, copied)
    }
}

impl Scan for Offers {
    type State = Gathered;
    type Scratch = ();

    fn nothing(&self) -> Gathered {
        Gathered::new(self.simd, self.objectives.len())
    }

    fn absorb(&self, walker: &Walker<'_>, (): &mut (), gathered: &mut Gathered) {
        self.take(walker, gathered);
    }

    fn merge(&self, gathered: &mut Gathered, other: Gathered) {
        gathered.merge(other);
    }

    fn order(&self, chunk: u64, chunks: u64) -> u64 {
        scattered(chunk, chunks)
    }

    fn judge(&self, view: &View<'_>, gathered: &Gathered) -> Verdict {
        if view.excludes_any(&self.conditions) {
            return Verdict::Pruned;
        }
        let (mut corner, mut key) = ([0.0; MOST_DIMS], 0.0);
        for (best, objective) in corner.iter_mut().zip(&self.objectives) {
            let value = view.at(objective.node);
            if !value.is_sound() {
                // There may be a fault: it must be found.
                return Verdict::Open(f64::NEG_INFINITY);
            }
            *best = objective.direction.bound(value);
            // Objectives may be of any size: their orders of magnitude count.
            key += best.abs().ln_1p().copysign(*best);
        }
        let corner = &corner[..self.objectives.len()];
        if gathered.front.is_dominated(corner, view.place.lowest()) {
            return Verdict::Pruned;
        }
        Verdict::Open(key)
    }
}
