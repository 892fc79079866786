//! `Trainer` for JavaScript.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_time::Instant;

use super::classifier::{Classifier, device, device_info};
use super::data::{A_DATA_SET, data_info, data_of};
use super::error::wrong_type;
use super::iterator::{iterator, set_async_iterator};
use super::object::{Options, to_js};
use super::report;
use super::settings::{held_out, precision_of, settings};
use super::turn::{check_abort, turn};
use crate::classifier;
use crate::device::Selected;
use crate::error::Result;
use crate::train::{self, Checkpoint, DataRecord, Evaluator, read};
use crate::vit::Vit;

const MISTAKES: u64 = 24;

/// A training run, to be pulled step by step: to pause, stop pulling.
///
/// Calls are queued, each done before the next begins. Every error is an `Error` with a stable
/// `code`, and leaves the trainer usable.
#[wasm_bindgen]
pub struct Trainer {
    run: Rc<Run>,
}

/// Shared with running calls, so that `free()` is allowed at any time.
pub struct Run {
    pub trainer: RefCell<train::Trainer>,
    selected: Selected,
    /// The last call made.
    last: RefCell<Promise>,
}

#[wasm_bindgen]
impl Trainer {
    /// Starts a run from fresh weights, or from given ones.
    ///
    /// Rejects with code `invalid-config`, `invalid-argument`, `unknown-preset`,
    /// `device-unavailable`, or as `Classifier.load` for weights.
    #[wasm_bindgen(unchecked_return_type = "Trainer")]
    pub async fn create(
        #[wasm_bindgen(unchecked_param_type = "TrainOptions")] options: JsValue,
    ) -> Result<JsValue, JsValue> {
        let options = Options(&options);
        let (config, recipe) = settings(&options)?;
        let data = data_of(&options)?
            .ok_or_else(|| wrong_type("data", &JsValue::UNDEFINED, A_DATA_SET))?;
        let weights = options.has("weights").then(|| options.bytes("weights"));
        let weights = weights.transpose()?;
        let model = |device: &burn::tensor::Device| match &weights {
            Some(bytes) => Vit::from_safetensors(bytes, Some(&config), device),
            None => config.init(recipe.seed, device),
        };
        let (request, adapter) = device(&options).await?;
        let selected = classifier::Classifier::open(request, adapter, &model)
            .await?
            .selected;
        let model = model(&selected.device.clone().autodiff())?;
        let trainer = train::Trainer::from_model(model, recipe, data, &selected.device)?;
        Ok(Self::new(trainer, selected).into_js())
    }

    /// Goes on from a checkpoint, exactly as the run would have.
    ///
    /// Rejects with code `not-safetensors`, `invalid-checkpoint`, `data-needed` where the data
    /// can't be made again, `other-data` where it is not the run's.
    #[wasm_bindgen(unchecked_return_type = "Trainer")]
    pub async fn resume(
        checkpoint: Vec<u8>,
        #[wasm_bindgen(unchecked_optional_param_type = "ResumeOptions")] options: JsValue,
    ) -> Result<JsValue, JsValue> {
        let options = Options(&options);
        let data = data_of(&options)?;
        let checkpoint = Checkpoint::read(&checkpoint)?;
        let (config, seed) = (checkpoint.config.clone(), checkpoint.recipe.seed);
        let (request, adapter) = device(&options).await?;
        let open = classifier::Classifier::open(request, adapter, |to| config.init(seed, to));
        let selected = open.await?.selected;
        let trainer = train::Trainer::resume(checkpoint, data, &selected.device)?;
        Ok(Self::new(trainer, selected).into_js())
    }

    /// What a checkpoint holds. Throws as `resume` rejects.
    #[wasm_bindgen(unchecked_return_type = "CheckpointInfo")]
    pub fn inspect(checkpoint: &[u8]) -> Result<JsValue, JsValue> {
        Ok(report::checkpoint(&Checkpoint::read(checkpoint)?))
    }

