//! A search through a space box by box, the most promising first.

use std::collections::HashMap;

use super::Literal;
use super::boxes::{Boxes, Enclosed};
use super::frontier::{FailOnPanic, OpenBox, Shared};
use super::pyramid::{Side, parts};
use crate::error::Result;
use crate::numeric::interval::Interval;
use crate::run::{Control, gather};
use crate::space::block::Extent;
use crate::tape::Node;

/// What is known of a box before its rows are looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// Its rows need not be looked at.
    Pruned,
    /// They may matter; boxes with a small key come first.
    Open(f64),
}

/// A box.
#[derive(Clone, Copy)]
pub(crate) struct BoxRef<'a> {
    boxes: &'a Boxes<'a>,
    sides: &'a [Side],
}

impl BoxRef<'_> {
    /// How many rows it has.
    pub(crate) fn rows(&self) -> u64 {
        self.boxes.rows(self.sides)
    }

    /// The lowest row in it.
    pub(crate) fn lowest(&self) -> u64 {
        self.boxes.lowest(self.sides)
    }

    /// Its digits of each group of the space.
    pub(crate) fn extent(&self) -> Extent {
        let sides = self.sides.iter().enumerate();
        let ranges = sides.map(|(group, side)| self.boxes.range(group, *side));
        let (starts, lens) = ranges.map(|range| (range.start, range.len())).unzip();
        Extent { starts, lens }
    }

    /// Its digit of a group, if there is only one.
    pub(crate) fn digit(&self, group: usize) -> Option<usize> {
        let range = self.boxes.range(group, self.sides[group]);
        (range.len() == 1).then_some(range.start)
    }
}

/// A box, and what encloses the nodes over it.
pub(crate) struct View<'a> {
    pub(crate) place: BoxRef<'a>,
    enclosed: &'a Enclosed,
}

impl View<'_> {
    /// What encloses a node.
    pub(crate) fn at(&self, node: Node) -> Interval {
        self.place.boxes.at(self.enclosed, node)
    }

    /// Whether some condition is met nowhere.
    pub(crate) fn excludes_any(&self, conditions: &[Literal]) -> bool {
        conditions.iter().any(|condition| self.excludes(*condition))
    }

    /// Whether all conditions are met everywhere.
    pub(crate) fn ensures_all(&self, conditions: &[Literal]) -> bool {
        let opposite = |(node, holds): &Literal| (*node, !holds);
        conditions
            .iter()
            .map(opposite)
            .all(|opposite| self.excludes(opposite))
    }

    fn excludes(&self, (node, holds): Literal) -> bool {
        let truth = self.at(node);
        if holds {
            !truth.may_hold()
        } else {
            truth.holds()
        }
    }
}

