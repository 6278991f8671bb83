//! Nested loops over arrays that cross the same groups with strides of their own.

use std::ops::Range;

use crate::numeric::kernels::{self, Lines, Operand};

/// The strides of a dense array over groups, the last one fastest; 0 for the groups it does not vary over.
pub(crate) fn dense(groups: &[usize], lens: &[usize]) -> Vec<usize> {
    let mut strides = vec![0; lens.len()];
    let mut stride = 1;
    for &group in groups.iter().rev() {
        strides[group] = stride;
        stride *= lens[group];
    }
    strides
}

/// The most arrays that a step reads.
pub(crate) const ARRAYS: usize = 1 + kernels::LINKS;
/// A position in, or a stride of, each array that a step reads.
pub(crate) type Each = [usize; ARRAYS];

/// The position in an array that is read alone.
pub(crate) fn only(offset: usize) -> Each {
    let mut each = [0; ARRAYS];
    each[0] = offset;
    each
}

/// Nested loops over an array and those it is made of. The array itself is dense; the two innermost loops are the
/// lines and runs of a kernel.
#[derive(Clone, Debug)]
pub(crate) struct Loops {
    /// Length, and the stride of each operand, outermost first.
    pub(crate) outer: Vec<(usize, Each)>,
    pub(crate) lines: Lines,
    /// From line to line.
    pub(crate) line: Each,
    /// From element to element.
    pub(crate) step: Each,
}

impl Loops {
    /// Loops over `groups`, of arrays with these strides. Groups that every array crosses alike become one loop.
    pub(crate) fn new(groups: &[usize], lens: &[usize], arrays: &[&[usize]]) -> Self {
        let mut loops: Vec<(usize, Each)> = vec![];
        for &group in groups.iter().filter(|group| lens[**group] > 1) {
            let mut strides = [0; ARRAYS];
            for (stride, array) in strides.iter_mut().zip(arrays) {
                *stride = array[group];
            }
            match loops.last_mut() {
                Some((len, above))
                    if above
                        .iter()
                        .zip(&strides)
                        .all(|(above, below)| *above == below * lens[group]) =>
                {
                    *len *= lens[group];
                    *above = strides;
                }
                _ => loops.push((lens[group], strides)),
            }
        }
        let (run, step) = loops.pop().unwrap_or((1, [0; ARRAYS]));
        let (count, line) = loops.pop().unwrap_or((1, [0; ARRAYS]));
        Self {
            outer: loops,
            lines: Lines { count, run },
            line,
            step,
        }
    }

    /// Call `each` with the offset of every array at the start of the lines, and that of the array itself.
    #[inline]
    pub(crate) fn for_each(&self, offsets: Each, mut each: impl FnMut(Each, Range<usize>)) {
        let size = self.lines.count * self.lines.run;
        if self.outer.is_empty() {
            return each(offsets, 0..size);
        }
        let mut at = offsets;
        let mut digits = vec![0; self.outer.len()];
        let mut done = 0;
        loop {
            each(at, done..done + size);
            done += size;
            let mut level = self.outer.len();
            loop {
                if level == 0 {
                    return;
                }
                level -= 1;
                let (len, strides) = &self.outer[level];
                digits[level] += 1;
                if digits[level] < *len {
                    for (at, stride) in at.iter_mut().zip(strides) {
                        *at += stride;
                    }
                    break;
                }
                digits[level] = 0;
                for (at, stride) in at.iter_mut().zip(strides) {
                    *at -= stride * (len - 1);
                }
            }
        }
    }

    /// One array as a kernel takes it; values that are not next to each other are gathered first.
    #[inline]
    pub(crate) fn operand<'a>(
        &self,
        array: usize,
        values: &'a [f64],
        start: usize,
        gathered: &'a mut Vec<f64>,
    ) -> Operand<'a> {
        let (line, values) = (self.line[array], &values[start..]);
        match self.step[array] {
            0 => Operand::All(values, line),
            1 => Operand::Each(values, line),
            step => {
                gathered.clear();
                for index in 0..self.lines.count {
                    let run = values[index * line..].iter().step_by(step);
                    gathered.extend(run.take(self.lines.run));
                }
                Operand::Each(gathered, self.lines.run)
            }
        }
    }
}

/// Copy the values that loops go through.
pub(crate) fn copy(values: &[f64], offset: usize, loops: &Loops, out: &mut [f64]) {
    loops.for_each(only(offset), |[at, ..], place| {
        for (line, out) in out[place].chunks_exact_mut(loops.lines.run).enumerate() {
            let values = &values[at + line * loops.line[0]..];
            match loops.step[0] {
                0 => out.fill(values[0]),
                1 => out.copy_from_slice(&values[..out.len()]),
                step => {
                    for (out, value) in out.iter_mut().zip(values.iter().step_by(step)) {
                        *out = *value;
                    }
                }
            }
        }
    });
}
