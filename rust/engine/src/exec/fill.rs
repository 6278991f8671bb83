//! Columns of all rows, written straight to where they are wanted.

use std::sync::{Mutex, PoisonError};

use super::fault::Fault;
use super::measure::Measure;
use super::program::Program;
use super::schedule::Reader;
use super::strips::Chunks;
use crate::error::{Error, Result};
use crate::run::{Control, gather};
use crate::tape::Node;

/// How many of the usual chunks a worker fills at a time: so many that two workers rarely meet in one page of memory,
/// however large, since who touches a page first has to wait until it is cleared.
const CHUNKS: u64 = 1 << 4;

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
    fill_each(
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
pub(crate) fn fill_each(
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
