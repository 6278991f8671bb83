//! The operations over strips of values, compiled for each SIMD level and chosen at run time.
//!
//! The only file with `unsafe`: a call into code compiled for a CPU feature is sound when the CPU has the feature,
//! which a value of [`Simd`] proves. All levels give the same bits: the operations are the scalar ones of
//! [`crate::numeric::scalar`], lane by lane, and Rust never contracts a multiplication and an addition.

#![allow(unsafe_code)]
#![allow(clippy::inline_always)]

mod simd;

use simd::Level;
pub use simd::Simd;

use crate::numeric::power::{is_plain, power};
use crate::numeric::scalar;
use crate::tape::{Binary, Unary};

/// The shape of a strip: lines of a run of elements each, one behind the other.
#[derive(Clone, Copy, Debug)]
pub struct Lines {
    /// How many lines.
    pub count: usize,
    /// How many elements each has.
    pub run: usize,
}

/// One operand over a strip.
#[derive(Clone, Copy, Debug)]
pub enum Operand<'a> {
    /// A value for each element of a line; the next line's begin so many values further.
    Each(&'a [f64], usize),
    /// The same value for a whole line; the next line's is so many values further.
    All(&'a [f64], usize),
}

/// Defines a kernel: its body, the body compiled for each level, and the choice between them.
macro_rules! kernel {
    ($(#[$doc:meta])* $name:ident($($arg:ident: $kind:ty),*) $body:block) => {
        $(#[$doc])*
        pub fn $name(simd: Simd, $($arg: $kind),*) {
            #[inline(always)]
            fn body($($arg: $kind),*) $body
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            fn avx2($($arg: $kind),*) { body($($arg),*) }
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl")]
            fn avx512($($arg: $kind),*) { body($($arg),*) }
            match simd.level() {
                // SAFETY: a `Simd` of a level exists only where the CPU has the level.
                #[cfg(target_arch = "x86_64")]
                Level::Avx512 => unsafe { avx512($($arg),*) },
                // SAFETY: as above.
                #[cfg(target_arch = "x86_64")]
                Level::Avx2 => unsafe { avx2($($arg),*) },
                Level::Baseline => body($($arg),*),
            }
        }
    };
}

/// How many values a vector has: as many as the widest registers.
pub(crate) const LANES: usize = 8;

/// Values that stay in registers while something is done to all of them.
#[derive(Clone, Copy)]
struct Vector([f64; LANES]);

impl Vector {
    #[inline(always)]
    fn all(value: f64) -> Self {
        Self([value; LANES])
    }

    #[inline(always)]
    fn least(self, other: Self) -> Self {
        self.zip(other, f64::min)
    }

    #[inline(always)]
    fn greatest(self, other: Self) -> Self {
        self.zip(other, f64::max)
    }

    #[inline(always)]
    fn zip(mut self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        for lane in 0..LANES {
            self.0[lane] = f(self.0[lane], other.0[lane]);
        }
        self
    }
}

/// An operator lane by lane.
macro_rules! lanewise {
    ($($trait:ident $name:ident $op:tt)*) => {
        $(impl std::ops::$trait for Vector {
            type Output = Self;
            #[inline(always)]
            fn $name(self, other: Self) -> Self {
                self.zip(other, |a, b| a $op b)
            }
        })*
    };
}

lanewise!(Add add + Sub sub - Mul mul *);

// The loops below stand in functions that are always inlined, not in closures: only so they are compiled for the level.

#[inline(always)]
fn map1(lines: Lines, out: &mut [f64], a: Operand<'_>, f: impl Fn(f64) -> f64 + Copy) {
    for line in 0..lines.count {
        let out = &mut out[line * lines.run..][..lines.run];
        match a {
            Operand::Each(a, step) => {
                for (out, &a) in out.iter_mut().zip(&a[line * step..][..lines.run]) {
                    *out = f(a);
                }
            }
            Operand::All(a, step) => out.fill(f(a[line * step])),
        }
    }
}

#[inline(always)]
fn map2(
    lines: Lines,
    out: &mut [f64],
    a: Operand<'_>,
    b: Operand<'_>,
    f: impl Fn(f64, f64) -> f64 + Copy,
) {
    for line in 0..lines.count {
        let out = &mut out[line * lines.run..][..lines.run];
        match (a, b) {
            (Operand::Each(a, to_a), Operand::Each(b, to_b)) => {
                let (a, b) = (
                    &a[line * to_a..][..lines.run],
                    &b[line * to_b..][..lines.run],
                );
                for ((out, &a), &b) in out.iter_mut().zip(a).zip(b) {
                    *out = f(a, b);
                }
            }
            (Operand::Each(a, to_a), Operand::All(b, to_b)) => {
                let (a, b) = (&a[line * to_a..][..lines.run], b[line * to_b]);
                for (out, &a) in out.iter_mut().zip(a) {
                    *out = f(a, b);
                }
            }
            (Operand::All(a, to_a), Operand::Each(b, to_b)) => {
                let (a, b) = (a[line * to_a], &b[line * to_b..][..lines.run]);
                for (out, &b) in out.iter_mut().zip(b) {
                    *out = f(a, b);
                }
            }
            (Operand::All(a, to_a), Operand::All(b, to_b)) => {
                out.fill(f(a[line * to_a], b[line * to_b]));
            }
        }
    }
}

impl Operand<'_> {
    /// The operand from some line on.
    #[inline(always)]
    fn from(self, line: usize) -> Self {
        match self {
            Self::Each(values, step) => Self::Each(&values[line * step..], step),
            Self::All(values, step) => Self::All(&values[line * step..], step),
        }
    }

    /// A value of the first line.
    #[inline(always)]
    fn at(self, place: usize) -> f64 {
        match self {
            Self::Each(values, _) => values[place],
            Self::All(values, _) => values[0],
        }
    }

    /// Some vectors of the first line; of the last vector, `count` values.
    #[inline(always)]
    fn vectors<const VECTORS: usize>(self, start: usize, count: usize) -> [Vector; VECTORS] {
        match self {
            Self::Each(values, _) => {
                let mut vectors = [Vector::all(0.0); VECTORS];
                if count == LANES {
                    let values = &values[start..][..VECTORS * LANES];
                    for (vector, values) in vectors.iter_mut().zip(values.as_chunks::<LANES>().0) {
                        *vector = Vector(*values);
                    }
                } else {
                    vectors[VECTORS - 1].0[..count].copy_from_slice(&values[start..][..count]);
                }
                vectors
            }
            Self::All(values, _) => [Vector::all(values[0]); VECTORS],
        }
    }
}

kernel! {
    /// `out[i] = op(a[i])`
    unary(op: Unary, lines: Lines, out: &mut [f64], a: Operand<'_>) {
        /// One loop for each operation, so that the choice of operation is outside of the loop.
        macro_rules! each {
            ($($op:ident)*) => {
                match op {
                    $(Unary::$op => map1(lines, out, a, |a| scalar::unary(Unary::$op, a)),)*
                }
            };
        }
        each!(Negative Sqrt Floor Ceil RoundHalfEven Exp Log Negate Missing);
    }
}

kernel! {
    /// `out[i] = op(a[i], b[i])`
    binary(op: Binary, lines: Lines, out: &mut [f64], a: Operand<'_>, b: Operand<'_>) {
        /// One loop for each operation.
        macro_rules! each {
            ($($op:ident)*) => {
                match op {
                    $(Binary::$op => map2(lines, out, a, b, |a, b| scalar::binary(Binary::$op, a, b)),)*
                }
            };
        }
        if op == Binary::Power {
            return powers(lines, out, a, b);
        }
        each!(Add Subtract Multiply Divide Power Minimum Maximum Less LessEqual Equal NotEqual Both Either);
    }
}

/// Powers: first all that are no special cases, then those that are.
#[inline(always)]
fn powers(lines: Lines, out: &mut [f64], a: Operand<'_>, b: Operand<'_>) {
    for line in 0..lines.count {
        let (a, b) = (a.from(line), b.from(line));
        let out = &mut out[line * lines.run..][..lines.run];
        // Each loop by itself: what is called in closures would not be compiled for the level.
        match (a, b) {
            (Operand::Each(a, _), Operand::Each(b, _)) => {
                for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
                    *out = power(*a, *b);
                }
            }
            (Operand::Each(a, _), Operand::All(b, _)) if is_plain(b[0]) => {
                for (out, a) in out.iter_mut().zip(a) {
                    *out = power(*a, b[0]);
                }
            }
            (Operand::All(a, _), Operand::Each(b, _)) => {
                for (out, b) in out.iter_mut().zip(b) {
                    *out = power(a[0], *b);
                }
            }
            (Operand::Each(..), Operand::All(..)) => out.fill(f64::NAN),
            (Operand::All(a, _), Operand::All(b, _)) => {
                out.fill(scalar::binary(Binary::Power, a[0], b[0]));
                continue;
            }
        }
        for (i, out) in out.iter_mut().enumerate() {
            if out.is_nan() {
                *out = scalar::binary(Binary::Power, a.at(i), b.at(i));
            }
        }
    }
}

/// The most links of a chain.
pub const LINKS: usize = 7;
/// How many vectors go through a chain together.
const ABREAST: usize = 4;

/// Whether an operation can be a link of a [`chain`].
#[must_use]
pub fn links(op: Binary) -> bool {
    matches!(
        op,
        Binary::Add
            | Binary::Subtract
            | Binary::Multiply
            | Binary::Divide
            | Binary::Minimum
            | Binary::Maximum
    )
}

kernel! {
    /// `out[i] = ops[n](… ops[1](ops[0](first[i], rest[0][i]), rest[1][i]) …)`: what is in between stays in registers.
    chain(ops: &[Binary], lines: Lines, out: &mut [f64], first: Operand<'_>, rest: &[Operand<'_>]) {
        let mut sides = [first; LINKS];
        let sides = &mut sides[..rest.len()];
        for line in 0..lines.count {
            let out = &mut out[line * lines.run..][..lines.run];
            let first = first.from(line);
            for (side, operand) in sides.iter_mut().zip(rest) {
                *side = operand.from(line);
            }
            let mut start = 0;
            while start + ABREAST * LANES <= out.len() {
                let acc = through::<ABREAST>(ops, first, sides, start, LANES);
                for (out, acc) in out[start..].chunks_exact_mut(LANES).zip(acc) {
                    out.copy_from_slice(&acc.0);
                }
                start += ABREAST * LANES;
            }
            while start < out.len() {
                let count = LANES.min(out.len() - start);
                let [acc] = through::<1>(ops, first, sides, start, count);
                out[start..start + count].copy_from_slice(&acc.0[..count]);
                start += count;
            }
        }
    }
}

