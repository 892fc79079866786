//! Multi-head self-attention, an image and a head at a time.
//!
//! Scores are kept with one key per row and one query per column; see [`softmax`](crate::engine::cpu::simd::softmax).

mod backward;

use crate::engine::cpu::scratch::with_scratch;
use crate::engine::cpu::simd::gemm::{Rows, RowsMut, Start, Strided, gemm};
use crate::engine::cpu::simd::softmax::{Statistics, exp_columns};
use crate::engine::cpu::simd::{lanes, round_up};
use crate::model::Dropout;

/// The sizes of an attention.
#[derive(Clone, Copy)]
pub struct Attention {
    /// Tokens of an image.
    pub tokens: usize,
    /// The number of queries among them: the first ones. The last block's only query is the class token.
    pub queries: usize,
    pub width: usize,
    pub heads: usize,
    /// Drops probabilities `[batch, heads, tokens, tokens]`, whose positions it counts.
    pub dropout: Dropout,
    /// Images of the batch before the first one here.
    pub first_image: usize,
}

/// Queries, keys and values of one head: parts of `[tokens, 3 · width]`.
#[derive(Clone, Copy)]
struct Head<'a> {
    query: &'a [f32],
    key: &'a [f32],
    value: &'a [f32],
    /// Heads before it in the batch.
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
                    let output = &mut output[head * self.head_width()..];
                    self.mix(part.value, scores, output_t, output, self.width, |query| {
                        scale[query]
                    });
                }
            }
        });
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

    /// `[queries, head_width]`, scaled row by row: the transposed of `by_key` `[tokens, columns]`
    /// times keys or values. `transposed` is scratch memory.
    fn mix(
        &self,
        rows: &[f32],
        by_key: &[f32],
        transposed: &mut [f32],
        mixed: &mut [f32],
        row: usize,
        scale: impl Fn(usize) -> f32,
    ) {
        let (head_width, columns) = (self.head_width(), self.columns());
        if head_width.is_multiple_of(lanes()) {
            let shape = [self.queries, head_width, self.tokens];
            let by_query = Strided::transposed(by_key, columns);
            let values = Rows {
                values: rows,
                row: 3 * self.width,
            };
            gemm(
                shape,
                by_query,
                values,
                RowsMut { values: mixed, row },
                Start::Zero,
            );
            for (query, values) in mixed.chunks_mut(row).enumerate().take(self.queries) {
                let scale = scale(query);
                values[..head_width].iter_mut().for_each(|x| *x *= scale);
            }
            return;
        }
        // Narrow heads fill no vectors, queries do.
        let by_column = Strided {
            values: rows,
            row: 1,
            column: 3 * self.width,
        };
        let by_key = Rows {
            values: by_key,
            row: columns,
        };
        let shape = [head_width, columns, self.tokens];
        let all = RowsMut {
            values: &mut *transposed,
            row: columns,
        };
        gemm(shape, by_column, by_key, all, Start::Zero);
        self.put(transposed, scale, mixed, row);
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
        let first = head * self.tokens * self.tokens;
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
            index: (self.first_image + image) * self.heads + head,
        }
    }

    fn head_width(&self) -> usize {
        self.width / self.heads
    }

    /// The factor that scores, and queries, are multiplied with: 1 / √head_width.
    fn scale(&self) -> f32 {
        (self.head_width() as f32).sqrt().recip()
    }

    /// Queries, rounded up to whole vectors.
    pub fn columns(&self) -> usize {
        round_up(self.queries, lanes())
    }
}
