//! Goes through the candidates of a search: tile by tile, in a tile strip by strip of lanes, with a strip step by step.
//!
//! Where the objective has a floor, candidates are put in order of it first, and evaluated in full only as long as they
//! may still win.

use std::ops::Range;
use std::sync::Arc;

use crate::error::Result;
use crate::exec::evaluator::Evaluator;
use crate::numeric::kernels;
use crate::run::Control;
use crate::space::block::Extent;

use super::lanes::Lanes;
use super::plan::SearchPlan;
use super::queue::{Queue, Waiting};
use super::steps_over_lanes::{Course, CourseWalker};
use super::winners::{Grid, NONE};

/// What a worker searches with.
#[derive(Debug)]
pub(crate) struct Scan {
    apart: Evaluator,
    lanes: Lanes,
    extent: Extent,
    floor: Option<CourseWalker>,
    queue: Queue,
    /// The next of those that wait, and the lanes that they are.
    contenders: (Vec<Waiting>, Lanes),
    objective: CourseWalker,
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

impl Scan {
    pub(super) fn new(plan: &SearchPlan) -> Self {
        Self {
            apart: Evaluator::new(Arc::clone(&plan.apart.plan)),
            lanes: Lanes::default(),
            extent: Extent::whole(&plan.sizes),
            floor: plan.floor.as_ref().map(CourseWalker::new),
            queue: Queue::default(),
            contenders: Default::default(),
            objective: CourseWalker::new(&plan.objective),
            best: vec![],
            winner: vec![],
            point_strides: vec![0; plan.sizes.len()],
            point: vec![],
            number: vec![],
            points: vec![],
        }
    }

    /// Find the winners of a box of a grid.
    pub(super) fn find(
        &mut self,
        plan: &SearchPlan,
        grid: &Grid,
        number: usize,
        found: &mut [u32],
        control: &Control,
    ) -> Result<()> {
        let points = grid.extent(number);
        self.point_strides[..plan.outer].copy_from_slice(&grid.strides());
        found.fill(NONE);
        self.points.clear();
        self.points.resize(found.len(), f64::INFINITY);
        self.queue.restart(found.len(), &plan.strategy.ranked);
        self.extent.starts[..plan.outer].copy_from_slice(&points.starts);
        self.extent.lens[..plan.outer].copy_from_slice(&points.lens);
        let axes: Vec<usize> = (0..plan.sizes.len())
            .filter(|group| plan.strides[*group] > 0)
            .collect();
        for group in &axes {
            self.place(plan, *group, 0);
        }
        loop {
            control.check()?;
            self.tile(plan, found, control)?;
            let next = axes.iter().rev().find(|group| {
                let start = self.extent.starts[**group] + self.extent.lens[**group];
                let more = start < plan.sizes[**group];
                self.place(plan, **group, if more { start } else { 0 });
                more
            });
            if next.is_none() {
                return Ok(());
            }
        }
    }

    fn place(&mut self, plan: &SearchPlan, group: usize, start: usize) {
        self.extent.starts[group] = start;
        self.extent.lens[group] = plan.strategy.cuts[group].min(plan.sizes[group] - start);
    }

    fn tile(&mut self, plan: &SearchPlan, found: &mut [u32], control: &Control) -> Result<()> {
        self.apart.enter(&self.extent);
        self.apart.evaluate(0, control)?;
        self.lanes
            .find(&plan.strategy.lanes, &plan.gates, &self.apart, &self.extent);
        if self.lanes.count() == 0 {
            return Ok(());
        }
        self.apart.evaluate(1, control)?;
        let lanes = std::mem::take(&mut self.lanes);
        for strip in strips(plan, lanes.count()) {
            control.check()?;
            match &plan.floor {
                None => self.compete(plan, &lanes, strip, found),
                Some(floor) => {
                    self.rank(floor, &lanes, strip);
                    if self.queue.is_full() {
                        self.contest(plan, &lanes, found, control)?;
                    }
                }
            }
        }
        self.contest(plan, &lanes, found, control)?;
        self.lanes = lanes;
        Ok(())
    }

    /// Let the candidates of some lanes wait, as far as their floors do not tell that they lose.
    fn rank(&mut self, course: &Course, lanes: &Lanes, strip: Range<usize>) {
        lanes.places(&self.point_strides, strip.clone(), &mut self.point);
        let (queue, point, points) = (&mut self.queue, &self.point, &self.points);
        let first = strip.start;
        if let Some(floor) = &mut self.floor {
            floor.walk(course, &self.apart, &self.extent, lanes, strip, |step| {
                queue.push(step, first, point, points);
            });
        }
    }

    /// Evaluate in full what waits, as far as it may win.
    fn contest(
        &mut self,
        plan: &SearchPlan,
        lanes: &Lanes,
        found: &mut [u32],
        control: &Control,
    ) -> Result<()> {
        let (mut waiting, mut chosen) = std::mem::take(&mut self.contenders);
        while self.queue.next(&self.points, &mut waiting) {
            chosen.choose(&waiting, lanes, self.queue.steps());
            for strip in strips(plan, chosen.count()) {
                control.check()?;
                self.compete(plan, &chosen, strip, found);
            }
        }
        self.contenders = (waiting, chosen);
        Ok(())
    }

    /// Walk with some lanes and keep the best.
    fn compete(
        &mut self,
        plan: &SearchPlan,
        lanes: &Lanes,
        strip: Range<usize>,
        found: &mut [u32],
    ) {
        self.best.clear();
        self.best.resize(strip.len(), f64::INFINITY);
        self.winner.clear();
        self.winner.resize(strip.len(), f64::INFINITY);
        let (best, winner, extent) = (&mut self.best, &mut self.winner, &self.extent);
        let course = &plan.objective;
        self.objective
            .walk(course, &self.apart, extent, lanes, strip.clone(), |step| {
                let walked = course.walked.iter().zip(step.digits);
                let number: usize = walked
                    .map(|(group, digit)| plan.strides[*group] * (extent.starts[*group] + digit))
                    .sum();
                let (values, legal) = (step.values, step.legal);
                kernels::take_minimum(plan.simd, best, winner, values, legal, number as f64);
            });
        self.settle(plan, lanes, strip, found);
    }

    /// The winners of the points among those of their lanes.
    fn settle(&mut self, plan: &SearchPlan, lanes: &Lanes, strip: Range<usize>, found: &mut [u32]) {
        lanes.places(&self.point_strides, strip.clone(), &mut self.point);
        lanes.places(&plan.strides, strip, &mut self.number);
        let axes = plan.strategy.lanes.iter().chain(&plan.strategy.ranked);
        let starts = axes.map(|group| plan.strides[*group] * self.extent.starts[*group]);
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

/// Lanes in strips.
fn strips(plan: &SearchPlan, lanes: usize) -> impl Iterator<Item = Range<usize>> {
    let strip = plan.strategy.strip;
    let starts = (0..lanes).step_by(strip);
    starts.map(move |start| start..lanes.min(start + strip))
}
