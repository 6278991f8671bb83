//! Tables whose rows are known: columns of any kind over any groups of a space, and a condition.
#![allow(dead_code)] // each test crate uses a part

use std::sync::Arc;

use gigacost_engine::rows::{AxisValues, Column, Rows, labels};
use gigacost_engine::tape::{Name, Node};
use gigacost_engine::{Blocks, Leaf, Program, Simd, Space, TapeBuilder};

/// What a cell of a row is; a float by its bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Integer(i64),
    Float(u64),
    Label(String),
    Null,
}

/// What a column consists of. Values come in the order of their groups, the last one fastest.
#[derive(Clone, Debug)]
pub(crate) enum Given {
    /// An axis, by the number of its group.
    Integers(usize, Vec<i64>),
    Floats(usize, Vec<f64>),
    Labels(usize, Vec<i32>, Vec<String>),
    /// Quantities over groups.
    Numbers(Vec<usize>, Vec<f64>),
    Nullable(Vec<usize>, Vec<Option<f64>>),
    States(Vec<usize>, Vec<usize>, Vec<String>),
}

/// A space, columns over it, and which rows are kept.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) sizes: Vec<u64>,
    pub(crate) columns: Vec<(String, Given)>,
    pub(crate) keep: Option<(Vec<usize>, Vec<bool>)>,
}

impl Table {
    /// How many combinations.
    pub(crate) fn combinations(&self) -> u64 {
        self.sizes.iter().product()
    }

    /// The rows as the engine has them.
    pub(crate) fn rows(&self, blocks: Blocks) -> Rows {
        let mut builder = TapeBuilder::new();
        let mut leaves = vec![];
        let mut leaf = |groups: &[usize], values: Vec<f64>| -> Node {
            let name = Name {
                name: format!("leaf {}", leaves.len()),
                unit: String::new(),
                doc: String::new(),
            };
            leaves.push(Leaf::new(groups.to_vec(), values.into()));
            builder.leaf(name)
        };
        let truth = |given: bool| f64::from(u8::from(given));
        let columns = self
            .columns
            .iter()
            .map(|(name, given)| {
                let name = name.clone();
                let axis = |group: &usize, values| Column::Axis {
                    name: name.clone(),
                    group: *group,
                    values,
                };
                match given {
                    Given::Integers(group, values) => {
                        axis(group, AxisValues::Integers(values[..].into()))
                    }
                    Given::Floats(group, values) => {
                        axis(group, AxisValues::Floats(values[..].into()))
                    }
                    Given::Labels(group, codes, texts) => {
                        axis(group, AxisValues::Labels(codes[..].into(), labels(texts)))
                    }
                    Given::Numbers(groups, values) => Column::Value {
                        name,
                        value: leaf(groups, values.clone()),
                        null: None,
                    },
                    Given::Nullable(groups, values) => {
                        // What lies under a null must not show.
                        let shown = values.iter().map(|value| value.unwrap_or(f64::NAN));
                        let nulls = values.iter().map(|value| truth(value.is_none()));
                        Column::Value {
                            name,
                            value: leaf(groups, shown.collect()),
                            null: Some(leaf(groups, nulls.collect())),
                        }
                    }
                    Given::States(groups, codes, texts) => Column::State {
                        name,
                        value: leaf(groups, codes.iter().map(|code| *code as f64).collect()),
                        labels: labels(texts),
                    },
                }
            })
            .collect();
        let keep = self
            .keep
            .as_ref()
            .map(|(groups, kept)| leaf(groups, kept.iter().map(|kept| truth(*kept)).collect()));
        let tape = builder.finish(vec![]).unwrap();
        let space = Space::new(self.sizes.clone()).unwrap();
        let program = Program::new(Arc::new(tape), space, leaves, Simd::best(), blocks).unwrap();
        Rows::new(Arc::new(program), columns, keep).unwrap()
    }

    /// The rows as they must come back.
    pub(crate) fn expected(&self, limit: Option<u64>) -> Vec<Vec<Cell>> {
        let all = (0..self.combinations()).filter(|row| {
            let keep = self.keep.as_ref();
            keep.is_none_or(|(groups, kept)| kept[self.place(*row, groups)])
        });
        let wanted = limit.map_or(usize::MAX, |limit| limit as usize);
        all.take(wanted).map(|row| self.row(row)).collect()
    }

    fn row(&self, row: u64) -> Vec<Cell> {
        let float = |value: f64| Cell::Float((value + 0.0).to_bits());
        let cell = |given: &Given| match given {
            Given::Integers(group, values) => Cell::Integer(values[self.place(row, &[*group])]),
            Given::Floats(group, values) => float(values[self.place(row, &[*group])]),
            Given::Labels(group, codes, texts) => {
                let code = codes[self.place(row, &[*group])];
                Cell::Label(texts[code.cast_unsigned() as usize].clone())
            }
            Given::Numbers(groups, values) => float(values[self.place(row, groups)]),
            Given::Nullable(groups, values) => {
                values[self.place(row, groups)].map_or(Cell::Null, float)
            }
            Given::States(groups, codes, texts) => {
                Cell::Label(texts[codes[self.place(row, groups)]].clone())
            }
        };
        self.columns.iter().map(|(_, given)| cell(given)).collect()
    }

    /// Where a row's value is in a dense array over some groups.
    fn place(&self, mut row: u64, groups: &[usize]) -> usize {
        let (mut place, mut stride) = (0, 1);
        for (group, size) in self.sizes.iter().enumerate().rev() {
            if groups.contains(&group) {
                place += row % size * stride;
                stride *= size;
            }
            row /= size;
        }
        place as usize
    }
}
