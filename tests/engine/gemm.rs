//! Products of small matrices against their definition.

use proptest::prelude::*;
use vitpad::engine::cpu::simd::gemm::{Rows, RowsMut, Start, Strided, gemm};

fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let number = |i: u32| (i.wrapping_mul(2_654_435_761) ^ seed) >> 8;
    (0..count as u32)
        .map(|i| number(i) as f32 / (1 << 24) as f32 - 0.5)
        .collect()
}

proptest! {
    #[test]
    fn gemm_agrees_with_the_definition(
        m in 1..20usize, n in 1..70usize, k in 0..40usize,
        transposed in any::<bool>(), start in 0..3usize, gap in 0..3usize,
    ) {
        let a_values = numbers(m * k, 1);
        let a = if transposed {
            Strided::transposed(&a_values, m)
        } else {
            Strided::dense(&a_values, k)
        };
        let (b_row, c_row) = (n + gap, n + 2 * gap);
        let b_values = numbers(k * b_row, 2);
        let bias = numbers(n, 3);
        let before = numbers(m * c_row, 4);
        let start = [Start::Zero, Start::Bias(&bias), Start::Sum][start];

        let mut c_values = before.clone();
        let b = Rows { values: &b_values, row: b_row };
        let c = RowsMut { values: &mut c_values, row: c_row };
        gemm([m, n, k], a, b, c, start);

        for (index, found) in c_values.into_iter().enumerate() {
            let (row, column) = (index / c_row, index % c_row);
            if column >= n {
                prop_assert_eq!(found, before[index], "outside of C");
                continue;
            }
            let first = match start {
                Start::Zero => 0.0,
                Start::Bias(bias) => bias[column],
                Start::Sum => before[index],
            };
            let products = (0..k).map(|i| {
                let a = a_values[row * a.row + i * a.column];
                f64::from(a) * f64::from(b_values[i * b_row + column])
            });
            let expected = f64::from(first) + products.sum::<f64>();
            let off = (f64::from(found) - expected).abs();
            prop_assert!(off < 1e-5, "{found}, not {expected}, at {row}, {column}");
        }
    }
}

#[test]
#[should_panic(expected = "C is too small")]
fn gemm_refuses_to_write_past_the_end() {
    let (a, b, mut c) = ([1.0; 6], [1.0; 6], [0.0; 8]);
    let b = Rows { values: &b, row: 3 };
    let c = RowsMut {
        values: &mut c,
        row: 3,
    };
    gemm([3, 3, 2], Strided::dense(&a, 2), b, c, Start::Zero);
}
