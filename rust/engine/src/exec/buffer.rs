//! Room for the results of steps.

/// Values that begin where a cache line does, so that no vector lies across two.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffer {
    values: Vec<f64>,
    start: usize,
}

/// The size of a cache line.
const CACHE_LINE: usize = 64;

impl Buffer {
    /// Make room for so many values; those it has are lost.
    pub(crate) fn reserve(&mut self, values: usize) {
        if self.values.len() < self.start + values {
            self.values = vec![0.0; values + CACHE_LINE / size_of::<f64>()];
            self.start = self.values.as_ptr().align_offset(CACHE_LINE);
        }
    }

    pub(crate) fn get(&self) -> &[f64] {
        &self.values[self.start..]
    }

    pub(crate) fn get_mut(&mut self) -> &mut [f64] {
        &mut self.values[self.start..]
    }
}
