//! Training: recipes, the loss, the optimiser and one step. Knows no clock, file or browser.

mod adam;
mod evaluate;
mod loss;
mod recipe;
mod trainer;

pub use adam::Adam;
pub use evaluate::{accuracy, argmax};
pub use loss::cross_entropy;
pub use recipe::{Recipe, Schedule};
pub use trainer::Trainer;
