//! What each operation computes, on one number: the scalar twin of every kernel, and the constant folder's. And numbers
//! as integers of the same order.
//!
//! Everything here must be inlined into the loops of [`crate::numeric::kernels`] to be compiled for their SIMD level.
//! `power`, `exp` and `log` are the `libm` crate's: plain Rust, no fused multiply-add, the same bits on every machine.

#![allow(clippy::inline_always)]

use crate::tape::{Binary, Unary};

/// `a` if a < b or a is NaN, else `b`.
#[inline(always)]
#[must_use]
pub fn minimum(a: f64, b: f64) -> f64 {
    if a < b || a.is_nan() { a } else { b }
}

/// `a` if a > b or a is NaN, else `b`.
#[inline(always)]
#[must_use]
pub fn maximum(a: f64, b: f64) -> f64 {
    if a > b || a.is_nan() { a } else { b }
}

/// A truth value as the engine stores it: 1 or 0.
#[inline(always)]
#[must_use]
pub fn truth(condition: bool) -> f64 {
    f64::from(u8::from(condition))
}

/// Whether a stored truth value holds.
#[inline(always)]
#[must_use]
pub fn holds(value: f64) -> bool {
    value != 0.0
}

/// One operand.
#[inline(always)]
#[must_use]
pub fn unary(op: Unary, x: f64) -> f64 {
    match op {
        Unary::Negative => -x,
        Unary::Sqrt => x.sqrt(),
        Unary::Floor => x.floor(),
        Unary::Ceil => x.ceil(),
        Unary::RoundHalfEven => x.round_ties_even(),
        Unary::Exp => libm::exp(x),
        Unary::Log => libm::log(x),
        Unary::Negate => truth(!holds(x)),
        Unary::Missing => truth(x.is_nan()),
    }
}

/// Two operands.
#[inline(always)]
#[must_use]
pub fn binary(op: Binary, a: f64, b: f64) -> f64 {
    match op {
        Binary::Add => a + b,
        Binary::Subtract => a - b,
        Binary::Multiply => a * b,
        Binary::Divide => a / b,
        Binary::Power => libm::pow(a, b),
        Binary::Minimum => minimum(a, b),
        Binary::Maximum => maximum(a, b),
        Binary::Less => truth(a < b),
        Binary::LessEqual => truth(a <= b),
        Binary::Equal => truth(a == b),
        Binary::NotEqual => truth(a != b),
        Binary::Both => truth(holds(a) && holds(b)),
        Binary::Either => truth(holds(a) || holds(b)),
    }
}

/// `a` where the condition holds, else `b`.
#[inline(always)]
#[must_use]
pub fn select(condition: f64, a: f64, b: f64) -> f64 {
    if holds(condition) { a } else { b }
}

/// An integer that orders as the value does (not for NaN); the zeros are equal.
#[inline(always)]
#[must_use]
pub fn to_key(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

/// The value that has such an integer.
#[inline(always)]
#[must_use]
pub fn from_key(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 {
        key & !(1 << 63)
    } else {
        !key
    })
}
