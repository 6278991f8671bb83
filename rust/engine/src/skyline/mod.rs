//! Which points nobody dominates: of points that are given together, and of points that come bit by bit.
//!
//! All coordinates are to be small, and none is NaN. A point dominates another one when it is at most as large in every
//! coordinate, and either smaller in one or (0 and −0 are equal) of a lower row.

mod find;
mod front;
mod points;
mod sieve;
mod tree;

pub use find::Skyline;
pub use front::Front;
pub use points::Points;
pub(crate) use sieve::Sieve;

/// The most coordinates that points may have.
pub const MOST_DIMS: usize = 8;

/// What to do for so many coordinates (from 1 to [`MOST_DIMS`]), compiled for each number of them.
macro_rules! by_dims {
    ($dims:expr, $D:ident => $then:expr) => {
        by_dims!($dims, $D => $then, 1 2 3 4 5 6 7 _)
    };
    ($dims:expr, $D:ident => $then:expr, $($known:tt)*) => {
        match $dims {
            $($known => { const $D: usize = by_dims!($known); $then })*
        }
    };
    (_) => { MOST_DIMS };
    ($known:tt) => { $known };
}
use by_dims;
