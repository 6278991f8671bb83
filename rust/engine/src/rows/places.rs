//! Where a row's value is in a dense table over some groups: computed from the row's index, never looked for.

use std::ops::Range;

use crate::space::Space;

/// The position, in a dense table over some groups (the last one fastest), of every row of a space.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// Nested loops over the space, outermost first: how many steps, and by how much each moves in the table.
    loops: Vec<(u64, u64)>,
    /// How many rows in a row share a position: the groups inside of the innermost one that matters.
    repeat: u64,
    positions: u64,
}

impl Places {
    /// Positions in a table over `groups` (ascending) of a space of these sizes.
    pub(crate) fn new(sizes: &[u64], groups: &[usize]) -> Self {
        let mut places = Self {
            loops: vec![],
            repeat: 1,
            positions: 1,
        };
        for (group, &size) in sizes
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, size)| **size > 1)
        {
            let stride = if groups.contains(&group) {
                places.positions
            } else {
                0
            };
            match places.loops.last_mut() {
                None if stride == 0 => places.repeat *= size,
                // Two loops that step on from each other are one.
                Some((steps, inner)) if *inner * *steps == stride => *steps *= size,
                _ => places.loops.push((size, stride)),
            }
            if stride > 0 {
                places.positions *= size;
            }
        }
        places.loops.reverse();
        places
    }

    /// Positions in a table over `groups` within the smallest box that has all rows of a span, and the first row of
    /// that box.
    pub(crate) fn around(space: &Space, span: &Range<u64>, groups: &[usize]) -> (Self, u64) {
        let (first, last) = (span.start, span.end.saturating_sub(1).max(span.start));
        let mut sizes = space.sizes().to_vec();
        let mut inner = space.combinations();
        for (group, size) in sizes.iter_mut().enumerate() {
            inner /= *size;
            let (low, high) = (space.digit(first, group), space.digit(last, group));
            *size = high - low + 1;
            if low < high {
                break;
            }
        }
        (Self::new(&sizes, groups), first - first % inner)
    }

    /// How many positions the table has.
    pub(crate) fn positions(&self) -> u64 {
        self.positions
    }

    /// How many rows in a row share a position.
    pub(crate) fn repeat(&self) -> u64 {
        self.repeat
    }

    /// The position of one row.
    pub(crate) fn at(&self, row: u64) -> u32 {
        let mut step = row / self.repeat;
        let mut position = 0;
        for (steps, stride) in self.loops.iter().rev() {
            position += step % steps * stride;
            step /= steps;
        }
        position as u32
    }

    /// Append the positions of some steps, each of which is [`Places::repeat`] rows.
    pub(crate) fn extend(&self, steps: Range<u64>, out: &mut Vec<u32>) {
        let Some((&(inner, stride), outer)) = self.loops.split_last() else {
            out.extend((steps).map(|_| 0));
            return;
        };
        let start = out.len();
        let wanted = start + (steps.end - steps.start) as usize;
        let period = self.period();
        let made = steps.end.min(steps.start.saturating_add(period));
        let mut odometer = Odometer::new(outer, steps.start / inner);
        let mut at = steps.start % inner;
        let mut left = made - steps.start;
        while left > 0 {
            let run = (inner - at).min(left);
            let first = odometer.position + at * stride;
            out.extend((0..run).map(|step| (first + step * stride) as u32));
            left -= run;
            at = 0;
            odometer.advance();
        }
        // What is periodic is copied.
        while out.len() < wanted {
            let have = (out.len() - start).min(wanted - out.len());
            out.extend_from_within(start..start + have);
        }
    }

    /// After how many steps the positions repeat; at most the space.
    fn period(&self) -> u64 {
        let outermost = self.loops.first().filter(|(_, stride)| *stride == 0);
        let all: u64 = self.loops.iter().map(|(steps, _)| steps).product();
        outermost.map_or(all, |(steps, _)| all / steps)
    }
}

/// The digits of the outer loops, as an odometer.
struct Odometer<'a> {
    loops: &'a [(u64, u64)],
    turned: Vec<u64>,
    position: u64,
}

impl<'a> Odometer<'a> {
    fn new(loops: &'a [(u64, u64)], mut step: u64) -> Self {
        let mut digits = vec![0; loops.len()];
        let mut position = 0;
        for ((steps, stride), digit) in loops.iter().zip(&mut digits).rev() {
            *digit = step % steps;
            position += *digit * stride;
            step /= steps;
        }
        Self {
            loops,
            turned: digits,
            position,
        }
    }

    fn advance(&mut self) {
        for ((steps, stride), digit) in self.loops.iter().zip(&mut self.turned).rev() {
            *digit += 1;
            self.position += stride;
            if *digit < *steps {
                return;
            }
            self.position -= *steps * stride;
            *digit = 0;
        }
    }
}
