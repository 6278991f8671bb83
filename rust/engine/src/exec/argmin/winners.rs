//! Where winners are kept: found box by box, each box once, whoever needs it first.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::error::Result;
use crate::space::block::{Extent, even};

/// The number of a winner where there is none.
pub(super) const NONE: u32 = u32::MAX;

/// A part of a space cut into boxes. The values of a box lie together, those of all boxes in the order of boxes; at the
/// edges there is some room for nothing.
#[derive(Debug)]
pub(super) struct Grid {
    starts: Vec<usize>,
    sizes: Vec<usize>,
    cuts: Vec<usize>,
}

impl Grid {
    pub(super) fn new(starts: Vec<usize>, sizes: Vec<usize>, cuts: Vec<usize>) -> Self {
        Self {
            starts,
            sizes,
            cuts,
        }
    }

    /// A grid that covers these digits and not much more.
    pub(super) fn around(&self, digits: &[&[usize]]) -> Self {
        let least = |digits: &&[usize]| digits.iter().copied().min().unwrap_or_default();
        let most = |digits: &&[usize]| digits.iter().copied().max().unwrap_or_default();
        let starts: Vec<usize> = digits.iter().map(least).collect();
        let ends = digits.iter().map(most).zip(&starts);
        let sizes: Vec<usize> = ends.map(|(most, least)| most - least + 1).collect();
        let cuts = sizes.iter().zip(&self.cuts);
        let cuts = cuts.map(|(size, cut)| even(*size, *cut)).collect();
        Self::new(starts, sizes, cuts)
    }

    /// How many boxes lie along a dimension.
    fn along(&self, dimension: usize) -> usize {
        self.sizes[dimension].div_ceil(self.cuts[dimension])
    }

    /// How many boxes there are.
    pub(super) fn count(&self) -> usize {
        let along = (0..self.sizes.len()).map(|dimension| self.along(dimension));
        along.fold(1, usize::saturating_mul)
    }

    /// How many values a box has room for.
    pub(super) fn volume(&self) -> usize {
        self.cuts.iter().product()
    }

    /// How many values lie between two digits of each dimension in a box.
    pub(super) fn strides(&self) -> Vec<usize> {
        let behind = (1..=self.cuts.len()).map(|next| self.cuts[next..].iter().product());
        behind.collect()
    }

    /// What each digit of a dimension adds to the place of a value.
    pub(super) fn places(&self, dimension: usize, digits: &[usize]) -> Vec<usize> {
        let inner = self.strides()[dimension];
        let next = self.boxes_behind(dimension) * self.volume();
        let place = |digit: &usize| {
            let digit = digit - self.starts[dimension];
            digit / self.cuts[dimension] * next + digit % self.cuts[dimension] * inner
        };
        digits.iter().map(place).collect()
    }

    fn boxes_behind(&self, dimension: usize) -> usize {
        let behind = dimension + 1..self.sizes.len();
        behind.map(|dimension| self.along(dimension)).product()
    }

    /// A box.
    pub(super) fn extent(&self, mut number: usize) -> Extent {
        let mut extent = Extent {
            starts: vec![0; self.sizes.len()],
            lens: vec![0; self.sizes.len()],
        };
        for dimension in (0..self.sizes.len()).rev() {
            let start = number % self.along(dimension) * self.cuts[dimension];
            number /= self.along(dimension);
            extent.starts[dimension] = self.starts[dimension] + start;
            extent.lens[dimension] = self.cuts[dimension].min(self.sizes[dimension] - start);
        }
        extent
    }

    /// The boxes that have any of the combinations of these digits.
    pub(super) fn touched(&self, digits: &[&[usize]]) -> Vec<usize> {
        let mut boxes = vec![0];
        for (dimension, digits) in digits.iter().enumerate() {
            let number = |digit: &usize| (digit - self.starts[dimension]) / self.cuts[dimension];
            let mut numbers: Vec<usize> = digits.iter().map(number).collect();
            numbers.sort_unstable();
            numbers.dedup();
            let along = self.along(dimension);
            let next = |first: usize| numbers.iter().map(move |number| first * along + number);
            boxes = boxes.into_iter().flat_map(next).collect();
        }
        boxes
    }
}