    /// Trains for up to `count` steps, by default one; fewer where an epoch ends. Other events
    /// get in before each.
    ///
    /// Rejects with the signal's reason once that is aborted; the steps made count. Rejects with
    /// code `non-finite-loss` where a loss is not finite: the run is then back where it was good.
    #[wasm_bindgen(unchecked_return_type = "Promise<StepStats>")]
    pub fn step(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] count: Option<f64>,
        #[wasm_bindgen(unchecked_optional_param_type = "AbortSignal | null")] signal: JsValue,
    ) -> Promise {
        let run = self.run.clone();
        let count = count.unwrap_or(1.0).max(1.0) as usize;
        self.run
            .queue(async move { run.steps(count, &signal).await })
    }

    /// `for await (const stats of trainer.run())`: a step at a time, until the run is done.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<StepStats>")]
    pub fn run(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "AbortSignal | null")] signal: JsValue,
    ) -> JsValue {
        iterator(&self.run, signal)
    }

    /// Loss, accuracy, confusion matrix and the worst mistakes on a held-out set, in batches with
    /// other events in between. The run's history keeps the result.
    #[wasm_bindgen(unchecked_return_type = "Promise<Evaluation>")]
    pub fn evaluate(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "EvaluateOptions")] options: JsValue,
    ) -> Promise {
        let run = self.run.clone();
        self.run.queue(async move { run.evaluate(&options).await })
    }

    /// The whole run as a safetensors file, for `resume`.
    #[wasm_bindgen(unchecked_return_type = "Promise<Uint8Array>")]
    pub fn checkpoint(&self) -> Promise {
        let run = self.run.clone();
        self.run.queue(async move {
            let snapshot = run.trainer.borrow().snapshot();
            let bytes = snapshot.write().await?;
            Ok(Uint8Array::from(bytes.as_slice()).into())
        })
    }

    /// The weights as a safetensors file with PyTorch's names.
    #[wasm_bindgen(unchecked_return_type = "Promise<Uint8Array>")]
    pub fn weights(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "\"float32\" | \"float16\"")]
        precision: JsValue,
    ) -> Promise {
        let run = self.run.clone();
        self.run.queue(async move {
            let precision = precision_of(&precision)?;
            let model = run.trainer.borrow().model();
            let bytes = model.to_safetensors(precision, &[]).await?;
            Ok(Uint8Array::from(bytes.as_slice()).into())
        })
    }

    /// Reads digits with the weights as they are now, on the run's device.
    pub fn classifier(&self) -> Classifier {
        let model = self.run.trainer.borrow().model();
        let selected = self.run.selected.clone();
        Classifier {
            inner: Rc::new(classifier::Classifier { model, selected }),
        }
    }

    /// Where the run stands.
    #[wasm_bindgen(getter, unchecked_return_type = "Position")]
    pub fn position(&self) -> JsValue {
        report::position(&self.run.trainer.borrow())
    }

    /// The metrics of every step, and the evaluations.
    #[wasm_bindgen(getter, unchecked_return_type = "History")]
    pub fn history(&self) -> JsValue {
        let trainer = self.run.trainer.borrow();
        report::history(&trainer.history, &trainer.recipe, trainer.steps())
    }

    /// The hyperparameters of the model.
    #[wasm_bindgen(getter, unchecked_return_type = "VitConfig")]
    pub fn config(&self) -> JsValue {
        to_js(self.run.trainer.borrow().config())
    }

    /// The hyperparameters of training.
    #[wasm_bindgen(getter, unchecked_return_type = "Recipe")]
    pub fn recipe(&self) -> JsValue {
        to_js(&self.run.trainer.borrow().recipe)
    }

    /// What the run learns from.
    #[wasm_bindgen(getter, unchecked_return_type = "DataInfo")]
    pub fn data(&self) -> JsValue {
        data_info(&DataRecord::of(&self.run.trainer.borrow().data))
    }

    /// The device in use.
    #[wasm_bindgen(getter, js_name = deviceInfo, unchecked_return_type = "DeviceInfo")]
    pub fn device_info(&self) -> JsValue {
        device_info(&self.run.selected)
    }
}

impl Trainer {
    fn new(trainer: train::Trainer, selected: Selected) -> Self {
        Self {
            run: Rc::new(Run {
                trainer: RefCell::new(trainer),
                selected,
                last: RefCell::new(Promise::resolve(&JsValue::UNDEFINED)),
            }),
        }
    }

    /// As JavaScript's `Trainer`, which `for await` takes.
    fn into_js(self) -> JsValue {
        let run = self.run.clone();
        let trainer = JsValue::from(self);
        let steps = Closure::<dyn Fn() -> JsValue>::new(move || iterator(&run, JsValue::UNDEFINED));
        set_async_iterator(&trainer, &steps.into_js_value());
        trainer
    }
}

impl Run {
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
        let readings = read(steps).await?;
        let milliseconds = start.elapsed().as_secs_f64() * 1e3;
        let stats = report::steps(&readings, &self.trainer.borrow(), milliseconds);
        self.trainer.borrow_mut().record(readings)?;
        outcome?;
        Ok(stats)
    }

    async fn evaluate(&self, options: &JsValue) -> Result<JsValue, JsValue> {
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
