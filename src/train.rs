//! Training: recipes, the loss, the optimiser, one step, evaluation and checkpoints. Knows no
//! clock, file or browser.

mod adam;
mod checkpoint;
mod evaluate;
mod history;
mod recipe;
mod sampler;
mod step;
mod trainer;

pub use checkpoint::{Checkpoint, DataRecord, Snapshot};
pub use evaluate::{EVALUATED, Evaluation, Evaluator, Mistake, evaluate};
pub use history::{EvaluationRecord, HeldOut, History};
pub use recipe::{Optimizer, Recipe, Schedule};
pub use sampler::preview;
pub use step::{Step, StepResult, read_back};
pub use trainer::Trainer;
