//! Goes through the candidates of a search: tile by tile, in a tile strip by strip of lanes, with a strip step by step.

use std::ops::Range;
use std::sync::Arc;

use crate::block::Extent;
use crate::error::Result;
use crate::evaluator::{Evaluator, Held};
use crate::kernel;
use crate::plan::mask;
use crate::run::Control;

use super::lanes::Lanes;
use super::steps::{Outside, Steps};
use super::task::{Outer, Task};
use super::winners::{Grid, NONE};

/// What a worker searches with.
#[derive(Debug)]
pub(crate) struct Seeker {
    apart: Evaluator,
    steps: Steps,
    lanes: Lanes,
    extent: Extent,
    /// The positions of a strip's lanes, for each of the sources in which they have some.
    places: Vec<Vec<u32>>,
    /// The digits of the walked axes, counted from those of the tile.
    digits: Vec<usize>,
    held: Vec<Held>,
    legal: Vec<f64>,
    objective: Vec<f64>,
    /// The best objective of each lane, and its number along the walked axes.
    best: Vec<f64>,
    winner: Vec<f64>,
    /// How many points of a box lie between two digits of each group.
    point_strides: Vec<usize>,
    /// The point and the number of each lane.
    point: Vec<u32>,
    number: Vec<u32>,
    /// The best objective of each point.
    points: Vec<f64>,
}

impl Seeker {
    pub(super) fn new(task: &Task) -> Self {
        Self {
            apart: Evaluator::new(Arc::clone(&task.apart.plan)),
            steps: Steps::new(Arc::clone(&task.along)),
            lanes: Lanes::default(),
            extent: Extent::whole(&task.sizes),
            places: vec![vec![]; task.placed.len()],
            digits: vec![0; task.layout.walked.len()],
            held: vec![Held::default(); task.guards.len()],
            legal: vec![],
            objective: vec![],
            best: vec![],
            winner: vec![],
            point_strides: vec![0; task.sizes.len()],
            point: vec![],
            number: vec![],
            points: vec![],
        }
    }

    /// Find the winners of a box of a grid.
    pub(super) fn find(
        &mut self,
        task: &Task,
        grid: &Grid,
        number: usize,
        found: &mut [u32],
        control: &Control,
    ) -> Result<()> {
        let points = grid.extent(number);
        self.point_strides[..task.outer].copy_from_slice(&grid.strides());
        found.fill(NONE);
        self.points.clear();
        self.points.resize(found.len(), f64::INFINITY);
        self.extent.starts[..task.outer].copy_from_slice(&points.starts);
        self.extent.lens[..task.outer].copy_from_slice(&points.lens);
        let axes: Vec<usize> = (0..task.sizes.len())
            .filter(|group| task.strides[*group] > 0)
            .collect();
        for group in &axes {
            self.place(task, *group, 0);
        }
        loop {
            control.check()?;
            self.tile(task, found, control)?;
            let next = axes.iter().rev().find(|group| {
                let start = self.extent.starts[**group] + self.extent.lens[**group];
                let more = start < task.sizes[**group];
                self.place(task, **group, if more { start } else { 0 });
                more
            });
            if next.is_none() {
                return Ok(());
            }
        }
    }

    fn place(&mut self, task: &Task, group: usize, start: usize) {
        self.extent.starts[group] = start;
        self.extent.lens[group] = task.layout.cuts[group].min(task.sizes[group] - start);
    }

    fn tile(&mut self, task: &Task, found: &mut [u32], control: &Control) -> Result<()> {
        self.apart.enter(&self.extent);
        self.apart.evaluate(0, control)?;
        self.lanes
            .find(&task.layout.lanes, &task.gates, &self.apart, &self.extent);
        if self.lanes.count() == 0 {
            return Ok(());
        }
        self.apart.evaluate(1, control)?;
        let mut start = 0;
        while start < self.lanes.count() {
            control.check()?;
            let strip = start..self.lanes.count().min(start + task.layout.strip);
            start = strip.end;
            self.strip(task, strip.clone());
            self.settle(task, strip, found);
        }
        Ok(())
    }

