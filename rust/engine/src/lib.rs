//! Replays a tape of f64 operations over every combination of a space of axes.
//!
//! The engine knows tapes, never costs: [`Tape`] is what to compute, [`Space`] where, [`Program`] the two together.
//!
//! From the bottom up: [`numeric`] is arithmetic, [`tape`] and `space` describe, [`run`] has the threads, `exec`
//! evaluates programs (`search` what is minimised within them), `prune` leaves out what cannot be an answer, [`query`]
//! and [`rows`] answer, [`write`](mod@write) makes files of rows. [`skyline`] is for points of any origin.

pub mod error;
mod exec;
pub mod numeric;
mod prune;
pub mod query;
pub mod rows;
pub mod run;
pub mod skyline;
mod space;
pub mod tape;
pub mod write;

pub use error::{Error, Result};
pub use exec::gradient::Gradient;
pub use exec::leaf::Leaf;
pub use exec::program::Program;
pub use exec::schedule::{Reader, RowSchedule};
pub use exec::tiling::Blocks;
pub use numeric::kernels::Simd;
pub use space::{Region, Space};
pub use tape::{Tape, TapeBuilder};
