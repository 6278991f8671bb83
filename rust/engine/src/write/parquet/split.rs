//! Byte-stream-split: the first bytes of all numbers, then the second bytes, and so on to the eighth.

/// How many numbers are split at a time: they stay in the first-level cache.
const BLOCK: usize = 512;

/// Split numbers into streams of `count` bytes each, beginning at byte `from` of each stream.
///
/// Words are halved three times, which takes fewer steps than eight times picking a byte of each.
pub(super) fn split(numbers: &[f64], from: usize, count: usize, streams: &mut [u8]) {
    let mut halves = [[0_u32; BLOCK]; 2];
    let mut quarters = [[0_u16; BLOCK]; 4];
    let mut at = from;
    for block in numbers.chunks(BLOCK) {
        let [low, high] = &mut halves;
        halve(block, low, high, |number| {
            let bits = number.to_bits();
            (bits as u32, (bits >> 32) as u32)
        });
        let (quarters_low, quarters_high) = quarters.split_at_mut(2);
        for (half, quarters) in halves.iter().zip([quarters_low, quarters_high]) {
            let (low, high) = quarters.split_at_mut(1);
            halve(&half[..block.len()], &mut low[0], &mut high[0], |half| {
                (half as u16, (half >> 16) as u16)
            });
        }
        for (quarter, streams) in quarters.iter().zip(streams.chunks_exact_mut(2 * count)) {
            let (low, high) = streams.split_at_mut(count);
            halve(
                &quarter[..block.len()],
                &mut low[at..],
                &mut high[at..],
                |quarter| (quarter as u8, (quarter >> 8) as u8),
            );
        }
        at += block.len();
    }
}

/// The lower and the higher half of each word.
#[inline]
fn halve<T: Copy, H>(words: &[T], low: &mut [H], high: &mut [H], halves: impl Fn(T) -> (H, H)) {
    let (low, high) = (&mut low[..words.len()], &mut high[..words.len()]);
    for ((word, low), high) in words.iter().zip(low).zip(high) {
        (*low, *high) = halves(*word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_hold_the_bytes_of_every_number() {
        let numbers: Vec<f64> = (0..1500).map(|i| f64::from(i).sqrt()).collect();
        let mut streams = vec![0; 8 * numbers.len()];
        split(&numbers[..1001], 0, numbers.len(), &mut streams);
        split(&numbers[1001..], 1001, numbers.len(), &mut streams);
        for (index, number) in numbers.iter().enumerate() {
            let bytes = std::array::from_fn(|byte| streams[byte * numbers.len() + index]);
            assert_eq!(f64::from_le_bytes(bytes), *number);
        }
    }
}
