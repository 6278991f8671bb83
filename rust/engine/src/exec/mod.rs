//! Programs and their evaluation: from the schedule of a tape's operations to the values in a box of the space.

pub(crate) mod aggregate;
pub(crate) mod argmin;
pub(crate) mod boxed;
pub(crate) mod buffer;
pub(crate) mod evaluator;
pub(crate) mod fault;
pub(crate) mod fill;
pub(crate) mod fuse;
pub(crate) mod gradient;
pub(crate) mod interval_eval;
pub(crate) mod invalidation;
pub(crate) mod leaf;
pub(crate) mod measure;
pub(crate) mod plan;
pub(crate) mod program;
pub(crate) mod schedule;
pub(crate) mod strips;
pub(crate) mod tiling;
pub(crate) mod walk;
