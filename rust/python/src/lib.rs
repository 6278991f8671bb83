//! `gigacost._engine`: the binding. Conversions, signals, errors; the work is done in `gigacost-engine`.

mod batch;
mod document;
mod error;
mod program;
mod rows;
mod run;
mod simd;
mod sink;
mod space;
mod tape;

use mimalloc::MiMalloc;
use pyo3::prelude::*;

/// Workers that come and go get their memory without asking the system for it each time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[pymodule]
mod _engine {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::batch::{Batch, Batches};
    #[pymodule_export]
    use crate::document::{parse_toml, parse_toml_positions};
    #[pymodule_export]
    use crate::program::Program;
    #[pymodule_export]
    use crate::program::answers::{Quantiles, front};
    #[pymodule_export]
    use crate::rows::Rows;
    #[pymodule_export]
    use crate::simd::simd;
    #[pymodule_export]
    use crate::space::{aligned, cut};
    #[pymodule_export]
    use crate::tape::{Tape, TapeBuilder, apply};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
