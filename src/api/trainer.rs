//! `Trainer` for JavaScript.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::classifier::{Classifier, device_info, request_of};
use super::crash::promise;
use super::data::{A_DATA_SET, data_info, data_of};
use super::error::wrong_type;
use super::freed::watched;
use super::iterator::{iterator, set_async_iterator};
use super::object::{Options, bytes_of, to_js};
use super::report;
use super::run::Run;
use super::selection::select_for;
use super::settings::{precision_of, settings};
use crate::classifier;
use crate::data::training::TrainingData;
use crate::device::{Request, Selected, cpu};
use crate::error::{Error, Result};
use crate::model::VisionTransformer;
use crate::select::Chosen;
use crate::train::{self, Checkpoint, DataRecord, Recipe};

/// A training run, to be pulled step by step: to pause, stop pulling.
///
/// Calls are queued: each sees what the ones before did. Every error is an `Error` with a stable
/// `code`, and leaves the trainer usable.
#[wasm_bindgen]
pub struct Trainer {
    run: Rc<Run>,
}

#[wasm_bindgen]
impl Trainer {
    /// Starts a run from fresh weights, or from given ones.
    ///
    /// Rejects with code `invalid-config`, `invalid-argument`, `unknown-preset`,
    /// `device-unavailable`, or as `Classifier.load` for weights.
    #[wasm_bindgen(unchecked_return_type = "Promise<Trainer>")]
    pub fn create(
        #[wasm_bindgen(unchecked_param_type = "TrainOptions")] options: JsValue,
    ) -> Promise {
        let read = read(&Options(&options));
        promise(async move {
            let Beginning {
                request,
                model,
                recipe,
                data,
            } = read?;
            let Chosen { selected, engine } =
                select_for(request, &model, &recipe, Some(&data)).await?;
            let model = model.to_device(&selected.device);
            let trainer = train::Trainer::from_model(model, recipe, data, engine)?;
            Ok(Self::new(trainer, selected).into_js())
        })
    }

    /// Goes on from a checkpoint, exactly as the run would have.
    ///
    /// Rejects with code `not-safetensors`, `invalid-checkpoint`, `data-needed` where the data
    /// can't be made again, `other-data` where it is not the run's.
    #[wasm_bindgen(unchecked_return_type = "Promise<Trainer>")]
    pub fn resume(
        #[wasm_bindgen(unchecked_param_type = "Uint8Array")] checkpoint: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "ResumeOptions")] options: JsValue,
    ) -> Promise {
        let options = Options(&options);
        let checkpoint = bytes_of("checkpoint", checkpoint);
        let (request, data) = (request_of(&options), data_of(&options));
        promise(async move {
            let (request, data) = (request?, data?);
            let checkpoint = Checkpoint::read(&checkpoint?)?;
            let model = checkpoint.model(&cpu().device);
            let Chosen { selected, engine } =
                select_for(request, &model, &checkpoint.recipe, data.as_deref()).await?;
            let trainer = train::Trainer::resume(checkpoint, data, &selected.device, engine)?;
            Ok(Self::new(trainer, selected).into_js())
        })
    }

    /// The contents of a checkpoint. Throws as `resume` rejects.
    #[wasm_bindgen(unchecked_return_type = "CheckpointInfo")]
    pub fn inspect(
        #[wasm_bindgen(unchecked_param_type = "Uint8Array")] checkpoint: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let checkpoint = bytes_of("checkpoint", checkpoint)?;
        Ok(report::checkpoint(&Checkpoint::read(&checkpoint)?))
    }

    /// The weights in a checkpoint as a file of their own, as `weights` gives it. Throws as `resume`
    /// rejects.
    #[wasm_bindgen(js_name = weightsOf)]
    pub fn weights_of(
        #[wasm_bindgen(unchecked_param_type = "Uint8Array")] checkpoint: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "\"float32\" | \"float16\"")]
        precision: JsValue,
    ) -> Result<Vec<u8>, JsValue> {
        let precision = precision_of(&precision)?;
        let checkpoint = bytes_of("checkpoint", checkpoint)?;
        Ok(Checkpoint::read(&checkpoint)?.weights_file(precision)?)
    }

