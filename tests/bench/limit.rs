//! How many fused multiply-adds one thread can do with this processor's widest vectors: no kernel
//! can be faster.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use macerator::{Scalar, Simd, Vector, with_simd};
use vitpad::engine::cpu::simd::lanes;

/// Long enough that starting and ending does not count.
const LINKS: usize = 100_000;

/// Chains of multiply-adds, each of which waits for the one before it. How many keep a processor
/// busy depends on it: with too few it waits, and too many do not fit its registers.
pub fn limit(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("limit");
    let mut chains = |count: usize, work: fn(usize) -> f32| {
        group.throughput(Throughput::Elements((LINKS * count * lanes()) as u64));
        group.bench_function(format!("{count} chains"), |timer| {
            timer.iter(|| work(black_box(LINKS)));
        });
    };
    chains(8, run::<8>);
    chains(12, run::<12>);
    chains(24, run::<24>);
}

/// x = x / 2 + 1 in each lane, from another x in each chain: equal chains would be compiled as one.
#[with_simd]
fn run<S: Simd, const CHAINS: usize>(links: usize) -> f32 {
    let half: Vector<S, f32> = black_box(0.5_f32).splat();
    let one: Vector<S, f32> = black_box(1.0_f32).splat();
    let mut chains = [one; CHAINS];
    for (chain, x) in chains.iter_mut().enumerate() {
        *x = black_box(chain as f32).splat();
    }
    for _ in 0..links {
        for x in &mut chains {
            *x = Vector::mul_add(*x, half, one);
        }
    }
    let mut sum = one;
    for x in chains {
        sum += x;
    }
    sum.reduce_add()
}
