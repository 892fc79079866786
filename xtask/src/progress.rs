//! The output of a long step while it works: on a terminal a line that changes each second, elsewhere
//! a plain line at least every 30 seconds, and at the end its time.

use crate::estimates;
use anyhow::Result;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The longest silence where there is no terminal.
const SILENCE: Duration = Duration::from_secs(30);
const TICK: Duration = Duration::from_secs(1);

static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Prints a line, above whatever is in progress.
pub fn line(text: &str) {
    BARS.suspend(|| println!("{text}"));
}

/// Runs a named step, shows how far it is, and prints how long it took.
pub fn step<T>(name: &str, work: impl FnOnce(&Step) -> Result<T>) -> Result<T> {
    let step = Step::begin(name);
    let result = work(&step);
    step.end(result.is_ok());
    result
}

pub struct Step {
    shared: Arc<Shared>,
    ticker: JoinHandle<()>,
}

struct Shared {
    name: String,
    started: Instant,
    estimate: Option<estimates::Estimate>,
    ended: AtomicBool,
    /// `None` where there is no terminal.
    bar: Option<ProgressBar>,
    now: Mutex<Now>,
}

struct Now {
    doing: String,
    /// The number of crates that are compiled, and of all crates.
    crates: Option<(u32, u32)>,
    printed: Instant,
}

impl Step {
    fn begin(name: &str) -> Step {
        line(&format!("==> {name}"));
        let shared = Arc::new(Shared {
            name: name.to_owned(),
            started: Instant::now(),
            estimate: estimates::of(name),
            ended: AtomicBool::new(false),
            bar: (!BARS.is_hidden()).then(|| BARS.add(bar())),
            now: Mutex::new(Now {
                doing: String::new(),
                crates: None,
                printed: Instant::now(),
            }),
        });
        let ticking = Arc::clone(&shared);
        let ticker = thread::spawn(move || {
            while !ticking.ended.load(Ordering::Relaxed) {
                ticking.tick();
                thread::park_timeout(TICK);
            }
        });
        Step { shared, ticker }
    }

    /// Says what the step is doing now.
    pub fn doing(&self, what: &str) {
        self.shared.lock().doing = what.to_owned();
    }

    /// Says that `done` of `all` crates are compiled, and which are being compiled now.
    pub fn compiling(&self, done: u32, all: u32, crates: &str) {
        let mut now = self.shared.lock();
        now.crates = Some((done, all));
        now.doing = format!("crate {} of {all}: {crates}", (done + 1).min(all));
    }

    fn end(self, succeeded: bool) {
        self.shared.ended.store(true, Ordering::Relaxed);
        self.ticker.thread().unpark();
        let _ = self.ticker.join();
        if let Some(bar) = &self.shared.bar {
            bar.finish_and_clear();
            BARS.remove(bar);
        }
        let verdict = if succeeded { "done in" } else { "failed after" };
        let time = seconds(self.shared.started.elapsed());
        line(&format!("    {}: {verdict} {time}", self.shared.name));
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Now> {
        self.now
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn tick(&self) {
        let mut now = self.lock();
        if let Some(bar) = &self.bar {
            bar.set_message(self.text(&now));
        } else if now.printed.elapsed() >= SILENCE - TICK {
            now.printed = Instant::now();
            line(&format!("    {}", self.text(&now)));
        }
    }

    fn text(&self, now: &Now) -> String {
        let elapsed = self.started.elapsed();
        let mut parts = vec![self.name.clone()];
        if !now.doing.is_empty() {
            parts.push(now.doing.clone());
        }
        parts.push(seconds(Duration::from_secs(elapsed.as_secs())));
        if let Some(estimate) = &self.estimate {
            parts.extend(estimate.left(elapsed, now.crates).map(about_left));
        }
        parts.join(" · ")
    }
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("    {spinner} {wide_msg}");
    let bar = ProgressBar::new_spinner();
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn about_left(left: Duration) -> String {
    match left.as_secs() {
        0..45 => "less than a minute left".to_owned(),
        _ => format!("about {} left", minutes(left)),
    }
}

/// A rough time.
pub fn minutes(time: Duration) -> String {
    format!("{} min", time.as_secs().div_ceil(60).max(1))
}

pub fn seconds(time: Duration) -> String {
    match time.as_secs() {
        0..60 if time.subsec_nanos() == 0 => format!("{} s", time.as_secs()),
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        whole => format!("{} min {:02} s", whole / 60, whole % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_times_are_in_minutes() {
        assert_eq!(seconds(Duration::from_millis(1250)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(30)), "30 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 05 s");
    }

    #[test]
    fn what_is_left_is_rounded_up_to_minutes() {
        assert_eq!(
            about_left(Duration::from_secs(20)),
            "less than a minute left"
        );
        assert_eq!(about_left(Duration::from_secs(61)), "about 2 min left");
    }

    #[test]
    fn a_step_says_its_crate_and_its_time() {
        let step = Step::begin("a step of the tests");
        step.compiling(33, 215, "burn-flex");
        let text = step.shared.text(&step.shared.lock());
        assert!(
            text.starts_with("a step of the tests · crate 34 of 215: burn-flex · "),
            "{text}"
        );
        step.compiling(215, 215, "");
        assert!(step.shared.lock().doing.starts_with("crate 215 of 215"));
        step.end(true);
    }
}
