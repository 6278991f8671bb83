//! Arithmetic: operations on numbers, on strips of them and on intervals, and exact sums.

pub mod exact_sum;
pub(crate) mod interval;
pub mod kernels;
pub mod moments;
mod power;
pub mod scalar;
