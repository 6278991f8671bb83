//! Byte-stream-split: the first bytes of all numbers, then the second bytes, and so on to the eighth.

/// How many numbers are split at a time: they stay in the first-level cache for all eight streams.
const BLOCK: usize = 512;

/// Split numbers into streams of `count` bytes each, beginning at byte `from` of each stream.
pub(super) fn split(numbers: &[f64], from: usize, count: usize, streams: &mut [u8]) {
    let mut at = from;
    for block in numbers.chunks(BLOCK) {
        for (byte, stream) in streams.chunks_exact_mut(count).enumerate() {
            let shift = 8 * byte as u32;
            for (out, number) in stream[at..at + block.len()].iter_mut().zip(block) {
                *out = (number.to_bits() >> shift) as u8;
            }
        }
        at += block.len();
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
