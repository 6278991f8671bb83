//! Which points nobody dominates: of points that are given together, and of points that come bit by bit.
//!
//! All coordinates are to be small. A point dominates another one when it is at most as large in every coordinate, and
//! smaller in one or (0 and −0 are equal) of a lower row. No coordinate is NaN.

/// The most coordinates that points may have.
pub const MOST_DIMS: usize = 8;

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

    /// Each with its row.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[f64], u64)> {
        self.values.chunks(self.dims).zip(self.rows.iter().copied())
    }
}

/// Points that grow, of which nobody dominates another one.
#[derive(Clone, Debug)]
pub struct Front(Points);

impl Front {
    /// Without any point, for points of so many coordinates.
    #[must_use]
    pub fn new(dims: usize) -> Self {
        Self(Points::new(dims))
    }

    /// Whether a point of the front dominates this one.
    #[must_use]
    pub fn is_dominated(&self, point: &[f64], row: u64) -> bool {
        self.0.iter().any(|known| dominates(known, (point, row)))
    }

    /// Take in some points; those that are dominated go, old or new.
    pub fn extend(&mut self, points: &Points) {
        for new in points.iter() {
            let known = self
                .0
                .iter()
                .any(|known| dominates(known, new) || known == new);
            if known {
                continue;
            }
            let mut left = Points::new(self.0.dims);
            for (point, row) in self.0.iter().filter(|known| !dominates(new, *known)) {
                left.push(point, row);
            }
            left.push(new.0, new.1);
            self.0 = left;
        }
    }

    /// How many points it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its points.
    #[must_use]
    pub fn into_points(self) -> Points {
        self.0
    }
}

fn dominates(a: (&[f64], u64), b: (&[f64], u64)) -> bool {
    a.0.iter().zip(b.0).all(|(a, b)| a <= b) && (a.0 != b.0 || a.1 < b.1)
}
