//! The gradients of attention.

use super::{Attention, Head};
use crate::engine::cpu::scratch::with_scratch;
use crate::engine::cpu::simd::dot::dot_rows;
use crate::engine::cpu::simd::gemm::{Rows, RowsMut, Start, Strided, gemm};
use crate::engine::cpu::simd::lanes;
use crate::engine::cpu::simd::softmax::{backward, probabilities};

impl Attention {
    /// # Shapes
    /// - packed, output, statistics: as in [`Attention::forward`]
    /// - doutput: `[batch, queries, width]`, the gradient of the output
    /// - dpacked: `[batch, tokens, 3 · width]`, overwritten
    pub fn backward(
        &self,
        packed: &[f32],
        output: &[f32],
        statistics: &[f32],
        doutput: &[f32],
        dpacked: &mut [f32],
    ) {
        let columns = self.columns();
        let [narrow, square] = [self.head_width() * columns, self.tokens * columns];
        let lengths = [narrow, narrow, square, square, square, columns];
        let (packed_size, size) = (self.tokens * 3 * self.width, self.queries * self.width);
        with_scratch(lengths, |mut scratch| {
            let mut statistics = statistics.chunks_exact(2 * columns);
            for (image, dpacked) in dpacked.chunks_exact_mut(packed_size).enumerate() {
                let packed = &packed[image * packed_size..][..packed_size];
                let output = &output[image * size..][..size];
                let doutput = &doutput[image * size..][..size];
                // Tokens that are no queries.
                for row in dpacked.chunks_exact_mut(3 * self.width).skip(self.queries) {
                    row[..self.width].fill(0.0);
                }
                for head in 0..self.heads {
                    let part = self.head(packed, image, head);
                    let statistics = statistics.next().expect("two rows for each head");
                    let from = head * self.head_width();
                    let outputs = [&output[from..], &doutput[from..]];
                    self.head_backward(
                        part,
                        outputs,
                        statistics,
                        &mut dpacked[from..],
                        &mut scratch,
                    );
                }
            }
        });
    }

    fn head_backward(
        &self,
        part: Head<'_>,
        [output, doutput]: [&[f32]; 2],
        statistics: &[f32],
        dpacked: &mut [f32],
        [query_t, doutput_t, scores, dscores, dropped, delta]: &mut [&mut [f32]; 6],
    ) {
        let columns = self.columns();
        let [width, packed_width, head_width] = [self.width, 3 * self.width, self.head_width()];
        self.scores(part, query_t, scores);
        let (max, scale) = statistics.split_at(columns);
        probabilities(scores, max, scale);
        self.take(doutput, width, 1.0, doutput_t);
        self.deltas(output, doutput, delta);

        // The gradients of the probabilities, [keys, queries].
        let value = Strided {
            values: part.value,
            row: packed_width,
            column: 1,
        };
        self.product(value, doutput_t, dscores);
        self.drop(dscores, part.index);
        backward(dscores, scores, delta);

        let dropped = if self.dropout.is_none() {
            &**scores
        } else {
            dropped.copy_from_slice(scores);
            self.drop(dropped, part.index);
            &**dropped
        };
        self.product_with_rows(
            dropped,
            doutput,
            width,
            doutput_t,
            &mut dpacked[2 * width..],
        );
        // Queries in `query_t` are divided by √head_width already, those in `part` are not.
        let dkey = &mut dpacked[width..];
        self.product_with_rows(dscores, part.query, packed_width, query_t, dkey);
        if head_width.is_multiple_of(lanes()) {
            self.scale_rows(dkey);
        }
        self.mix(part.key, dscores, query_t, dpacked, packed_width, |_| {
            self.scale()
        });
    }

    /// `[tokens, head_width]` of a gradient: `by_key` `[keys, queries]` times a matrix
    /// `[queries, head_width]`, given as rows and as columns.
    fn product_with_rows(
        &self,
        by_key: &[f32],
        rows: &[f32],
        row: usize,
        transposed: &[f32],
        gradient: &mut [f32],
    ) {
        let gradient = RowsMut {
            values: gradient,
            row: 3 * self.width,
        };
        let head_width = self.head_width();
        if head_width.is_multiple_of(lanes()) {
            let by_key = Strided::dense(by_key, self.columns());
            let rows = Rows { values: rows, row };
            let shape = [self.tokens, head_width, self.queries];
            gemm(shape, by_key, rows, gradient, Start::Zero);
        } else {
            dot_rows(by_key, transposed, self.columns(), gradient);
        }
    }

    /// Per query, the sum of output · gradient, which is that of probability · gradient.
    fn deltas(&self, output: &[f32], doutput: &[f32], delta: &mut [f32]) {
        delta.fill(0.0);
        for (query, delta) in delta.iter_mut().enumerate().take(self.queries) {
            let range = query * self.width..query * self.width + self.head_width();
            let pairs = output[range.clone()].iter().zip(&doutput[range]);
            *delta = pairs.map(|(a, b)| a * b).sum();
        }
    }
}
