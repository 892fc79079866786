//! The values that a hyperparameter may have.

use serde::Serialize;
use thiserror::Error;

/// The demand on a hyperparameter that a refusal names. Serialised, `kind` tells the sentences apart.
#[derive(Clone, Debug, PartialEq, Error, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Expected {
    #[error("at most {most}")]
    AtMost { most: f64 },
    #[error("between {least} and {most}")]
    Between { least: f64, most: f64 },
    #[error("above {least} and at most {most}")]
    Above { least: f64, most: f64 },
    #[error("at least {least} and below {most}")]
    Below { least: f64, most: f64 },
    #[error("above {least} and below {most}")]
    Inside { least: f64, most: f64 },
    #[error("positive and finite")]
    Positive,
    #[error("zero or more, and finite")]
    NotNegative,
    #[error("a multiple of {of} {factor}")]
    Multiple { of: &'static str, factor: usize },
    #[error("so large that an image has at most {most} patches, not {patches}")]
    Patches { most: usize, patches: usize },
    #[error(
        "a model of at most {most} parameters, not {count}: make it narrower, or give it fewer layers"
    )]
    Parameters { most: u64, count: u64 },
    #[error(
        "a model that is trained in {most} MB, not {found}: choose larger patches or fewer layers, or make it narrower"
    )]
    Memory { found: u64, most: u64 },
    #[error("1: images are grey")]
    Grey,
    #[error("{rows} x {columns}, the size of the images")]
    ImageSize { rows: usize, columns: usize },
    #[error("more than {largest}, the largest label")]
    MoreClasses { largest: u8 },
}
