//! Lanes: the combinations of points and of some axes of a search that may have legal candidates.

use std::ops::Range;

use crate::exec::evaluator::Evaluator;
use crate::numeric::scalar::holds;
use crate::space::block::{Extent, Source};

use super::queue::Waiting;

/// The lanes of a tile.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    count: usize,
    /// The groups with more than one digit in the tile, and the digit of each lane, counted from that of the tile.
    columns: Vec<(usize, Vec<u32>)>,
}

/// A condition in a tile.
struct Gate<'a> {
    values: &'a [f64],
    strides: &'a [usize],
    /// The last of the groups that it varies over.
    last: Option<usize>,
}

impl Lanes {
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Find the lanes of a tile: those where all gates hold. Groups are gone through in their order.
    pub(super) fn find(
        &mut self,
        groups: &[usize],
        gates: &[Source],
        evaluator: &Evaluator,
        extent: &Extent,
    ) {
        self.columns.clear();
        let varying = groups
            .iter()
            .copied()
            .filter(|group| extent.lens[*group] > 1);
        let varying: Vec<usize> = varying.collect();
        let gate = |source| {
            let (values, offset) = evaluator.array(source);
            let strides = evaluator.strides_of(source);
            let last = varying.iter().copied().rfind(|group| strides[*group] > 0);
            Gate {
                values: &values[offset..],
                strides,
                last,
            }
        };
        let gates: Vec<Gate<'_>> = gates.iter().map(gate).collect();
        let mut certain = gates.iter().filter(|gate| gate.last.is_none());
        self.count = usize::from(certain.all(|gate| holds(gate.values[0])));
        for group in varying {
            let gates = gates.iter().filter(|gate| gate.last == Some(group));
            self.split(group, extent.lens[group], &gates.collect::<Vec<_>>());
        }
    }

    /// Make each lane one for each digit of another group, as far as gates hold.
    fn split(&mut self, group: usize, len: usize, gates: &[&Gate<'_>]) {
        let mut bases = vec![vec![]; gates.len()];
        for (base, gate) in bases.iter_mut().zip(gates) {
            self.places(gate.strides, 0..self.count, base);
        }
        let (mut parents, mut digits) = (vec![], vec![]);
        for lane in 0..self.count {
            for digit in 0..len {
                let opens = |(gate, base): (&&Gate<'_>, &Vec<u32>)| {
                    holds(gate.values[base[lane] as usize + digit * gate.strides[group]])
                };
                if gates.iter().zip(&bases).all(opens) {
                    parents.push(lane);
                    digits.push(digit as u32);
                }
            }
        }
        for (_, column) in &mut self.columns {
            *column = parents.iter().map(|lane| column[*lane]).collect();
        }
        self.count = digits.len();
        self.columns.push((group, digits));
    }

    /// Make these the lanes of some others that are chosen, each at one of several steps; `digits` has the digit of each
    /// step in further groups.
    pub(super) fn choose(
        &mut self,
        chosen: &[Waiting],
        lanes: &Self,
        digits: &[(usize, Vec<u32>)],
    ) {
        self.count = chosen.len();
        let count = lanes.columns.len() + digits.len();
        self.columns.resize_with(count, Default::default);
        let (of_lanes, of_steps) = self.columns.split_at_mut(lanes.columns.len());
        for ((group, column), (from, digits)) in of_lanes.iter_mut().zip(&lanes.columns) {
            *group = *from;
            column.clear();
            column.extend(chosen.iter().map(|one| digits[one.lane as usize]));
        }
        for ((group, column), (from, digits)) in of_steps.iter_mut().zip(digits) {
            *group = *from;
            column.clear();
            column.extend(chosen.iter().map(|one| digits[one.step as usize]));
        }
    }

    /// The position of each lane in an array with these strides.
    pub(super) fn places(&self, strides: &[usize], lanes: Range<usize>, out: &mut Vec<u32>) {
        out.clear();
        out.resize(lanes.len(), 0);
        for (group, column) in &self.columns {
            let stride = strides[*group] as u32;
            if stride > 0 {
                for (place, digit) in out.iter_mut().zip(&column[lanes.clone()]) {
                    *place = place.wrapping_add(digit.wrapping_mul(stride));
                }
            }
        }
    }
}
