//! The performance of a model on a data set.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::data::batch::normalized;
use crate::data::idx::{Dataset, Images};
use crate::engine::{self, Engine};
use crate::error::{Error, Expected, Result};
use crate::logits::{argmax, log_softmax};
use crate::model::VisionTransformer;

/// Images per forward pass.
pub const EVALUATED: usize = 128;

/// The results of a model on a data set.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    pub images: usize,
    pub correct: usize,
    /// Mean cross-entropy, in nats, without label smoothing.
    pub loss: f64,
    /// `[label][digit]` flattened: how many images of `label` were read as `digit`.
    pub confusion: Vec<u32>,
    /// The misread images with the highest losses, the worst first.
    pub mistakes: Vec<Mistake>,
}

/// An image that was misread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mistake {
    /// In the data set.
    pub index: usize,
    pub label: usize,
    /// The digit that the model read.
    pub digit: usize,
    /// Given to `digit`.
    pub probability: f64,
    pub loss: f64,
}

impl Evaluation {
    /// The share of images that were read right, 0 to 1.
    pub fn accuracy(&self) -> f64 {
        self.correct as f64 / self.images as f64
    }
}

/// Evaluates a model batch by batch, so that the caller can do other things in between, or stop.
pub struct Evaluator {
    engine: Rc<dyn Engine>,
    model: VisionTransformer,
    done: Evaluation,
    /// The number of mistakes to keep.
    keep: usize,
}

impl Evaluator {
    /// Keeps the worst `mistakes` mistakes.
    pub fn new(engine: Rc<dyn Engine>, model: VisionTransformer, mistakes: usize) -> Self {
        let classes = model.config.classes;
        Self {
            engine,
            model,
            done: Evaluation {
                images: 0,
                correct: 0,
                loss: 0.0,
                confusion: vec![0; classes * classes],
                mistakes: Vec::new(),
            },
            keep: mistakes,
        }
    }

    /// Evaluates the next images of `data`, the same at each call; false once all are done.
    ///
    /// # Errors
    /// [`Error::DeviceLost`]; [`Error::Argument`] if the images are of another size than the
    /// model's.
    pub async fn next_batch(&mut self, data: &Dataset) -> Result<bool> {
        let start = self.done.images;
        let end = (start + EVALUATED).min(data.labels.len());
        if start == end {
            return Ok(false);
        }
        let logits = self.logits(&data.images, start, end).await?;
        for (offset, row) in logits.chunks_exact(self.model.config.classes).enumerate() {
            let index = start + offset;
            self.add(index, usize::from(data.labels[index]), row);
        }
        self.keep_the_worst();
        Ok(end < data.labels.len())
    }

    /// The results; of the images so far, if that is not all.
    pub fn finish(mut self) -> Evaluation {
        self.done.loss /= self.done.images.max(1) as f64;
        self.done
    }

    async fn logits(&self, images: &Images, start: usize, end: usize) -> Result<Vec<f32>> {
        let config = &self.model.config;
        check_size(images, config.image_size)?;
        let size = config.pixels();
        let bytes = &images.pixels[start * size..end * size];
        let values: Vec<f32> = bytes.iter().map(|&x| f32::from(x) / 255.0).collect();
        let images = engine::images(normalized(&values), config, &self.model.parameters.device());
        let logits = self.engine.logits(&self.model, images);
        let data = logits.into_data_async().await;
        data.map_err(Error::device_lost)?
            .try_into_vec()
            .map_err(Error::device_lost)
    }

    fn add(&mut self, index: usize, label: usize, logits: &[f32]) {
        let digit = argmax(logits);
        let loss = -log_softmax(logits, label);
        self.done.images += 1;
        self.done.loss += loss;
        self.done.confusion[label * logits.len() + digit] += 1;
        if digit == label {
            self.done.correct += 1;
            return;
        }
        self.done.mistakes.push(Mistake {
            index,
            label,
            digit,
            probability: log_softmax(logits, digit).exp(),
            loss,
        });
    }

    fn keep_the_worst(&mut self) {
        let worst_first = |a: &Mistake, b: &Mistake| -> Ordering { b.loss.total_cmp(&a.loss) };
        self.done.mistakes.sort_by(worst_first);
        self.done.mistakes.truncate(self.keep);
    }
}

/// Evaluates a model on a whole data set.
///
/// # Errors
/// Those of [`Evaluator::next_batch`].
pub async fn evaluate(
    engine: Rc<dyn Engine>,
    model: &VisionTransformer,
    data: &Dataset,
) -> Result<Evaluation> {
    let mut evaluator = Evaluator::new(engine, model.clone(), 0);
    while evaluator.next_batch(data).await? {}
    Ok(evaluator.finish())
}

/// Refuses images of another size than the model's.
pub(super) fn check_size(images: &Images, side: usize) -> Result<()> {
    if [images.rows, images.columns] == [side, side] {
        return Ok(());
    }
    Err(Error::Config {
        field: "image_size",
        value: side.to_string(),
        expected: Expected::ImageSize {
            rows: images.rows,
            columns: images.columns,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::VitConfig;
    use crate::device;

    fn evaluator(keep: usize) -> Evaluator {
        let device = device::cpu().device;
        let config = VitConfig {
            classes: 3,
            layers: 1,
            ..VitConfig::reference()
        };
        let model = config.init(1, &device).expect("valid");
        let engine = engine::engine(&config, &device, EVALUATED);
        Evaluator::new(engine, model, keep)
    }

    #[test]
    fn three_images_by_hand() {
        let mut evaluator = evaluator(8);
        let ln = |x: f32| x.ln();
        // Probabilities 0.5, 0.25, 0.25, then 0.2, 0.2, 0.6.
        evaluator.add(0, 0, &[ln(2.0), ln(1.0), ln(1.0)]);
        evaluator.add(1, 0, &[ln(1.0), ln(1.0), ln(3.0)]);
        evaluator.add(2, 2, &[ln(1.0), ln(1.0), ln(3.0)]);
        let found = evaluator.finish();
        assert_eq!((found.images, found.correct), (3, 2));
        assert_eq!(found.accuracy(), 2.0 / 3.0);
        assert_eq!(found.confusion, [1, 0, 1, 0, 0, 0, 0, 0, 1]);
        let loss = -(0.5f64.ln() + 0.2f64.ln() + 0.6f64.ln()) / 3.0;
        assert!((found.loss - loss).abs() < 1e-6, "{}", found.loss);
        let [mistake] = found.mistakes[..] else {
            panic!("one mistake, not {:?}", found.mistakes);
        };
        assert_eq!((mistake.index, mistake.label, mistake.digit), (1, 0, 2));
        assert!((mistake.probability - 0.6).abs() < 1e-6);
        assert!((mistake.loss + 0.2f64.ln()).abs() < 1e-6);
    }

    #[test]
    fn the_worst_mistakes_are_kept_the_worst_first() {
        let mut evaluator = evaluator(2);
        for (index, wrong) in [1.0, 3.0, 2.0, 4.0].into_iter().enumerate() {
            evaluator.add(index, 0, &[0.0, wrong, 0.0]);
            evaluator.keep_the_worst();
        }
        let kept: Vec<_> = evaluator
            .finish()
            .mistakes
            .iter()
            .map(|m| m.index)
            .collect();
        assert_eq!(kept, [3, 1]);
    }
}
