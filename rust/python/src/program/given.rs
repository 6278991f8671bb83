//! What Python gives: columns, rows, tables.

use std::sync::Arc;

use gigacost_engine::query::Measure;
use gigacost_engine::rows::{AxisValues, Column, labels};
use gigacost_engine::tape::Node;
use numpy::PyReadonlyArray1;
use pyo3::prelude::*;

/// A column of rows as Python describes it.
#[derive(FromPyObject)]
pub(super) enum ColumnSpec<'py> {
    /// name, group, whole numbers
    Integers(String, usize, PyReadonlyArray1<'py, i64>),
    /// name, group, numbers
    Floats(String, usize, PyReadonlyArray1<'py, f64>),
    /// name, group, positions, labels
    Labels(String, usize, Vec<i32>, Vec<String>),
    /// name, node of positions, labels
    State(String, Node, Vec<String>),
    /// name, node, node of nulls
    Value(String, Node, Option<Node>),
}

impl ColumnSpec<'_> {
    pub(super) fn column(self) -> Column {
        match self {
            Self::Integers(name, group, values) => Column::Axis {
                name,
                group,
                values: AxisValues::Integers(values.as_array().to_vec().into()),
            },
            Self::Floats(name, group, values) => Column::Axis {
                name,
                group,
                values: AxisValues::Floats(values.as_array().to_vec().into()),
            },
            Self::Labels(name, group, codes, texts) => Column::Axis {
                name,
                group,
                values: AxisValues::Labels(codes.into(), labels(&texts)),
            },
            Self::State(name, value, texts) => Column::State {
                name,
                value,
                labels: labels(&texts),
            },
            Self::Value(name, value, null) => Column::Value { name, value, null },
        }
    }
}

/// The values of a leaf as Python describes them.
#[derive(FromPyObject)]
pub(super) enum LeafValues<'py> {
    /// One value, whatever the combination.
    One((f64,)),
    /// A table.
    Table(PyReadonlyArray1<'py, f64>),
}

impl LeafValues<'_> {
    pub(super) fn copied(&self) -> Arc<[f64]> {
        match self {
            Self::One((value,)) => [*value].into(),
            Self::Table(table) => table
                .as_slice()
                .map_or_else(|_| table.as_array().to_vec().into(), Arc::from),
        }
    }
}

/// Columns given by their nodes and those of their nulls.
pub(super) fn measures(columns: Vec<(Node, Option<Node>)>) -> Vec<Measure> {
    columns
        .into_iter()
        .map(|(value, null)| Measure { value, null })
        .collect()
}