/// Some vectors through all links of a chain, from a place of the first line on; `count` values of the last one count.
#[inline(always)]
fn through<const VECTORS: usize>(
    ops: &[Binary],
    first: Operand<'_>,
    sides: &[Operand<'_>],
    start: usize,
    count: usize,
) -> [Vector; VECTORS] {
    let mut acc = first.vectors::<VECTORS>(start, count);
    for (op, side) in ops.iter().zip(sides) {
        let other = side.vectors::<VECTORS>(start, count);
        /// One pass over the vectors for each operation.
        macro_rules! each {
            ($($link:ident)*) => {
                match op {
                    $(Binary::$link => for (acc, other) in acc.iter_mut().zip(other) {
                        *acc = acc.zip(other, |a, b| scalar::binary(Binary::$link, a, b));
                    },)*
                    _ => {}
                }
            };
        }
        each!(Add Subtract Multiply Divide Minimum Maximum);
    }
    acc
}

kernel! {
    /// `out[i] = a[i]` where `condition[i]` holds, else `b[i]`
    select(lines: Lines, out: &mut [f64], condition: Operand<'_>, a: Operand<'_>, b: Operand<'_>) {
        let one = Lines { count: 1, ..lines };
        for line in 0..lines.count {
            let out = &mut out[line * lines.run..][..lines.run];
            match (condition.from(line), a.from(line), b.from(line)) {
                (Operand::All(condition, _), a, b) => {
                    map1(one, out, if scalar::holds(condition[0]) { a } else { b }, |chosen| chosen);
                }
                (condition, Operand::All(a, _), b) => {
                    let a = a[0];
                    map2(one, out, condition, b, |condition, b| scalar::select(condition, a, b));
                }
                (condition, a, Operand::All(b, _)) => {
                    let b = b[0];
                    map2(one, out, condition, a, |condition, a| scalar::select(condition, a, b));
                }
                (Operand::Each(condition, _), Operand::Each(a, _), Operand::Each(b, _)) => {
                    let values = condition.iter().zip(a).zip(b);
                    for (out, ((&condition, &a), &b)) in out.iter_mut().zip(values) {
                        *out = scalar::select(condition, a, b);
                    }
                }
            }
        }
    }
}

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

kernel! {
    /// `all[i] = all[i] and other[i]`
    restrict(all: &mut [f64], other: &[f64]) {
        for (all, &other) in all.iter_mut().zip(other) {
            *all = scalar::binary(Binary::Both, *all, other);
        }
    }
}

kernel! {
    /// `out[i] = values[places[i]]`
    gather(out: &mut [f64], values: &[f64], places: &[u32]) {
        for (out, place) in out.iter_mut().zip(places) {
            *out = values[*place as usize];
        }
    }
}

kernel! {
    /// `out[i] = values[winner[i] / stride % values.len()]`; NaN where there is no winner.
    pick(lines: Lines, out: &mut [f64], winner: Operand<'_>, values: &[f64], stride: usize) {
        map1(lines, out, winner, |winner| {
            if winner.is_nan() { f64::NAN } else { values[winner as usize / stride % values.len()] }
        });
    }
}

kernel! {
    /// The smallest and the largest value, and whether all are finite. Zeros lose their sign.
    extremes(values: &[f64], low: &mut f64, high: &mut f64, finite: &mut bool) {
        let (mut lows, mut highs, mut strange) = (Vector::all(*low), Vector::all(*high), Vector::all(0.0));
        let mut last = [values.first().copied().unwrap_or_default(); LANES];
        for values in in_lanes(values, &mut last) {
            let values = Vector(*values) + Vector::all(0.0);
            lows = lows.least(values);
            highs = highs.greatest(values);
            // Stays 0 as long as all values are finite.
            strange = strange + values * Vector::all(0.0);
        }
        *low = lows.0.into_iter().fold(*low, f64::min);
        *high = highs.0.into_iter().fold(*high, f64::max);
        *finite &= strange.0.into_iter().sum::<f64>() == 0.0;
    }
}

/// The most parts that a value is taken apart into.
const PARTS: usize = 3;

/// Parts of values whose sums come out without rounding, and what is left of the values beyond them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts {
    /// Sums that together are that of the values.
    pub values: [f64; PARTS],
    /// Likewise for the rounded squares, and for what rounding them took away.
    pub squares: [[f64; PARTS]; 2],
    /// Zero when nothing is left.
    pub rest: u64,
}

