//! Operations element by element.

use super::{LANES, Lines, Operand, Simd, Vector, kernel};
use crate::numeric::power::{is_plain, power};
use crate::numeric::scalar::{self, Binary, Unary};

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