/// How many winners are given room at a time.
const PAGE: usize = 1 << 12;
/// What is kept where nothing has been found yet. A winner is kept as a number higher by two.
const UNKNOWN: u32 = 0;
/// Someone who needs what another one is finding looks this many boxes ahead for something to do.
const AHEAD: usize = 1 << 5;

/// The winners found so far.
#[derive(Debug)]
pub(super) struct Kept {
    pages: Vec<OnceLock<Box<[AtomicU32]>>>,
    count: usize,
    volume: usize,
    /// The boxes that someone is working on.
    claimed: Mutex<Vec<usize>>,
    released: Condvar,
}

impl Kept {
    /// Room for a whole grid, unless it has more than `most` winners.
    pub(super) fn new(grid: &Grid, most: usize) -> Option<Self> {
        let (count, volume) = (grid.count(), grid.volume());
        let winners = count.checked_mul(volume).filter(|all| *all <= most)?;
        Some(Self {
            pages: (0..winners.div_ceil(PAGE))
                .map(|_| OnceLock::new())
                .collect(),
            count,
            volume,
            claimed: Mutex::default(),
            released: Condvar::new(),
        })
    }

    fn load(&self, place: usize) -> u32 {
        let page = self.pages[place / PAGE].get();
        page.map_or(UNKNOWN, |page| page[place % PAGE].load(Ordering::Acquire))
    }

    /// The winner at a place that is known.
    pub(super) fn get(&self, place: usize) -> u32 {
        self.load(place).wrapping_sub(2)
    }

    fn is_known(&self, number: usize) -> bool {
        self.load(number * self.volume) != UNKNOWN
    }

    /// See to it that some boxes are known: find those that nobody is working on, then wait for the others.
    ///
    /// # Errors
    /// What `find` says.
    pub(super) fn ensure(
        &self,
        boxes: &[usize],
        find: &mut impl FnMut(usize, &mut [u32]) -> Result<()>,
    ) -> Result<()> {
        let mut make = |claim: Claim<'_>| {
            let mut found = vec![NONE; self.volume];
            find(claim.number, &mut found)?;
            self.publish(claim.number, &found);
            Ok(())
        };
        let mut awaited = vec![];
        for &number in boxes.iter().filter(|number| !self.is_known(**number)) {
            match self.claim(number) {
                Some(claim) => make(claim)?,
                None => awaited.push(number),
            }
        }
        for number in awaited {
            while !self.is_known(number) {
                // Whoever had it may have been stopped; as long as it is being found, one of the next boxes is.
                let ahead = number..self.count.min(number + AHEAD);
                match ahead
                    .filter(|ahead| !self.is_known(*ahead))
                    .find_map(|ahead| self.claim(ahead))
                {
                    Some(claim) => make(claim)?,
                    None => self.wait(number),
                }
            }
        }
        Ok(())
    }

    fn publish(&self, number: usize, found: &[u32]) {
        // The first one last: it tells that all are known.
        for (i, winner) in found.iter().enumerate().rev() {
            let place = number * self.volume + i;
            let page = self.pages[place / PAGE]
                .get_or_init(|| (0..PAGE).map(|_| AtomicU32::new(UNKNOWN)).collect());
            page[place % PAGE].store(winner.wrapping_add(2), Ordering::Release);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<usize>> {
        self.claimed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Work on a box that is not known and that nobody works on.
    fn claim(&self, number: usize) -> Option<Claim<'_>> {
        let mut claimed = self.lock();
        if claimed.contains(&number) || self.is_known(number) {
            return None;
        }
        claimed.push(number);
        Some(Claim { kept: self, number })
    }

    /// Wait until nobody works on a box.
    fn wait(&self, number: usize) {
        let mut claimed = self.lock();
        while claimed.contains(&number) {
            claimed = self
                .released
                .wait(claimed)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A box that someone works on; released when that ends, whether well or not.
struct Claim<'a> {
    kept: &'a Kept,
    number: usize,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        let mut claimed = self.kept.lock();
        claimed.retain(|number| *number != self.number);
        drop(claimed);
        self.kept.released.notify_all();
    }
}