kernel! {
    /// The sums of values and of their squares, in two parts (three if `wide`) that are not rounded.
    ///
    /// Adding a power of two σ to x and subtracting it again leaves the bits of x above σ's last; summed up, they stay
    /// below σ, and so are exact. (Rump, Ogita, Oishi: Accurate floating-point summation, 2008.) The square is first
    /// made two numbers, its rounded value and its error (Dekker 1971). `value` and `square` are the σ for the values
    /// and for the rounded squares, `next` what one σ is to that before it.
    moments(values: &[f64], wide: bool, value: f64, square: f64, next: f64, parts: &mut Parts) {
        if wide {
            moments_in::<3>(values, [value, square], next, parts);
        } else {
            moments_in::<2>(values, [value, square], next, parts);
        }
    }
}

#[inline(always)]
fn moments_in<const COUNT: usize>(
    values: &[f64],
    [value, square]: [f64; 2],
    next: f64,
    parts: &mut Parts,
) {
    let mut sigmas = [value, square, square * ERROR].map(|sigma| [Vector::all(sigma); COUNT]);
    for sigmas in &mut sigmas {
        for part in 1..COUNT {
            sigmas[part] = sigmas[part - 1] * Vector::all(next);
        }
    }
    let mut sums = [[Vector::all(0.0); COUNT]; 3];
    let mut rest = [0_u64; LANES];
    let mut last = [0.0; LANES];
    for values in in_lanes(values, &mut last) {
        let x = Vector(*values);
        let rounded = x * x;
        let scaled = Vector::all(134_217_729.0) * x;
        let high = scaled - (scaled - x);
        let low = x - high;
        let error = ((high * high - rounded) + (high + high) * low) + low * low;
        let mut left = [x, rounded, error];
        for ((left, sigmas), sums) in left.iter_mut().zip(&sigmas).zip(&mut sums) {
            for (sigma, sum) in sigmas.iter().zip(sums) {
                let part = (*sigma + *left) - *sigma;
                *sum = *sum + part;
                *left = *left - part;
            }
            for (rest, left) in rest.iter_mut().zip(left.0) {
                *rest |= left.to_bits();
            }
        }
    }
    let mut total = [[0.0; PARTS]; 3];
    for (total, sums) in total.iter_mut().zip(sums) {
        for (total, lanes) in total.iter_mut().zip(sums) {
            *total = lanes.0.into_iter().sum();
        }
    }
    let [values, rounded, errors] = total;
    *parts = Parts {
        values,
        squares: [rounded, errors],
        rest: rest.into_iter().fold(0, |all, rest| all | rest),
    };
}

