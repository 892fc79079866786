//! The input at work: ended where it takes too long, and written where it led to a fault.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use std::{fs, process, thread};

use flate2::Crc;

/// An input takes milliseconds; machines that do other things take longer.
const LONGEST: Duration = Duration::from_secs(10);

struct AtWork {
    target: &'static str,
    input: Vec<u8>,
    since: Option<Instant>,
}

static AT_WORK: Mutex<AtWork> = Mutex::new(AtWork {
    target: "",
    input: Vec::new(),
    since: None,
});

/// Ends the program where an input takes too long.
pub fn start() {
    thread::spawn(|| {
        loop {
            thread::sleep(Duration::from_millis(250));
            let now = AT_WORK.lock().expect("nobody panics with it");
            if now.since.is_some_and(|since| since.elapsed() > LONGEST) {
                let what = format!("takes more than {} s", LONGEST.as_secs());
                report(now.target, &now.input, &what);
                process::exit(1);
            }
        }
    });
}

pub fn begin(target: &'static str, input: &[u8]) {
    let mut now = AT_WORK.lock().expect("nobody panics with it");
    now.target = target;
    now.input.clear();
    now.input.extend_from_slice(input);
    now.since = Some(Instant::now());
}

pub fn end() {
    AT_WORK.lock().expect("nobody panics with it").since = None;
}

/// Writes an input that led to a fault, and says how to repeat it.
pub fn report(target: &str, input: &[u8], what: &str) {
    let file = write(target, input);
    eprintln!(
        "FOUND in {target}: {what}\n  repeat: cargo xtask fuzz {target} --input {}",
        file.display()
    );
}

fn write(target: &str, input: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz");
    let mut crc = Crc::new();
    crc.update(input);
    let file = folder.join(format!("{target}-{:08x}", crc.sum()));
    let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&file, input));
    if let Err(error) = written {
        eprintln!("cannot write {}: {error}", file.display());
    }
    file
}
