//! Values compared with the best so far, with bounds and with points.

use super::reductions::oddity;
use super::{LANES, Lines, Simd, everywhere, kernel};
use crate::numeric::scalar;

kernel! {
    /// Candidate `candidate` wins where it is legal (everywhere if nothing is said) and its objective is below the best
    /// so far, or equal to it and the winner's number higher. Nothing has won where both are infinite.
    take_minimum(
        best: &mut [f64], winner: &mut [f64], objective: &[f64], among: Option<&[f64]>, candidate: f64
    ) {
        let so_far = best.iter_mut().zip(winner).zip(objective);
        let wins = |objective: f64, best: f64, winner: f64| {
            objective < best || (objective == best && candidate < winner)
        };
        match among {
            None => {
                for ((best, winner), &objective) in so_far {
                    let wins = wins(objective, *best, *winner);
                    *best = if wins { objective } else { *best };
                    *winner = if wins { candidate } else { *winner };
                }
            }
            Some(among) => {
                for (((best, winner), &objective), &legal) in so_far.zip(among) {
                    let wins = scalar::holds(legal) && wins(objective, *best, *winner);
                    *best = if wins { objective } else { *best };
                    *winner = if wins { candidate } else { *winner };
                }
            }
        }
    }
}

/// What says of a value that it does.
const REACHED: u64 = 1;

kernel! {
    /// Whether any value times `sign` (1 or −1) that is kept is at most `bar`, or not finite.
    reaches(values: &[f64], keep: Option<&[f64]>, sign: f64, bar: f64, found: &mut bool) {
        // Whole words: flags would be moved between registers of different kinds.
        let reached = |value: f64| {
            let rank = value * sign;
            if rank > bar && rank < f64::INFINITY { 0 } else { REACHED }
        };
        let any = match keep {
            None => values.iter().fold(0, |any, value| any | reached(*value)),
            Some(keep) => {
                let kept = values.iter().zip(keep);
                kept.fold(0, |any, (value, keep)| any | if scalar::holds(*keep) { reached(*value) } else { 0 })
            }
        };
        *found = any != 0;
    }
}

kernel! {
    /// For each element of a line, the smallest of the values times `sign` (1 or −1) that are kept, over all lines, and
    /// the first line that has it; infinity and 0 where none is kept. Whether all that are kept are finite.
    #[allow(clippy::too_many_arguments)] // what goes in, and three results
    lead(
        lines: Lines, values: &[f64], keep: Option<&[f64]>, sign: f64,
        best: &mut [f64], which: &mut [f64], finite: &mut bool
    ) {
        best.fill(f64::INFINITY);
        which.fill(0.0);
        let mut strange = 0;
        let mut line = 0;
        while line < lines.count {
            // Several lines at a time, so that the best are read and written less often.
            if line + TOGETHER <= lines.count {
                strange |= lead_lines::<TOGETHER>(lines.run, line, values, keep, sign, best, which);
                line += TOGETHER;
            } else {
                strange |= lead_lines::<1>(lines.run, line, values, keep, sign, best, which);
                line += 1;
            }
        }
        *finite &= strange == 0;
    }
}

/// How many lines pass the best at a time.
const TOGETHER: usize = 4;

/// [`lead`] for some lines; not 0 when a value that is kept is not finite.
#[inline(always)]
fn lead_lines<const LINES: usize>(
    run: usize,
    first: usize,
    values: &[f64],
    keep: Option<&[f64]>,
    sign: f64,
    best: &mut [f64],
    which: &mut [f64],
) -> u64 {
    let part = |all| {
        let mut lines: [&[f64]; LINES] = [&[]; LINES];
        for (line, part) in lines.iter_mut().enumerate() {
            let all: &[f64] = all;
            *part = &all[(first + line) * run..][..run];
        }
        lines
    };
    let (values, best, which) = (part(values), &mut best[..run], &mut which[..run]);
    let mut strange = 0;
    let keep = keep.map(part);
    for i in 0..run {
        let (mut lowest, mut chosen) = (best[i], which[i]);
        for line in 0..LINES {
            let kept = keep.is_none_or(|keep| scalar::holds(keep[line][i]));
            let rank = if kept {
                values[line][i] * sign
            } else {
                f64::INFINITY
            };
            strange |= if kept { oddity(rank) } else { 0 };
            let better = rank < lowest;
            lowest = if better { rank } else { lowest };
            chosen = if better {
                (first + line) as f64
            } else {
                chosen
            };
        }
        (best[i], which[i]) = (lowest, chosen);
    }
    strange
}

kernel! {
    /// Whether any value is neither below `low` nor above `high`.
    between(values: &[f64], low: f64, high: f64, found: &mut bool) {
        let outside = |value: f64| value < low || value > high;
        *found = values.iter().fold(false, |found, value| found | !outside(*value));
    }
}

/// How many values are looked at together for one that is in a bracket.
pub(crate) const BLOCK: usize = 64;

kernel! {
    /// How many values are below the first of two, and which blocks have one between the two, both included.
    bracket(values: &[f64], ends: [f64; 2], below: &mut u64, blocks: &mut Vec<u32>) {
        let [low, high] = ends;
        // Wrapping, because a check after each addition would keep the loop from becoming vectors.
        let count = |values: &[f64], counts: fn(&f64, &f64) -> bool, end: f64| {
            values.iter().fold(0_u64, |all, value| all.wrapping_add(u64::from(counts(value, &end))))
        };
        for (block, values) in values.chunks(BLOCK).enumerate() {
            let under = count(values, f64::lt, low);
            *below += under;
            if count(values, f64::le, high) != under {
                blocks.push(block as u32);
            }
        }
    }
}

kernel! {
    /// For each place of a line that begins at `start` in columns: 0 where a known point is below, smaller in one
    /// column and larger in none.
    escapes(known: &[Vec<f64>], columns: &[Vec<f64>], start: usize, open: &mut [u64]) {
        const BELOW: u64 = 1;
        const ABOVE: u64 = 2;
        open.fill(0);
        for (known, column) in known.iter().zip(columns) {
            let column = &column[start..][..open.len()];
            for ((open, known), value) in open.iter_mut().zip(known).zip(column) {
                *open |= if known < value { BELOW } else { 0 };
                *open |= if known <= value { 0 } else { ABOVE };
            }
        }
        for open in open {
            *open ^= BELOW;
        }
    }
}

/// Which of some points, whose coordinates lie side by side, are at most as large as a bar in every coordinate: a bit
/// for each.
#[inline]
pub(crate) fn below<const D: usize>(points: &[[f64; LANES]; D], bar: &[f64; D]) -> u8 {
    everywhere::<D, false>(points, bar)
}

/// Which are at least as large as a bar in every coordinate.
#[inline]
pub(crate) fn above<const D: usize>(points: &[[f64; LANES]; D], bar: &[f64; D]) -> u8 {
    everywhere::<D, true>(points, bar)
}
