//! A run behind JavaScript's `Trainer`: its calls, one after the other.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use burn::tensor::Tensor;
use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_time::Instant;

use super::crash::promise;
use super::event_loop::{check_abort, yield_now};
use super::object::Options;
use super::pipelines;
use super::report;
use super::selection::purpose_of;
use super::settings::held_out;
use crate::device::{Selected, cpu};
use crate::error::Error;
use crate::model::VisionTransformer;
use crate::select::{self, Chosen, shaders_to_evaluate};
use crate::train::{self, Evaluator, Step, StepResult, read_back};

const MISTAKES: usize = 24;

/// Shared with running calls, so that `free()` is allowed at any time.
pub struct Run {
    pub trainer: RefCell<train::Trainer>,
    pub selected: Selected,
    /// Whether no digit was read yet, for which other shaders are needed than for training.
    pub is_unread: Cell<bool>,
    /// The last call made.
    last: RefCell<Promise>,
    /// Resolves once the last call has launched all it does on the device.
    launched: RefCell<Promise>,
}

/// Steps on their way, and why there are no more.
struct Launched {
    steps: Vec<Step>,
    outcome: Result<(), JsValue>,
    start: Instant,
}

impl Run {
    pub fn new(trainer: train::Trainer, selected: Selected) -> Self {
        let done = || RefCell::new(Promise::resolve(&JsValue::UNDEFINED));
        Self {
            trainer: RefCell::new(trainer),
            selected,
            is_unread: Cell::new(true),
            last: done(),
            launched: done(),
        }
    }

    /// Does `work` once all calls before it are done.
    pub fn queue(&self, work: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
        let previous = self.last.borrow().clone();
        let promise = promise(async move {
            // Its own caller hears of its failure.
            let _ = JsFuture::from(previous).await;
            work.await
        });
        *self.last.borrow_mut() = promise.clone();
        *self.launched.borrow_mut() = promise.clone();
        promise
    }

    /// Makes steps once the calls before have launched theirs: a device that works on its own
    /// need not wait until losses are read.
    pub fn queue_steps(self: &Rc<Self>, count: usize, signal: JsValue) -> Promise {
        let [previous, last] = [&self.launched, &self.last].map(|each| each.borrow().clone());
        // Not `Function::default()`, which pages may forbid: it evaluates a string.
        let mut all_launched: Option<Function> = None;
        *self.launched.borrow_mut() = Promise::new(&mut |resolve, _| all_launched = Some(resolve));
        let run = self.clone();
        let promise = promise(async move {
            let _ = JsFuture::from(previous).await;
            let Launched {
                steps,
                outcome,
                start,
            } = run.launch(count, &signal).await;
            let mut pending = Box::pin(read_back(steps));
            // Futures are lazy: this asks for the losses before the next steps come in between.
            let first = poll_fn(|context| Poll::Ready(pending.as_mut().poll(context))).await;
            if let Some(resolve) = all_launched {
                let _ = resolve.call0(&JsValue::UNDEFINED);
            }
            let results = match first {
                Poll::Ready(results) => results,
                Poll::Pending => pending.await,
            };
            let _ = JsFuture::from(last).await;
            run.settle(results, outcome, start)
        });
        *self.last.borrow_mut() = promise.clone();
        promise
    }

    pub async fn steps(&self, count: usize, signal: &JsValue) -> Result<JsValue, JsValue> {
        let Launched {
            steps,
            outcome,
            start,
        } = self.launch(count, signal).await;
        self.settle(read_back(steps).await, outcome, start)
    }

    /// Up to so many steps; fewer at an epoch's end.
    async fn launch(&self, count: usize, signal: &JsValue) -> Launched {
        let start = Instant::now();
        let mut steps = Vec::new();
        let mut outcome = Ok(());
        while steps.len() < count {
            yield_now().await;
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
        Launched {
            steps,
            outcome,
            start,
        }
    }

    fn settle(
        &self,
        results: crate::error::Result<Vec<StepResult>>,
        outcome: Result<(), JsValue>,
        start: Instant,
    ) -> Result<JsValue, JsValue> {
        let mut trainer = self.trainer.borrow_mut();
        // Steps whose losses nobody knows are not to be built on.
        let results = results.inspect_err(|_| trainer.go_back())?;
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        let stats = report::steps(&results, &trainer, milliseconds);
        trainer.record(results)?;
        outcome?;
        Ok(stats)
    }

    pub async fn check(&self) -> Result<JsValue, JsValue> {
        let (model, chosen, purpose) = {
            let trainer = self.trainer.borrow();
            let chosen = Chosen {
                selected: self.selected.clone(),
                engine: trainer.engine.clone(),
            };
            let purpose = purpose_of(&trainer.recipe, Some(&trainer.data));
            (trainer.model(), chosen, purpose)
        };
        let data = model.parameters.into_data_async().await;
        let model = VisionTransformer {
            config: model.config,
            parameters: Tensor::from_data(data.map_err(Error::device_lost)?, &cpu().device),
        };
        let found = select::check(&model, &chosen, purpose).await;
        found.map_err(|reason| Error::DeviceUnavailable { reason })?;
        Ok(JsValue::UNDEFINED)
    }

    pub async fn evaluate(&self, options: &JsValue) -> Result<JsValue, JsValue> {
        let options = Options(options);
        let set = held_out(&options)?;
        let mistakes = options.count("mistakes")?.unwrap_or(MISTAKES);
        let signal = options.get("signal").unwrap_or_default();
        let (data, step, mut evaluator) = {
            let trainer = self.trainer.borrow();
            let engine = trainer.engine.clone();
            let evaluator = Evaluator::new(engine, trainer.model(), mistakes);
            (trainer.data.clone(), trainer.recorded(), evaluator)
        };
        let images = set.of(&data);
        let config = self.trainer.borrow().config.clone();
        let shaders = || shaders_to_evaluate(&config, images.labels.len());
        pipelines::compile(&self.selected, shaders).await;
        loop {
            yield_now().await;
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
