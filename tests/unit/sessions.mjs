/** Runs with all that is around them, for tests of sessions. */
import { withResolvers } from "../../www/shared/compat.js";
import { Session } from "../../www/workers/train/session.js";

export const PER_EPOCH = 4;
export const coded = (code) => Object.assign(new Error(code), { code });

/** A trainer of 8 steps in 2 epochs; `fail` maps a step to what it throws. */
export function fakeTrainer(clock, { step = 0, evaluations = [], fail = {}, perStep = 60, device = "cpu", driftsFrom = Infinity } = {}) {
  let last = Promise.resolve();
  const trainer = {
    freed: 0,
    readers: 0,
    counts: [],
    saved: [],
    deviceInfo: { kind: device },
    going: 0,
    mostGoing: 0,
    history: { evaluations },
    get position() {
      const epoch = Math.floor(step / PER_EPOCH);
      return { step, steps: 8, epoch, epochs: 2, stepsPerEpoch: PER_EPOCH, learningRate: 0.1, done: step === 8 };
    },
    step(count) {
      trainer.mostGoing = Math.max(trainer.mostGoing, ++trainer.going);
      const work = last.then(() => trainer.steps(count)).finally(() => (trainer.going -= 1));
      last = work.catch(() => {});
      return work;
    },
    async steps(count) {
      await null;
      trainer.counts.push(count);
      const losses = [];
      do {
        if (fail[step]) throw fail[step];
        step += 1;
        clock.now += perStep;
        losses.push(step);
      } while (losses.length < count && step % PER_EPOCH > 0);
      const series = Float32Array.from(losses);
      return { ...this.position, losses: series, accuracies: series, learningRates: series, images: 10 * losses.length, milliseconds: 1 };
    },
    async evaluate({ set, signal }) {
      for (let i = 0; i < 5; i += 1) await null;
      signal.throwIfAborted();
      return { set, step, accuracy: 0.5 };
    },
    check: async () => {
      if (step >= driftsFrom) throw Object.assign(new Error("off"), { code: "device-unavailable", isDeviceFault: true });
    },
    checkpoint: async () => {
      trainer.saved.push(step);
      return Uint8Array.of(step);
    },
    classifier: () => {
      trainer.readers += 1;
      return { classify: async () => ({ digit: step }), free: () => (trainer.readers -= 1) };
    },
    free: () => (trainer.freed += 1),
  };
  return trainer;
}

/** A session with all that is around it; `log` tells the states and evaluations in order. */
export function setUp(options = {}, { replacement = null } = {}) {
  const clock = { now: 0 };
  const trainer = fakeTrainer(clock, options);
  const around = { clock, trainer, crash: withResolvers(), log: [], events: [], stored: [], released: 0, full: false, onEvent: () => {} };
  const post = (event) => {
    around.events.push(event);
    if (event.event === "state") around.log.push(event.state);
    if (event.event === "evaluation") around.log.push(`${event.evaluation.set} ${event.evaluation.step}`);
    around.onEvent(event);
  };
  const store = async (run, checkpoint) => {
    if (around.full) throw coded("storage-full");
    around.stored.push({ status: run.status, name: run.name, step: checkpoint?.[0] });
  };
  const run = { id: "a", name: "A", spec: { name: "A" }, loss: null, created: 0 };
  around.session = new Session({
    run, trainer, post, store,
    now: () => clock.now,
    memory: () => 1,
    orCrash: (work) => Promise.race([work, around.crash.promise]),
    replace: async (error) => (replacement && error.code !== "non-finite-loss" ? fakeTrainer(clock, replacement) : null),
    release: () => (around.released += 1),
  });
  around.until = (state) => new Promise((resolve) => {
    around.onEvent = (event) => event.state === state && resolve();
  });
  return around;
}
