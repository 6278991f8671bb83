//! Runs: workers that live for one call, and how a caller watches and stops them.

mod control;
pub(crate) mod pipeline;
mod workers;

pub use control::{Control, Limit};
pub use workers::{gather, ordered};
