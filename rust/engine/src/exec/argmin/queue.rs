//! Candidates that wait to be evaluated in full: for each point those with the lowest floors come first.

use super::steps_over_lanes::LaneValues;
use crate::numeric::scalar::holds;

/// So many of a point's candidates are evaluated before their objectives decide which others are; then twice as many.
const FIRST: usize = 16;
/// No more wait at a time.
const MOST: usize = 1 << 14;

/// A lane at a step of the walk of floors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    floor: f64,
    pub(super) lane: u32,
    pub(super) step: u32,
}

/// What waits.
#[derive(Debug, Default)]
pub(super) struct Queue {
    /// What waits for each point.
    points: Vec<Vec<Waiting>>,
    count: usize,
    /// The walked axes, and the digit of each at each step.
    steps: Vec<(usize, Vec<u32>)>,
    next: usize,
}

impl Queue {
    /// Begin with other points; the axes that floors vary over.
    pub(super) fn restart(&mut self, points: usize, walked: &[usize]) {
        self.points.resize_with(points, Vec::new);
        self.steps = walked.iter().map(|axis| (*axis, vec![])).collect();
        self.clear();
    }

    fn clear(&mut self) {
        self.points.iter_mut().for_each(Vec::clear);
        self.count = 0;
        self.steps.iter_mut().for_each(|(_, digits)| digits.clear());
        self.next = FIRST;
    }

    /// Whether so many wait that they are better evaluated.
    pub(super) fn is_full(&self) -> bool {
        self.count >= MOST
    }

    /// The walked axes, and the digit of each at each step.
    pub(super) fn steps(&self) -> &[(usize, Vec<u32>)] {
        &self.steps
    }

    /// Let the legal candidates of a step wait whose floors are not above the best objectives of their points. One
    /// whose floor is NaN never wins.
    pub(super) fn push(
        &mut self,
        step: &LaneValues<'_>,
        first: usize,
        points: &[u32],
        best: &[f64],
    ) {
        let number = self.steps.first().map_or(0, |(_, digits)| digits.len()) as u32;
        for ((_, digits), digit) in self.steps.iter_mut().zip(step.digits) {
            digits.push(*digit as u32);
        }
        for (i, (floor, point)) in step.values.iter().zip(points).enumerate() {
            let point = *point as usize;
            if step.legal.is_none_or(|legal| holds(legal[i])) && *floor <= best[point] {
                self.points[point].push(Waiting {
                    floor: *floor,
                    lane: (first + i) as u32,
                    step: number,
                });
                self.count += 1;
            }
        }
    }

    /// The next ones of all points, if there are any; those whose floor is above the best objective of their point are dropped.
    pub(super) fn next(&mut self, best: &[f64], chosen: &mut Vec<Waiting>) -> bool {
        chosen.clear();
        self.count = 0;
        for (waiting, best) in self.points.iter_mut().zip(best) {
            waiting.retain(|one| one.floor <= *best);
            let rest = waiting.len().saturating_sub(self.next);
            if rest > 0 {
                waiting.select_nth_unstable_by(rest, |a, b| b.floor.total_cmp(&a.floor));
            }
            chosen.extend(waiting.drain(rest..));
            self.count += rest;
        }
        self.next *= 2;
        if chosen.is_empty() {
            self.clear();
        }
        !chosen.is_empty()
    }
}