/// The largest error of a rounded square, as a part of a power of two above the square.
const ERROR: f64 = f64::EPSILON;

/// Values in groups of `LANES`; the last one is filled up with what `last` has.
#[inline(always)]
fn in_lanes<'a>(
    values: &'a [f64],
    last: &'a mut [f64; LANES],
) -> impl Iterator<Item = &'a [f64; LANES]> {
    let (groups, rest) = values.as_chunks::<LANES>();
    last[..rest.len()].copy_from_slice(rest);
    groups.iter().chain((!rest.is_empty()).then_some(&*last))
}

kernel! {
    /// How many truth values hold.
    count(values: &[f64], held: &mut usize) {
        // Wrapping, because a check after each addition would keep the loop from becoming vectors.
        let count = |count: usize, value: &f64| count.wrapping_add(usize::from(scalar::holds(*value)));
        *held += values.iter().fold(0, count);
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

/// 0 for a finite number, but for no other.
#[inline(always)]
fn oddity(value: f64) -> u64 {
    // 0 with any sign, or NaN.
    (value * 0.0).to_bits() << 1
}

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
    /// Make −0 zero; whether all values are finite.
    settle(values: &mut [f64], finite: &mut bool) {
        let mut strange = 0;
        for value in values {
            *value += 0.0;
            strange |= oddity(*value);
        }
        *finite &= strange == 0;
    }
}

kernel! {
    /// Whether any value is neither below `low` nor above `high`.
    between(values: &[f64], low: f64, high: f64, found: &mut bool) {
        let outside = |value: f64| value < low || value > high;
        *found = values.iter().fold(false, |found, value| found | !outside(*value));
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

#[cfg(target_arch = "x86_64")]
#[inline]
fn everywhere<const D: usize, const LARGE: bool>(points: &[[f64; LANES]; D], bar: &[f64; D]) -> u8 {
    use std::arch::x86_64::{
        _mm_and_pd, _mm_cmpge_pd, _mm_cmple_pd, _mm_movemask_pd, _mm_set_pd, _mm_set1_pd,
    };
    let mut bits = 0;
    for pair in 0..LANES / 2 {
        // SAFETY: every CPU of this architecture has SSE2.
        bits |= unsafe {
            let holds = |d: usize| {
                let two = _mm_set_pd(points[d][2 * pair + 1], points[d][2 * pair]);
                let bar = _mm_set1_pd(bar[d]);
                if LARGE {
                    _mm_cmpge_pd(two, bar)
                } else {
                    _mm_cmple_pd(two, bar)
                }
            };
            let all = (1..D).fold(holds(0), |all, d| _mm_and_pd(all, holds(d)));
            _mm_movemask_pd(all) << (2 * pair)
        };
    }
    bits as u8
}

#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn everywhere<const D: usize, const LARGE: bool>(points: &[[f64; LANES]; D], bar: &[f64; D]) -> u8 {
    let mut bits = u8::MAX;
    for (values, bar) in points.iter().zip(bar) {
        let holds = values.map(|value| if LARGE { value >= *bar } else { value <= *bar });
        bits &= (0..LANES).fold(0, |bits, lane| bits | u8::from(holds[lane]) << lane);
    }
    bits
}
