//! Columns of rows: axes, quantities, states.

use std::sync::Arc;

use arrow_array::StringArray;
use arrow_schema::{DataType, Field};

use crate::exec::measure::Measure;
use crate::exec::program::Program;
use crate::tape::Node;

/// The values of an axis.
#[derive(Clone, Debug)]
pub enum AxisValues {
    /// Whole numbers.
    Integers(Arc<[i64]>),
    /// Numbers.
    Floats(Arc<[f64]>),
    /// Positions in a dictionary of labels.
    Labels(Arc<[i32]>, Arc<StringArray>),
}

/// A column of the rows.
#[derive(Clone, Debug)]
pub enum Column {
    /// An axis.
    Axis {
        /// Its name.
        name: String,
        /// The group it belongs to.
        group: usize,
        /// One value for each digit of the group.
        values: AxisValues,
    },
    /// A quantity.
    Value {
        /// Its name.
        name: String,
        /// Its values.
        value: Node,
        /// Where it is null.
        null: Option<Node>,
    },
    /// A node that gives positions in a dictionary of labels.
    State {
        /// Its name.
        name: String,
        /// The positions.
        value: Node,
        /// The labels.
        labels: Arc<StringArray>,
    },
}

/// A dictionary of labels.
#[must_use]
pub fn labels(texts: &[String]) -> Arc<StringArray> {
    Arc::new(StringArray::from_iter_values(texts))
}

impl Column {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Axis { name, .. } | Self::Value { name, .. } | Self::State { name, .. } => name,
        }
    }

    /// Its name and type.
    pub(super) fn field(&self) -> Field {
        let labels = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        match self {
            Self::Axis {
                name,
                values: AxisValues::Integers(_),
                ..
            } => Field::new(name, DataType::Int64, false),
            Self::Axis {
                name,
                values: AxisValues::Floats(_),
                ..
            } => Field::new(name, DataType::Float64, false),
            Self::Axis {
                name,
                values: AxisValues::Labels(..),
                ..
            }
            | Self::State { name, .. } => Field::new(name, labels(), false),
            Self::Value { name, null, .. } => Field::new(name, DataType::Float64, null.is_some()),
        }
    }

    /// Its nodes, if it is not an axis.
    pub(super) fn measure(&self) -> Option<Measure> {
        match *self {
            Self::Axis { .. } => None,
            Self::Value { value, null, .. } => Some(Measure { value, null }),
            Self::State { value, .. } => Some(Measure { value, null: None }),
        }
    }

    /// The groups of the space that it varies over, ascending.
    pub(super) fn groups(&self, program: &Program) -> Vec<usize> {
        match self {
            Self::Axis { group, .. } => vec![*group],
            Self::Value { value, null, .. } => {
                let mut groups = program.groups(*value);
                groups.extend(null.iter().flat_map(|null| program.groups(*null)));
                groups.sort_unstable();
                groups.dedup();
                groups
            }
            Self::State { value, .. } => program.groups(*value),
        }
    }

    /// Its group, and how many values its axis has, if it is one.
    pub(super) fn digits(&self) -> Option<(usize, usize)> {
        match self {
            Self::Axis { group, values, .. } => Some((
                *group,
                match values {
                    AxisValues::Integers(values) => values.len(),
                    AxisValues::Floats(values) => values.len(),
                    AxisValues::Labels(values, _) => values.len(),
                },
            )),
            _ => None,
        }
    }
}
