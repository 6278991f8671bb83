//! Columns of all rows as arrays.

use crate::error::Result;
use crate::exec::fault::Fault;
use crate::exec::fill::fill_each;
use crate::exec::measure::Measure;
use crate::exec::program::Program;
use crate::numeric::kernels;
use crate::numeric::scalar::holds;
use crate::run::Control;
use crate::tape::Node;

/// Fill an array for each column with its values in all rows, NaN where they are null.
///
/// # Errors
/// When an array has another length, a value that is not null is not finite, or the run was stopped.
pub fn fill(
    program: &Program,
    columns: &[Measure],
    arrays: Vec<&mut [f64]>,
    threads: usize,
    control: &Control,
) -> Result<()> {
    let simd = program.simd();
    let finish = |fault: &mut Fault, node: Node, first: u64, values: &mut [f64], nulls: &[f64]| {
        let mut finite = true;
        kernels::settle(simd, values, &mut finite);
        if !finite {
            note_faults(fault, node, first, values, nulls);
        }
        blank(values, nulls);
    };
    fill_each(program, columns, arrays, threads, control, finish)?.check(program.tape())
}

/// Make what is null NaN.
fn blank(values: &mut [f64], nulls: &[f64]) {
    for (value, null) in values.iter_mut().zip(nulls) {
        if holds(*null) {
            *value = f64::NAN;
        }
    }
}

/// Note the values that are neither finite nor null.
fn note_faults(fault: &mut Fault, node: Node, first: u64, values: &[f64], nulls: &[f64]) {
    for (i, value) in values
        .iter()
        .enumerate()
        .filter(|(_, value)| !value.is_finite())
    {
        if !nulls.get(i).is_some_and(|null| holds(*null)) {
            fault.note(first + i as u64, node, *value);
        }
    }
}
