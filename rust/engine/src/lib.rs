//! Replays a tape of f64 operations over every combination of a space of axes.
//!
//! The engine knows tapes, never costs: [`Tape`] is what to compute, [`Space`] where, [`Program`] the two together.

mod block;
mod buffer;
mod codec;
mod demand;
mod draws;
mod due;
mod enclose;
pub mod error;
mod evaluator;
pub mod fold;
mod fuse;
mod gradient;
mod interval;
pub mod kernel;
mod loops;
pub mod math;
mod needs;
pub mod output;
mod part;
mod pipeline;
mod plan;
mod portion;
mod power;
mod product;
mod program;
mod prune;
pub mod run;
mod schedule;
mod search;
pub mod skyline;
mod space;
pub mod tape;
mod walk;
pub mod write;

pub use error::{Error, Result};
pub use gradient::Gradient;
pub use kernel::Simd;
pub use program::{Blocks, Leaf, Program};
pub use schedule::{Reader, RowSchedule};
pub use space::{Region, Space};
pub use tape::{Tape, TapeBuilder};
