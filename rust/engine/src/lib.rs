//! Replays a tape of f64 operations over every combination of a space of axes.
//!
//! The engine knows tapes, never costs: [`Tape`] is what to compute, [`Space`] where, [`Program`] the two together.

mod block;
mod codec;
pub mod error;
pub mod fold;
pub mod kernel;
pub mod math;
pub mod output;
mod pipeline;
mod program;
pub mod run;
mod space;
pub mod tape;
pub mod write;

pub use error::{Error, Result};
pub use kernel::Simd;
pub use program::{Blocks, Leaf, Program, Reader, Schedule};
pub use space::{Region, Space};
pub use tape::{Tape, TapeBuilder};
