//! Points and their rows.

/// Points of so many coordinates each, each with its row.
#[derive(Clone, Debug, Default)]
pub struct Points {
    dims: usize,
    values: Vec<f64>,
    rows: Vec<u64>,
}

impl Points {
    /// No points of so many coordinates.
    #[must_use]
    pub fn new(dims: usize) -> Self {
        Self {
            dims,
            values: vec![],
            rows: vec![],
        }
    }

    /// How many coordinates each has.
    #[must_use]
    pub fn dims(&self) -> usize {
        self.dims
    }

    /// One more.
    pub fn push(&mut self, point: &[f64], row: u64) {
        self.values.extend_from_slice(&point[..self.dims]);
        self.rows.push(row);
    }

    /// None any more.
    pub fn clear(&mut self) {
        self.values.clear();
        self.rows.clear();
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The coordinates, point after point.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Their rows.
    #[must_use]
    pub fn rows(&self) -> &[u64] {
        &self.rows
    }

    /// Each with its row.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[f64], u64)> {
        self.values.chunks(self.dims).zip(self.rows.iter().copied())
    }
}