/// What looks for an answer.
pub(crate) trait Visitor {
    /// What is known of a box.
    fn judge(&self, view: &View<'_>) -> Verdict;

    /// Whether a box that was open, with this key, still is, as far as is known without bounding it again.
    fn is_open(&self, _key: f64, _place: &BoxRef<'_>) -> bool {
        true
    }

    /// Take note that a box is decided.
    fn decided(&mut self, _view: &View<'_>) {}

    /// Look at the rows of a box.
    ///
    /// # Errors
    /// When the run shall stop.
    fn evaluate(&mut self, place: &BoxRef<'_>) -> Result<()>;
}

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Ended {
    /// All is decided.
    Complete,
    /// It was not worth its while.
    GivenUp,
    /// There was no more time; no box that is left has a smaller key.
    TimedOut(f64),
}

/// So often a search that ends early goes straight down.
const DESCENTS: usize = 64;

/// What a search is made of.
pub(super) struct BranchAndBound<'a> {
    pub(super) boxes: &'a Boxes<'a>,
    /// Boxes of no more rows are evaluated.
    pub(super) rows: u64,
    /// After so many boxes it is given up.
    pub(super) most: u64,
    /// The nodes that decide where boxes are cut: what is bounded, and what conditions compare.
    pub(super) bounded: Vec<Node>,
    /// Groups that are cut into single digits before all others.
    pub(super) first: Vec<usize>,
}

impl BranchAndBound<'_> {
    /// Search with some workers; what they found, and how it ended.
    ///
    /// # Errors
    /// That of a worker, or when the run shall stop.
    pub(super) fn run<S: Visitor + Send>(
        &self,
        threads: usize,
        control: &Control,
        visitor: impl Fn() -> S + Sync,
    ) -> Result<(Vec<S>, Ended)> {
        let open = Shared::default();
        let (sides, mut enclosed) = (self.boxes.whole(), Enclosed::default());
        self.boxes.enclose(&sides, &mut enclosed);
        let whole = View {
            place: self.place(&sides),
            enclosed: &enclosed,
        };
        let key = match visitor().judge(&whole) {
            Verdict::Open(key) => key,
            // Whoever takes it finds that too.
            Verdict::Pruned => f64::NEG_INFINITY,
        };
        let lowest = whole.place.lowest();
        open.push(OpenBox { key, lowest, sides });
        let worker = || (visitor(), Cutter::default());
        let work = |(visitor, cutter): &mut (S, Cutter), _| {
            let done = self.work(&open, visitor, cutter, control);
            if done.is_err() {
                open.fail();
            }
            done
        };
        let mut workers = gather(threads as u64, threads, worker, work)?;
        if let (true, Some((visitor, cutter))) = (control.is_late(), workers.first_mut()) {
            self.descend(&open, visitor, cutter, control)?;
        }
        let ended = match open.first() {
            None => Ended::Complete,
            Some(key) if control.is_late() => Ended::TimedOut(key),
            Some(_) => Ended::GivenUp,
        };
        let visitors = workers.into_iter().map(|(visitor, _)| visitor);
        Ok((visitors.collect(), ended))
    }

    fn work<S: Visitor>(
        &self,
        open: &Shared,
        visitor: &mut S,
        cutter: &mut Cutter,
        control: &Control,
    ) -> Result<()> {
        let mut found = vec![];
        let _fail = FailOnPanic(open);
        while let Some(taken) = open.take(self.most, control) {
            let mut bounded = 0;
            for waiting in taken {
                bounded += self.look(&waiting, visitor, cutter, &mut found, control)?;
            }
            control.count_boxes(bounded);
            control.check()?;
            open.give(&mut found, bounded);
        }
        Ok(())
    }

    /// A search that ends early finds something: straight down from the boxes that promise most, each time to the best
    /// of its parts.
    fn descend<S: Visitor>(
        &self,
        open: &Shared,
        visitor: &mut S,
        cutter: &mut Cutter,
        control: &Control,
    ) -> Result<()> {
        for _ in 0..DESCENTS {
            let mut next = open.pop();
            while let Some(waiting) = next {
                let mut found = vec![];
                control.count_boxes(self.look(&waiting, visitor, cutter, &mut found, control)?);
                found.sort_unstable();
                next = found.pop();
                for part in found {
                    open.push(part);
                }
            }
        }
        Ok(())
    }

    /// Decide a box, evaluate it, or cut it in parts, of which those that are open are found; how many there were.
    fn look<S: Visitor>(
        &self,
        waiting: &OpenBox,
        visitor: &mut S,
        cutter: &mut Cutter,
        found: &mut Vec<OpenBox>,
        control: &Control,
    ) -> Result<u64> {
        let place = self.place(&waiting.sides);
        if !visitor.is_open(waiting.key, &place) {
            control.decided(place.rows())?;
            return Ok(0);
        }
        self.boxes.enclose(&waiting.sides, &mut cutter.whole);
        let view = View {
            place,
            enclosed: &cutter.whole,
        };
        if visitor.judge(&view) == Verdict::Pruned {
            visitor.decided(&view);
            control.decided(place.rows())?;
        } else if self.is_small(&waiting.sides) {
            visitor.evaluate(&place)?;
            control.advance(place.rows())?;
        } else {
            return self.cut(waiting, visitor, cutter, found, control);
        }
        Ok(0)
    }

    fn place<'b>(&'b self, sides: &'b [Side]) -> BoxRef<'b> {
        BoxRef {
            boxes: self.boxes,
            sides,
        }
    }

    fn is_small(&self, sides: &[Side]) -> bool {
        let cut = self.first.iter().all(|group| sides[*group].level == 0);
        (cut && self.boxes.rows(sides) <= self.rows) || sides.iter().all(|side| side.level == 0)
    }

    /// Cut a box, which is enclosed, in parts, and keep those that are open; how many parts there were.
    fn cut<S: Visitor>(
        &self,
        waiting: &OpenBox,
        visitor: &mut S,
        cutter: &mut Cutter,
        found: &mut Vec<OpenBox>,
        control: &Control,
    ) -> Result<u64> {
        let mut sides = waiting.sides.clone();
        let group = self.along(&mut sides, waiting.key, visitor, cutter);
        let (side, mut count) = (sides[group], 0);
        for part in parts(self.boxes.sizes()[group], side) {
            sides[group] = part;
            self.boxes
                .enclose_changed(&sides, group, &cutter.whole, &mut cutter.part);
            let view = View {
                place: self.place(&sides),
                enclosed: &cutter.part,
            };
            count += 1;
            match visitor.judge(&view) {
                Verdict::Pruned => {
                    visitor.decided(&view);
                    control.decided(view.place.rows())?;
                }
                Verdict::Open(key) => found.push(OpenBox {
                    key,
                    lowest: view.place.lowest(),
                    sides: sides.clone(),
                }),
            }
        }
        Ok(count)
    }

    /// The group to cut a box along: that along which parts are known best. Boxes of one shape are cut alike.
    fn along<S: Visitor>(
        &self,
        sides: &mut [Side],
        key: f64,
        visitor: &S,
        cutter: &mut Cutter,
    ) -> usize {
        if let Some(group) = self.first.iter().find(|group| sides[**group].level > 0) {
            return *group;
        }
        let shape: Vec<u8> = sides.iter().map(|side| side.level).collect();
        if let Some(group) = cutter.known.get(&shape) {
            return *group;
        }
        let mut best = (-1.0, 0, 0);
        for group in (0..sides.len()).filter(|group| shape[*group] > 0) {
            let side = sides[group];
            let (mut gain, mut count) = (0.0, 0_u32);
            for part in parts(self.boxes.sizes()[group], side) {
                sides[group] = part;
                self.boxes
                    .enclose_changed(sides, group, &cutter.whole, &mut cutter.part);
                let view = View {
                    place: self.place(sides),
                    enclosed: &cutter.part,
                };
                count += 1;
                gain += match visitor.judge(&view) {
                    Verdict::Pruned => 1.0,
                    Verdict::Open(part) => self.gain(&cutter.whole, &cutter.part, key, part),
                };
            }
            sides[group] = side;
            let found = (gain / f64::from(count), self.boxes.sizes()[group], group);
            if (found.0, found.1) > (best.0, best.1) {
                best = found;
            }
        }
        cutter.known.insert(shape, best.2);
        best.2
    }

    /// How much more is known of a part of a box than of the whole, from 0 to 1.
    fn gain(&self, whole: &Enclosed, part: &Enclosed, key: f64, better: f64) -> f64 {
        let share = |gain: f64| {
            if gain.is_finite() {
                gain.clamp(0.0, 1.0)
            } else {
                0.0
            }
        };
        let narrower = self.bounded.iter().map(|node| {
            let width = |enclosed| {
                let Interval { low, high, .. } = self.boxes.at(enclosed, *node);
                high - low
            };
            share(1.0 - width(part) / width(whole))
        });
        let narrower = narrower.sum::<f64>() / self.bounded.len().max(1) as f64;
        share((better - key) / better.abs().max(key.abs())).max(narrower / 2.0)
    }
}

/// What a worker cuts boxes with.
#[derive(Default)]
struct Cutter {
    whole: Enclosed,
    part: Enclosed,
    /// Along which group boxes of a shape are cut.
    known: HashMap<Vec<u8>, usize>,
}
