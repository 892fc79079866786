//! Products of small matrices.
//!
//! The matrices of this model have 2 to 200 columns, so nothing is packed: packing costs as much
//! as multiplying here. Blocks of `C` stay in registers while the inner dimension passes by.

use super::instructions::{
    self as macerator, Scalar, Simd, Vector, fused, vload_unaligned, vstore_unaligned, with_simd,
};

/// Rows of a block of `C`; with [`COLUMNS`] and one row of `B` it fills the sixteen registers that
/// WebAssembly's engines have on x86.
pub const ROWS: usize = 4;
/// Vectors in a row of a block of `C`.
const COLUMNS: usize = 2;

/// A matrix whose neighbours in a row, too, may lie apart: a transposed one, or part of another.
#[derive(Clone, Copy)]
pub struct Strided<'a> {
    pub values: &'a [f32],
    /// Values from one row to the next.
    pub row: usize,
    /// Values from one column to the next.
    pub column: usize,
}

/// A matrix, or some columns of one, whose rows are contiguous.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    pub values: &'a [f32],
    /// Values from one row to the next.
    pub row: usize,
}

/// As [`Rows`].
pub struct RowsMut<'a> {
    pub values: &'a mut [f32],
    pub row: usize,
}

/// The values that the product is added to.
#[derive(Clone, Copy)]
pub enum Start<'a> {
    Zero,
    /// This row, in each row of `C`.
    Bias(&'a [f32]),
    /// The values that `C` holds.
    Sum,
}

impl<'a> Strided<'a> {
    /// A matrix of `columns` columns, without gaps.
    pub fn dense(values: &'a [f32], columns: usize) -> Self {
        Self {
            values,
            row: columns,
            column: 1,
        }
    }

    /// The transposed of a matrix of `rows` columns, without gaps.
    pub fn transposed(values: &'a [f32], rows: usize) -> Self {
        Self {
            values,
            row: 1,
            column: rows,
        }
    }
}

/// `C = start + A · B` with `A` of `m` rows and `k` columns, `B` of `k` rows and `n` columns.
///
/// # Panics
/// If a matrix has fewer values than these.
pub fn gemm([m, n, k]: [usize; 3], a: Strided<'_>, b: Rows<'_>, c: RowsMut<'_>, start: Start<'_>) {
    if m == 0 || n == 0 {
        return;
    }
    let bias = match start {
        Start::Bias(bias) => bias.len(),
        _ => n,
    };
    assert!(bias >= n, "a bias of {bias} values, expected {n}");
    assert!(c.values.len() >= (m - 1) * c.row + n, "C is too small");
    assert!(b.values.len() >= k.saturating_sub(1) * b.row + if k > 0 { n } else { 0 });
    assert!(k == 0 || a.values.len() > (m - 1) * a.row + (k - 1) * a.column);
    let product = Product {
        m,
        n,
        k,
        a,
        b,
        c: c.values.as_mut_ptr(),
        c_row: c.row,
        start,
    };
    // SAFETY: the lengths were checked.
    unsafe { blocks(product) }
}

/// The arguments of [`gemm`].
#[derive(Clone, Copy)]
struct Product<'a> {
    m: usize,
    n: usize,
    k: usize,
    a: Strided<'a>,
    b: Rows<'a>,
    c: *mut f32,
    c_row: usize,
    start: Start<'a>,
}

#[with_simd]
unsafe fn blocks<'a, S: Simd>(product: Product<'a>) {
    let whole = product.m - product.m % ROWS;
    // SAFETY: blocks lie within C, as do the parts of A and B that they need within those.
    unsafe {
        rows::<S, ROWS, COLUMNS>(&product, 0, whole);
        // Few rows fill the registers with more columns.
        match product.m - whole {
            1 => rows::<S, 1, { ROWS * COLUMNS }>(&product, whole, product.m),
            2 => rows::<S, 2, { ROWS * COLUMNS / 2 }>(&product, whole, product.m),
            3 => rows::<S, 3, { ROWS * COLUMNS / 3 }>(&product, whole, product.m),
            _ => {}
        }
    }
}

