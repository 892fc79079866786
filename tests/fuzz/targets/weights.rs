//! Weights files.

use pollster::block_on;
use vitpad::files::Precision;
use vitpad::{VisionTransformer, device};

use super::{Outcome, check, open, small};

/// Reads the file, writes the model again, and reads a picture with it.
pub fn run(bytes: &[u8]) -> Outcome {
    let device = device::cpu().device;
    let model = VisionTransformer::from_safetensors(bytes, Some(&small()), &device)?;
    for precision in [Precision::Float16, Precision::Float32] {
        let Ok(written) = block_on(model.to_safetensors(precision, &[])) else {
            assert_eq!(precision, Precision::Float16, "float32 holds what was read");
            continue;
        };
        let again = VisionTransformer::from_safetensors(&written, None, &device)?;
        assert_eq!(again.config, model.config);
    }
    let classifier = open(model)?;
    let picture = std::array::from_fn(|at| (at % 5) as f32 / 4.0);
    check(&block_on(classifier.classify(&picture))?);
    Ok("read")
}
