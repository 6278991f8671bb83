//! What each operation computes, on one number: the scalar twin of every kernel, and the constant folder's. And numbers
//! as integers of the same order.
//!
//! Everything here must be inlined into the loops of [`crate::numeric::kernels`] to be compiled for their SIMD level.
//! `power`, `exp` and `log` are the `libm` crate's: plain Rust, no fused multiply-add, the same bits on every machine.

#![allow(clippy::inline_always)]

/// An operation on one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unary {
    /// −x
    Negative,
    /// √x
    Sqrt,
    /// The largest whole number not above x.
    Floor,
    /// The smallest whole number not below x.
    Ceil,
    /// The nearest whole number, ties to even.
    RoundHalfEven,
    /// e to the power of x.
    Exp,
    /// The natural logarithm.
    Log,
    /// Logical not.
    Negate,
    /// Whether x is NaN.
    Missing,
}

/// An operation on two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    /// a + b
    Add,
    /// a − b
    Subtract,
    /// a × b
    Multiply,
    /// a ÷ b
    Divide,
    /// a to the power of b.
    Power,
    /// a if a < b or a is NaN, else b.
    Minimum,
    /// a if a > b or a is NaN, else b.
    Maximum,
    /// a < b
    Less,
    /// a ≤ b
    LessEqual,
    /// a = b
    Equal,
    /// a ≠ b
    NotEqual,
    /// Logical and.
    Both,
    /// Logical or.
    Either,
}

impl Unary {
    /// Every operation with the name it has in a model.
    pub const ALL: [(Self, &str); 9] = [
        (Self::Negative, "negative"),
        (Self::Sqrt, "sqrt"),
        (Self::Floor, "floor"),
        (Self::Ceil, "ceil"),
        (Self::RoundHalfEven, "round_half_even"),
        (Self::Exp, "exp"),
        (Self::Log, "log"),
        (Self::Negate, "negate"),
        (Self::Missing, "missing"),
    ];
}

impl Binary {
    /// Every operation with the name it has in a model.
    pub const ALL: [(Self, &str); 13] = [
        (Self::Add, "add"),
        (Self::Subtract, "subtract"),
        (Self::Multiply, "multiply"),
        (Self::Divide, "divide"),
        (Self::Power, "power"),
        (Self::Minimum, "minimum"),
        (Self::Maximum, "maximum"),
        (Self::Less, "less"),
        (Self::LessEqual, "less_equal"),
        (Self::Equal, "equal"),
        (Self::NotEqual, "not_equal"),
        (Self::Both, "both"),
        (Self::Either, "either"),
    ];
}

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