/// Rows from `first` to `end`, a multiple of `HEIGHT`.
///
/// # Safety
/// As [`block`], for each of them and all columns.
#[inline(always)]
unsafe fn rows<S: Simd, const HEIGHT: usize, const VECTORS: usize>(
    product: &Product<'_>,
    first: usize,
    end: usize,
) {
    let lanes = f32::lanes::<S>();
    let mut column = 0;
    // SAFETY: the caller's.
    unsafe {
        while column + VECTORS * lanes <= product.n {
            column_of_blocks::<S, HEIGHT, VECTORS>(product, column, first, end);
            column += VECTORS * lanes;
        }
        while column + lanes <= product.n {
            column_of_blocks::<S, HEIGHT, 1>(product, column, first, end);
            column += lanes;
        }
        for column in column..product.n {
            single_column(product, column, first, end);
        }
    }
}

/// # Safety
/// As [`block`], for each of these rows.
#[inline(always)]
unsafe fn column_of_blocks<S: Simd, const HEIGHT: usize, const VECTORS: usize>(
    product: &Product<'_>,
    column: usize,
    first: usize,
    end: usize,
) {
    for row in (first..end).step_by(HEIGHT) {
        // SAFETY: the caller's.
        unsafe { block::<S, HEIGHT, VECTORS>(product, row, column) }
    }
}

/// `HEIGHT` rows and `VECTORS` vectors of C.
///
/// # Safety
/// These rows and columns must lie within C.
#[inline(always)]
unsafe fn block<S: Simd, const HEIGHT: usize, const VECTORS: usize>(
    product: &Product<'_>,
    row: usize,
    column: usize,
) {
    let lanes = f32::lanes::<S>();
    let Product { k, a, b, c_row, .. } = *product;
    // SAFETY: C[row.., column..] is inside C, so A[row..] is inside A and B[.., column..] inside B.
    unsafe {
        let c = product.c.add(row * c_row + column);
        let mut sums = [[0f32.splat::<S>(); VECTORS]; HEIGHT];
        for sums in &mut sums {
            for (j, sum) in sums.iter_mut().enumerate() {
                if let Start::Bias(bias) = product.start {
                    *sum = vload_unaligned(bias.as_ptr().add(column + j * lanes));
                }
            }
        }
        let mut a_values = a.values.as_ptr().add(row * a.row);
        let mut b_row = b.values.as_ptr().add(column);
        for _ in 0..k {
            let mut b_vectors = [0f32.splat::<S>(); VECTORS];
            for (j, vector) in b_vectors.iter_mut().enumerate() {
                *vector = vload_unaligned(b_row.add(j * lanes));
            }
            for (i, sums) in sums.iter_mut().enumerate() {
                let factor: Vector<S, f32> = (*a_values.add(i * a.row)).splat();
                for (sum, vector) in sums.iter_mut().zip(b_vectors) {
                    *sum = fused(factor, vector, *sum);
                }
            }
            // Past the last row these may point outside, but are not read.
            a_values = a_values.wrapping_add(a.column);
            b_row = b_row.wrapping_add(b.row);
        }
        for (i, sums) in sums.iter().enumerate() {
            for (j, sum) in sums.iter().enumerate() {
                let at = c.add(i * c_row + j * lanes);
                // Not before: a sum of sums rounds less than a running sum.
                let total = match product.start {
                    Start::Sum => *sum + vload_unaligned(at),
                    _ => *sum,
                };
                vstore_unaligned(at, total);
            }
        }
    }
}

/// Rows `first` to `end` of a column of C that fills no vector.
///
/// # Safety
/// They must lie within C.
#[inline(always)]
unsafe fn single_column(product: &Product<'_>, column: usize, first: usize, end: usize) {
    let Product { a, b, .. } = product;
    for row in first..end {
        // SAFETY: the caller's, and `row` is one of C's.
        let c = unsafe { &mut *product.c.add(row * product.c_row + column) };
        let mut sum = match product.start {
            Start::Zero => 0.0,
            Start::Bias(bias) => bias[column],
            Start::Sum => *c,
        };
        for inner in 0..product.k {
            sum += a.values[row * a.row + inner * a.column] * b.values[inner * b.row + column];
        }
        *c = sum;
    }
}
