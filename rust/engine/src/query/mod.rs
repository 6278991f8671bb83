//! Questions about all combinations: the best of them, those that no other one dominates, how many, their statistics.

mod best;
mod brackets;
mod collect;
mod count;
mod fill;
mod pareto;
mod quantiles;
mod reading;
mod scan;
mod summary;
mod top;
mod top_pruned;
mod top_tiles;

pub use count::Count;
pub use fill::fill;
pub use pareto::Pareto;
pub use quantiles::{Digits, Ranks, Round};
pub use summary::{ColumnStatistics, Statistics, Summary};
pub use top::{Top, Winner};

pub use crate::exec::measure::Measure;