    /// Trains for up to `count` steps, by default one; fewer where an epoch ends. Other events
    /// get in before each. Called again before it is done, it keeps a graphics card busy while
    /// losses are read.
    ///
    /// Rejects with the signal's reason once that is aborted; the steps made count. Rejects with
    /// code `non-finite-loss` where a loss is not finite: the run is then back where it was good, and
    /// with code `invalid-argument` where `count` is no whole number from 1 on.
    #[wasm_bindgen(unchecked_return_type = "Promise<StepStats>")]
    pub fn step(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] count: Option<f64>,
        #[wasm_bindgen(unchecked_optional_param_type = "AbortSignal | null")] signal: JsValue,
    ) -> Promise {
        let count = count.unwrap_or(1.0);
        if count.fract() != 0.0 || count < 1.0 {
            let error = Error::Argument {
                argument: "count",
                found: count.to_string(),
                expected: "a whole number from 1 on",
            };
            return Promise::reject(&error.into());
        }
        self.run.queue_steps(count as usize, signal)
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

    /// Compares what the device computes with the CPU's logits, loss, gradient and update, for up to 16
    /// images and the weights as they are now. Takes as long as a step or two.
    ///
    /// Rejects with code `device-unavailable` where they differ.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn check(&self) -> Promise {
        let run = self.run.clone();
        self.run.queue(async move { run.check().await })
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
    #[wasm_bindgen(unchecked_return_type = "Classifier")]
    pub fn classifier(&self) -> JsValue {
        let trainer = self.run.trainer.borrow();
        let inner = classifier::Classifier {
            model: trainer.model(),
            engine: trainer.engine.clone(),
            selected: self.run.selected.clone(),
        };
        watched(Classifier {
            inner: Rc::new(inner),
            is_new: Cell::new(self.run.is_unread.take()),
        })
    }

    /// The position of the run.
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
        to_js(&self.run.trainer.borrow().config)
    }

    /// The hyperparameters of training.
    #[wasm_bindgen(getter, unchecked_return_type = "Recipe")]
    pub fn recipe(&self) -> JsValue {
        to_js(&self.run.trainer.borrow().recipe)
    }

    /// The data that the run learns from.
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

/// The options of `create`, read.
struct Beginning {
    request: Request,
    model: VisionTransformer,
    recipe: Recipe,
    data: Arc<TrainingData>,
}

/// Reads the options of `create`.
fn read(options: &Options<'_>) -> Result<Beginning> {
    let (config, recipe) = settings(options)?;
    let data = data_of(options)?;
    let data = data.ok_or_else(|| wrong_type("data", &JsValue::UNDEFINED, A_DATA_SET))?;
    let weights = options.has("weights").then(|| options.bytes("weights"));
    let cpu = cpu().device;
    let model = match weights.transpose()? {
        Some(bytes) => VisionTransformer::from_safetensors(&bytes, Some(&config), &cpu)?,
        None => config.init(recipe.seed, &cpu)?,
    };
    Ok(Beginning {
        request: request_of(options)?,
        model,
        recipe,
        data,
    })
}

impl Trainer {
    fn new(trainer: train::Trainer, selected: Selected) -> Self {
        Self {
            run: Rc::new(Run::new(trainer, selected)),
        }
    }

    /// As JavaScript's `Trainer`, which `for await` takes.
    fn into_js(self) -> JsValue {
        // Not a strong one, which would keep the run alive after `free()`.
        let run = Rc::downgrade(&self.run);
        let trainer = watched(self);
        let steps = Closure::<dyn Fn() -> Result<JsValue, JsValue>>::new(move || {
            let run = run.upgrade().ok_or(Error::Freed)?;
            Ok(iterator(&run, JsValue::UNDEFINED))
        });
        set_async_iterator(&trainer, &steps.into_js_value());
        trainer
    }
}
