//! Columns of all rows, written straight to where they are wanted.

use std::sync::{Mutex, PoisonError};

use super::{Chunks, Fault, Measure};
use crate::error::{Error, Result};
use crate::kernel;
use crate::math::holds;
use crate::program::Program;
use crate::run::{Control, gather};
use crate::schedule::Reader;
use crate::tape::Node;

/// How many of the usual chunks a worker fills at a time: so many that two workers rarely meet in one page of memory,
/// however large, since who touches a page first has to wait until it is cleared.
const CHUNKS: u64 = 1 << 4;

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
        kernel::settle(simd, values, &mut finite);
        if !finite {
            note_faults(fault, node, first, values, nulls);
        }
        blank(values, nulls);
    };
    each(program, columns, arrays, threads, control, finish)?.check(program.tape())
}

/// Fill an array for each node with its values in all rows, as they are.
///
/// # Errors
/// When an array has another length, or the run was stopped.
pub(crate) fn fill_raw(
    program: &Program,
    nodes: &[Node],
    arrays: Vec<&mut [f64]>,
    threads: usize,
    control: &Control,
) -> Result<()> {
    let columns = nodes.iter().map(|value| Measure {
        value: *value,
        null: None,
    });
    let columns: Vec<Measure> = columns.collect();
    each(
        program,
        &columns,
        arrays,
        threads,
        control,
        |_, _, _, _, _| {},
    )
    .map(drop)
}

/// Fill an array for each column, `finish` each part of one: given its node, its first row, its values and its nulls.
fn each(
    program: &Program,
    columns: &[Measure],
    arrays: Vec<&mut [f64]>,
    threads: usize,
    control: &Control,
    finish: impl Fn(&mut Fault, Node, u64, &mut [f64], &[f64]) + Sync,
) -> Result<Fault> {
    let rows = program.space().combinations();
    if arrays.len() != columns.len() || arrays.iter().any(|array| array.len() as u64 != rows) {
        return Err(Error::Invalid(
            "not an array of all rows for each column".into(),
        ));
    }
    let nodes: Vec<Node> = columns.iter().flat_map(Measure::nodes).collect();
    let schedule = program.schedule(&nodes)?;
    let chunks = Chunks::of(0..rows, program.chunk_rows(&nodes, CHUNKS)?);
    // What each chunk fills is taken by the worker that has the chunk.
    let mut parts: Vec<Vec<&mut [f64]>> = (0..chunks.count()).map(|_| vec![]).collect();
    for mut array in arrays {
        for (chunk, parts) in parts.iter_mut().enumerate() {
            let chunk = chunks.get(chunk as u64);
            let (part, rest) = array.split_at_mut((chunk.end - chunk.start) as usize);
            parts.push(part);
            array = rest;
        }
    }
    let parts: Vec<Mutex<Vec<&mut [f64]>>> = parts.into_iter().map(Mutex::new).collect();
    let worker = || (schedule.reader(), vec![], Fault::default());
    let work = |(reader, nulls, fault): &mut (Reader<'_>, Vec<f64>, Fault), chunk: u64| {
        let mut parts = parts[chunk as usize]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let rows = chunks.get(chunk);
        reader.for_each(program.space(), rows.clone(), control, |reader, region| {
            let (start, len) = ((region.first - rows.start) as usize, region.rows() as usize);
            let mut which = 0;
            for (column, part) in columns.iter().zip(parts.iter_mut()) {
                let values = &mut part[start..start + len];
                reader.read(which, values);
                nulls.clear();
                if column.null.is_some() {
                    nulls.resize(len, 0.0);
                    reader.read(which + 1, nulls);
                }
                which += column.nodes().count();
                finish(fault, column.value, region.first, values, nulls);
            }
            Ok(())
        })
    };
    let mut fault = Fault::default();
    for (_, _, found) in gather(chunks.count(), threads, worker, work)? {
        fault.merge(&found);
    }
    Ok(fault)
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
