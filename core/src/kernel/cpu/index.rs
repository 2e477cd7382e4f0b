//! Positions of a layer's active weights: by output row for the forward pass, by input channel for
//! the input gradient. The twin of the `index_*` kernels.

/// Compressed rows and columns of a weight mask `[out, in, taps]` (taps = kh * kw, 1 for linear).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LayerIndex {
    /// `[out + 1]`: row `o` owns entries `row_ptr[o]..row_ptr[o + 1]` of `row_pos`.
    pub row_ptr: Vec<i32>,
    /// `[nnz]`: flat positions of active weights within the layer, by output, then input, then tap.
    pub row_pos: Vec<i32>,
    /// `[in + 1]`: column `i` owns entries `col_ptr[i]..col_ptr[i + 1]` of `col_pos`.
    pub col_ptr: Vec<i32>,
    /// `[nnz]`: flat positions by input, then output, then tap.
    pub col_pos: Vec<i32>,
}

impl LayerIndex {
    /// Indexes the non-zeros of `mask` (`[out * inputs * taps]`).
    pub fn new(mask: &[f32], out: usize, inputs: usize, taps: usize) -> Self {
        let mut index = Self {
            row_ptr: vec![0],
            col_ptr: vec![0],
            ..Self::default()
        };
        let block = |o: usize, i: usize| {
            let first = (o * inputs + i) * taps;
            (first..first + taps)
                .filter(|&p| mask[p] != 0.0)
                .map(|p| p as i32)
        };
        for o in 0..out {
            for i in 0..inputs {
                index.row_pos.extend(block(o, i));
            }
            index.row_ptr.push(index.row_pos.len() as i32);
        }
        for i in 0..inputs {
            for o in 0..out {
                index.col_pos.extend(block(o, i));
            }
            index.col_ptr.push(index.col_pos.len() as i32);
        }
        index
    }

    /// Active weights.
    pub fn nnz(&self) -> usize {
        self.row_pos.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns_list_every_active_weight_once() {
        // out 2, in 2, taps 3
        let mask = [0., 1., 0., 1., 1., 0., 0., 0., 0., 1., 0., 1.];
        let index = LayerIndex::new(&mask, 2, 2, 3);
        assert_eq!(index.row_ptr, [0, 3, 5]);
        assert_eq!(index.row_pos, [1, 3, 4, 9, 11]);
        assert_eq!(index.col_ptr, [0, 1, 5]);
        assert_eq!(index.col_pos, [1, 3, 4, 9, 11]);
        assert_eq!(index.nnz(), 5);
        let crossed = LayerIndex::new(&[1., 1., 1., 1.], 2, 2, 1);
        assert_eq!(crossed.row_pos, [0, 1, 2, 3]);
        assert_eq!(crossed.col_pos, [0, 2, 1, 3]);
    }

    #[test]
    fn an_empty_layer_has_an_empty_index() {
        let index = LayerIndex::new(&[0.0; 6], 3, 2, 1);
        assert_eq!(
            (index.row_ptr, index.col_ptr, index.row_pos),
            (vec![0; 4], vec![0; 3], vec![])
        );
    }
}
