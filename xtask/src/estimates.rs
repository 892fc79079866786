//! The rough times of the long steps: measured once, from nothing, on two cores of an AMD EPYC,
//! and scaled to the machine at hand.

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Names of steps that others need too.
pub const BINDGEN: &str = "wasm-bindgen-cli";
pub const WASM_PACK: &str = "wasm-pack";

/// Seconds on the reference machine for all crates of a step but the last, which is often a long
/// one of ours, and for that one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    crates: f64,
    last: f64,
}

/// Names of steps, and the two times of each.
const MEASURED: [(&str, f64, f64); 10] = [
    (BINDGEN, 60.0, 10.0),
    (WASM_PACK, 60.0, 10.0),
    ("cpu", 60.0, 80.0),
    ("cpu_relaxed", 0.0, 14.0),
    ("webgpu", 250.0, 100.0),
    ("ndarray", 5.0, 150.0),
    ("wasm-opt cpu", 0.0, 45.0),
    ("wasm-opt cpu_relaxed", 0.0, 45.0),
    ("wasm-opt webgpu", 0.0, 60.0),
    ("wasm-opt ndarray", 0.0, 55.0),
];
/// The speed of the reference machine's two cores, in `single_core_speed` times cores.
const REFERENCE: f64 = 2.0;
/// Seconds of the reference machine's core for `spin`.
const SPIN: f64 = 0.0225;
/// More cores than this wait for single crates.
const MOST_CORES: usize = 8;

/// The measured time of a step, scaled to this machine; `None` for steps that were not measured.
pub fn of(step: &str) -> Option<Estimate> {
    let (_, crates, last) = MEASURED.iter().find(|(name, ..)| *name == step)?;
    Some(Estimate {
        crates: crates * *SLOWNESS,
        last: last * *SLOWNESS,
    })
}

/// The times of all `steps` together.
pub fn sum(steps: &[String]) -> Duration {
    let seconds = steps
        .iter()
        .filter_map(|step| of(step))
        .map(|each| each.crates + each.last);
    Duration::from_secs_f64(seconds.sum())
}

impl Estimate {
    /// The time left after `elapsed`, where `crates` says how many of how many are compiled. `None`
    /// once the estimate has turned out too short.
    pub fn left(&self, elapsed: Duration, crates: Option<(u32, u32)>) -> Option<Duration> {
        let by_time = self.crates + self.last - elapsed.as_secs_f64();
        let left = match crates {
            // Early crates are small: time tells more, on a machine that does nothing else.
            Some((done, all)) if done + 1 < all => {
                let share = f64::from(all - done - 1) / f64::from(all);
                (self.crates * share + self.last).max(by_time * share)
            }
            Some(_) => self.last / 2.0,
            None => by_time,
        };
        (left > 0.0).then(|| Duration::from_secs_f64(left))
    }
}

/// Looks how fast this machine is, which steps that are already at work would blur.
pub fn calibrate() {
    LazyLock::force(&SLOWNESS);
}

/// The number of times as long as the reference machine that this one takes.
static SLOWNESS: LazyLock<f64> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    let speed = SPIN / spin().as_secs_f64();
    REFERENCE / (speed * cores.min(MOST_CORES) as f64)
});

/// Times work that any build of xtask takes about as long for on one core.
fn spin() -> Duration {
    let times = (0..3).map(|_| {
        let start = Instant::now();
        let mut state = 1_u64;
        for _ in 0..4_000_000_u32 {
            state = black_box(
                state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1),
            );
        }
        start.elapsed()
    });
    times
        .min()
        .unwrap_or_default()
        .max(Duration::from_millis(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ESTIMATE: Estimate = Estimate {
        crates: 100.0,
        last: 40.0,
    };

    #[test]
    fn what_is_left_shrinks_with_every_crate_and_ends_with_the_last() {
        let left = |done| {
            ESTIMATE
                .left(Duration::ZERO, Some((done, 10)))
                .unwrap()
                .as_secs()
        };
        assert_eq!([left(0), left(5), left(9), left(10)], [130, 80, 20, 20]);
    }

    #[test]
    fn without_crates_time_counts_until_the_estimate_is_over() {
        let left = |elapsed| ESTIMATE.left(Duration::from_secs(elapsed), None);
        assert_eq!(left(100), Some(Duration::from_secs(40)));
        assert_eq!(left(150), None);
    }

    #[test]
    fn a_step_that_was_not_measured_has_no_estimate() {
        assert_eq!(of("crates"), None);
        assert!(of(BINDGEN).is_some());
    }
}
