//! A run behind JavaScript's `Trainer`: its calls, one after the other.

use std::cell::RefCell;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_time::Instant;

use super::object::Options;
use super::report;
use super::settings::held_out;
use super::turn::{check_abort, turn};
use crate::device::Selected;
use crate::train::{self, Evaluator, read};

const MISTAKES: u64 = 24;

/// Shared with running calls, so that `free()` is allowed at any time.
pub struct Run {
    pub trainer: RefCell<train::Trainer>,
    pub selected: Selected,
    /// The last call made.
    last: RefCell<Promise>,
}

impl Run {
    pub fn new(trainer: train::Trainer, selected: Selected) -> Self {
        Self {
            trainer: RefCell::new(trainer),
            selected,
            last: RefCell::new(Promise::resolve(&JsValue::UNDEFINED)),
        }
    }

    /// Does `work` once all calls before it are done.
    pub fn queue(&self, work: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
        let previous = self.last.borrow().clone();
        let promise = future_to_promise(async move {
            // Its own caller hears of its failure.
            let _ = JsFuture::from(previous).await;
            work.await
        });
        *self.last.borrow_mut() = promise.clone();
        promise
    }

    pub async fn steps(&self, count: usize, signal: &JsValue) -> Result<JsValue, JsValue> {
        let start = Instant::now();
        let mut steps = Vec::new();
        let mut outcome = Ok(());
        while steps.len() < count {
            turn().await;
            outcome = check_abort(signal);
            let mut trainer = self.trainer.borrow_mut();
            if outcome.is_err() || trainer.is_done() {
                break;
            }
            steps.push(trainer.step());
            if trainer
                .step_count()
                .is_multiple_of(trainer.steps_per_epoch())
            {
                break;
            }
        }
        let readings = read(steps).await.inspect_err(|_| {
            // Steps whose losses nobody knows are not to be built on.
            self.trainer.borrow_mut().go_back();
        })?;
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        let stats = report::steps(&readings, &self.trainer.borrow(), milliseconds);
        self.trainer.borrow_mut().record(readings)?;
        outcome?;
        Ok(stats)
    }

    pub async fn evaluate(&self, options: &JsValue) -> Result<JsValue, JsValue> {
        let options = Options(options);
        let set = held_out(&options)?;
        let mistakes = options.integer("mistakes")?.unwrap_or(MISTAKES) as usize;
        let signal = options.get("signal").unwrap_or_default();
        let (data, step, mut evaluator) = {
            let trainer = self.trainer.borrow();
            let device = &self.selected.device;
            let evaluator = Evaluator::new(trainer.model(), device, mistakes);
            (trainer.data.clone(), trainer.step_count(), evaluator)
        };
        let images = set.of(&data);
        loop {
            turn().await;
            check_abort(&signal)?;
            if !evaluator.next_batch(images).await? {
                break;
            }
        }
        let evaluation = evaluator.finish();
        let mut trainer = self.trainer.borrow_mut();
        trainer.history.record(set, step, &evaluation);
        Ok(report::evaluation(set, step, &evaluation, images))
    }
}
