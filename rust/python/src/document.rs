//! TOML text as Python values, with the line of each.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use toml_edit::{Document, Item, TableLike, Value};

/// The values of a TOML document. Raises `ValueError` with `line:column: what`.
#[pyfunction]
pub(crate) fn parse_toml<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyDict>> {
    let document = parsed(text)?;
    DocumentReader {
        text,
        positions: None,
    }
    .table(py, document.as_table(), "")
}

/// The values of a TOML document, and the line (from 1) of each by its path: `axes.chips`, `axes.chips[2]`.
#[pyfunction]
pub(crate) fn parse_toml_positions<'py>(
    py: Python<'py>,
    text: &str,
) -> PyResult<(Bound<'py, PyDict>, Bound<'py, PyDict>)> {
    let document = parsed(text)?;
    let positions = PyDict::new(py);
    let reader = DocumentReader {
        text,
        positions: Some(positions.clone()),
    };
    Ok((reader.table(py, document.as_table(), "")?, positions))
}

fn parsed(text: &str) -> PyResult<Document<&str>> {
    Document::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let before = &text[..text.floor_char_boundary(at)];
        let column = before
            .chars()
            .rev()
            .take_while(|character| *character != '\n')
            .count()
            + 1;
        PyValueError::new_err(format!(
            "{}:{column}: {}",
            line(text, at),
            error.message().trim().replace('\n', "; ")
        ))
    })
}

fn line(text: &str, at: usize) -> usize {
    text[..text.floor_char_boundary(at)].matches('\n').count() + 1
}

struct DocumentReader<'a, 'py> {
    text: &'a str,
    positions: Option<Bound<'py, PyDict>>,
}

impl<'py> DocumentReader<'_, 'py> {
    fn note(&self, path: &str, span: Option<std::ops::Range<usize>>) -> PyResult<()> {
        match (&self.positions, span) {
            (Some(positions), Some(span)) => positions.set_item(path, line(self.text, span.start)),
            _ => Ok(()),
        }
    }

    fn table(
        &self,
        py: Python<'py>,
        table: &dyn TableLike,
        path: &str,
    ) -> PyResult<Bound<'py, PyDict>> {
        let values = PyDict::new(py);
        for (name, item) in table.iter() {
            let path = if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path}.{name}")
            };
            let key = table.key(name).and_then(toml_edit::Key::span);
            self.note(&path, key.or_else(|| item.span()))?;
            values.set_item(name, self.item(py, item, &path)?)?;
        }
        Ok(values)
    }

    fn item(&self, py: Python<'py>, item: &Item, path: &str) -> PyResult<Bound<'py, PyAny>> {
        match item {
            Item::None => Ok(py.None().into_bound(py)),
            Item::Value(value) => self.value(py, value, path),
            Item::Table(table) => Ok(self.table(py, table, path)?.into_any()),
            Item::ArrayOfTables(tables) => {
                let list = PyList::empty(py);
                for (index, table) in tables.iter().enumerate() {
                    let path = format!("{path}[{index}]");
                    self.note(&path, table.span())?;
                    list.append(self.table(py, table, &path)?)?;
                }
                Ok(list.into_any())
            }
        }
    }

    fn value(&self, py: Python<'py>, value: &Value, path: &str) -> PyResult<Bound<'py, PyAny>> {
        Ok(match value {
            Value::String(text) => text.value().into_pyobject(py)?.into_any(),
            Value::Integer(number) => number.value().into_pyobject(py)?.into_any(),
            Value::Float(number) => number.value().into_pyobject(py)?.into_any(),
            Value::Boolean(truth) => truth.value().into_pyobject(py)?.to_owned().into_any(),
            Value::Datetime(when) => {
                let when = when.value();
                let class = match (when.date, when.time) {
                    (Some(_), Some(_)) => "datetime",
                    (Some(_), None) => "date",
                    _ => "time",
                };
                py.import("datetime")?
                    .getattr(class)?
                    .call_method1("fromisoformat", (when.to_string(),))?
            }
            Value::Array(array) => {
                let list = PyList::empty(py);
                for (index, value) in array.iter().enumerate() {
                    let path = format!("{path}[{index}]");
                    self.note(&path, value.span())?;
                    list.append(self.value(py, value, &path)?)?;
                }
                list.into_any()
            }
            Value::InlineTable(table) => self.table(py, table, path)?.into_any(),
        })
    }
}