    /// Walk with some lanes.
    fn strip(&mut self, task: &Task, lanes: Range<usize>) {
        for (source, places) in task.placed.iter().zip(&mut self.places) {
            self.lanes
                .places(self.apart.strides_of(source), lanes.clone(), places);
        }
        self.steps.restart(lanes.len());
        self.digits.fill(0);
        self.best.clear();
        self.best.resize(lanes.len(), f64::INFINITY);
        self.winner.clear();
        self.winner.resize(lanes.len(), f64::INFINITY);
        loop {
            let stays = self.step(task);
            if !self.advance(task, stays) {
                return;
            }
        }
    }

    /// One step: the number of walked axes, slowest first, of which one has to move for anything to change.
    fn step(&mut self, task: &Task) -> usize {
        let Self {
            apart,
            steps,
            places,
            digits,
            held,
            ..
        } = self;
        let outside = |which: usize| {
            let Outer { source, placed } = &task.outside[which];
            let (values, offset) = apart.array(source);
            let strides = apart.strides_of(source);
            let walked = task.layout.walked.iter().zip(&*digits);
            let start = offset
                + walked
                    .map(|(group, digit)| strides[*group] * digit)
                    .sum::<usize>();
            match placed {
                Some(placed) => Outside::Each(&values[start..], &places[*placed]),
                None => Outside::One(values[start]),
            }
        };
        for (phase, (guard, held)) in task.guards.iter().zip(held).enumerate() {
            if steps.evaluate(phase, outside) & guard.groups != 0 {
                *held = steps.held(&guard.source);
            }
            if !held.somewhere {
                return guard.level;
            }
        }
        steps.evaluate(task.guards.len(), outside);
        self.take(task);
        task.layout.walked.len()
    }

    /// Look which lanes have a new best.
    fn take(&mut self, task: &Task) {
        let lanes = self.best.len();
        self.legal.clear();
        let guards = task.guards.iter().zip(&self.held);
        let mut partial = guards
            .filter(|(_, held)| held.not_everywhere)
            .map(|(guard, _)| self.steps.get(&guard.source));
        let mut legal = partial.next();
        for guard in partial {
            if self.legal.is_empty() {
                self.legal.extend_from_slice(legal.unwrap_or_default());
            }
            kernel::restrict(task.simd, &mut self.legal, guard);
        }
        if !self.legal.is_empty() {
            legal = Some(&self.legal);
        }
        let mut objective = self.steps.get(&task.objective);
        if objective.len() < lanes {
            self.objective.clear();
            self.objective.resize(lanes, objective[0]);
            objective = &self.objective;
        }
        let walked = task.layout.walked.iter().zip(&self.digits);
        let number: usize = walked
            .map(|(group, digit)| task.strides[*group] * (self.extent.starts[*group] + digit))
            .sum();
        let (best, winner) = (&mut self.best, &mut self.winner);
        kernel::take_minimum(task.simd, best, winner, objective, legal, number as f64);
    }

    /// On to the next step at which one of the first `stays` walked axes moves; false when there is none.
    fn advance(&mut self, task: &Task, stays: usize) -> bool {
        let walked = &task.layout.walked;
        let mut moved = 0;
        for axis in (0..walked.len()).rev() {
            let before = self.digits[axis];
            let more = axis < stays && before + 1 < self.extent.lens[walked[axis]];
            self.digits[axis] = if more { before + 1 } else { 0 };
            if self.digits[axis] != before {
                moved |= mask(&[axis + 1]);
            }
            if more {
                self.steps.moved(moved);
                return true;
            }
        }
        false
    }

    /// The winners of the points among those of their lanes.
    fn settle(&mut self, task: &Task, lanes: Range<usize>, found: &mut [u32]) {
        self.lanes
            .places(&self.point_strides, lanes.clone(), &mut self.point);
        self.lanes.places(&task.strides, lanes, &mut self.number);
        let axes = &task.layout.lanes;
        let starts = axes
            .iter()
            .map(|group| task.strides[*group] * self.extent.starts[*group]);
        let first = starts.sum::<usize>() as u32;
        let lanes = self.point.iter().zip(&self.number);
        for ((point, number), (best, winner)) in lanes.zip(self.best.iter().zip(&self.winner)) {
            if *winner == f64::INFINITY {
                continue;
            }
            let (point, number) = (*point as usize, first + number + *winner as u32);
            let (known, known_number) = (&mut self.points[point], &mut found[point]);
            if best < known || (best == known && number < *known_number) {
                (*known, *known_number) = (*best, number);
            }
        }
    }
}
