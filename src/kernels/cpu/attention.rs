//! Multi-head self-attention, an image and a head at a time.
//!
//! Scores are kept with one key per row and one query per column; see [`super::softmax`].

use super::dot::dot_rows;
use super::gemm::{Rows, RowsMut, Start, Strided, gemm};
use super::scratch::with_scratch;
use super::softmax::{Statistics, backward, exp_columns, probabilities};
use super::{lanes, round_up};
use crate::kernels::Dropout;

/// The sizes of an attention.
#[derive(Clone, Copy)]
pub struct Attention {
    /// Of one image.
    pub tokens: usize,
    /// Of one image: the first tokens, whose outputs are asked for.
    pub queries: usize,
    pub width: usize,
    pub heads: usize,
    /// Of the probabilities `[batch, heads, queries, keys]`, whose positions it counts.
    pub dropout: Dropout,
}

/// Queries, keys and values of one head: parts of `[tokens, 3 · width]`.
#[derive(Clone, Copy)]
struct Head<'a> {
    query: &'a [f32],
    key: &'a [f32],
    value: &'a [f32],
    /// Of the images before, and the heads before in this image.
    index: usize,
}

impl Attention {
    /// softmax(q · kᵀ / √head_width) · v for each head; heads side by side in the output.
    ///
    /// # Shapes
    /// - packed: `[batch, tokens, 3 · width]`, queries, keys and values side by side
    /// - output: `[batch, queries, width]`
    /// - statistics: `[batch, heads, 2, columns]` with [`Attention::columns`], for
    ///   [`Attention::backward`]
    pub fn forward(&self, packed: &[f32], output: &mut [f32], statistics: &mut [f32]) {
        let columns = self.columns();
        let [narrow, square] = [self.head_width() * columns, self.tokens * columns];
        with_scratch([narrow, square, narrow], |[query_t, scores, output_t]| {
            let images = packed.chunks_exact(self.tokens * 3 * self.width);
            let outputs = output.chunks_exact_mut(self.queries * self.width);
            let mut statistics = statistics.chunks_exact_mut(2 * columns);
            for (image, (packed, output)) in images.zip(outputs).enumerate() {
                for head in 0..self.heads {
                    let part = self.head(packed, image, head);
                    self.scores(part, query_t, scores);
                    let of_head = statistics.next().expect("two rows for each head");
                    let (max, scale) = of_head.split_at_mut(columns);
                    let both = Statistics {
                        max: &mut *max,
                        scale: &mut *scale,
                    };
                    exp_columns(scores, columns, both);
                    self.drop(scores, part.index);
                    self.mix(part.value, scores, output_t);
                    let output = &mut output[head * self.head_width()..];
                    self.put(output_t, |query| scale[query], output, self.width);
                }
            }
        });
    }

    /// # Shapes
    /// - packed, output, statistics: as in [`Attention::forward`]
    /// - doutput: `[batch, queries, width]`, the gradient of the output
    /// - dpacked: `[batch, tokens, 3 · width]`, zeros before
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
        self.mix(part.key, dscores, query_t);
        self.put(query_t, |_| self.scale(), dpacked, packed_width);
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

    /// q · kᵀ / √head_width, `[keys, queries]`, and the queries in columns.
    fn scores(&self, part: Head<'_>, query_t: &mut [f32], scores: &mut [f32]) {
        self.take(part.query, 3 * self.width, self.scale(), query_t);
        let key = Strided {
            values: part.key,
            row: 3 * self.width,
            column: 1,
        };
        self.product(key, query_t, scores);
    }

    /// `[tokens, head_width]` times `[head_width, columns]`.
    fn product(&self, a: Strided<'_>, b: &[f32], c: &mut [f32]) {
        let row = self.columns();
        let shape = [self.tokens, row, self.head_width()];
        let (b, c) = (Rows { values: b, row }, RowsMut { values: c, row });
        gemm(shape, a, b, c, Start::Zero);
    }

    /// The transposed of keys or values, `[head_width, tokens]`, times `[tokens, columns]`.
    fn mix(&self, rows: &[f32], by_key: &[f32], mixed: &mut [f32]) {
        let row = self.columns();
        let a = Strided {
            values: rows,
            row: 1,
            column: 3 * self.width,
        };
        let shape = [self.head_width(), row, self.tokens];
        let (b, c) = (
            Rows {
                values: by_key,
                row,
            },
            RowsMut { values: mixed, row },
        );
        gemm(shape, a, b, c, Start::Zero);
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

    /// Columns from the first rows: `[head_width, columns]`, zero where there is no query.
    fn take(&self, rows: &[f32], row: usize, scale: f32, columns: &mut [f32]) {
        for (from, column) in columns.chunks_exact_mut(self.columns()).enumerate() {
            let (queries, padding) = column.split_at_mut(self.queries);
            for (query, value) in queries.iter_mut().enumerate() {
                *value = rows[query * row + from] * scale;
            }
            padding.fill(0.0);
        }
    }

    /// Rows from columns, the opposite of [`Attention::take`].
    fn put(&self, columns: &[f32], scale: impl Fn(usize) -> f32, rows: &mut [f32], row: usize) {
        for (to, column) in columns.chunks_exact(self.columns()).enumerate() {
            for (query, value) in column[..self.queries].iter().enumerate() {
                rows[query * row + to] = value * scale(query);
            }
        }
    }

    fn scale_rows(&self, gradient: &mut [f32]) {
        for row in gradient.chunks_mut(3 * self.width).take(self.tokens) {
            row[..self.head_width()]
                .iter_mut()
                .for_each(|x| *x *= self.scale());
        }
    }

    fn drop(&self, by_key: &mut [f32], head: usize) {
        if self.dropout.is_none() {
            return;
        }
        let first = head * self.queries * self.tokens;
        for (key, queries) in by_key.chunks_exact_mut(self.columns()).enumerate() {
            let queries = &mut queries[..self.queries];
            self.dropout.apply(queries, first + key, self.tokens);
        }
    }

    fn head<'a>(&self, packed: &'a [f32], image: usize, head: usize) -> Head<'a> {
        let from = head * self.head_width();
        Head {
            query: &packed[from..],
            key: &packed[self.width + from..],
            value: &packed[2 * self.width + from..],
            index: image * self.heads + head,
        }
    }

    fn head_width(&self) -> usize {
        self.width / self.heads
    }

    /// Of scores, and of queries.
    fn scale(&self) -> f32 {
        (self.head_width() as f32).sqrt().recip()
    }

    /// Queries, rounded up to whole vectors.
    pub fn columns(&self) -> usize {
        round_up(self.queries, lanes())
    }
}
