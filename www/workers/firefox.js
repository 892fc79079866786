/**
 * Firefox looks only every 100 ms whether a GPU is done, unless something is submitted: so as long as something is
 * waited for, nothing is submitted again and again. In Firefox 153 a read-back takes 5 ms then, instead of 101.
 *
 * To be deleted, with its import in wasm.js, once https://bugzilla.mozilla.org/show_bug.cgi?id=1870699 is closed.
 */

/** @typedef {{ submit(commands: GPUCommandBuffer[]): void, onSubmittedWorkDone(): Promise<unknown> }} Queue */

/**
 * @param {{ GPUDevice: any, GPUBuffer: any, GPUQueue: any }} scope whose prototypes are changed
 */
export function hurry({ GPUDevice, GPUBuffer, GPUQueue }) {
  /** @type {WeakMap<object, Queue>} by buffer */
  const queues = new WeakMap();
  const { createBuffer } = GPUDevice.prototype;
  const { mapAsync } = GPUBuffer.prototype;
  const { onSubmittedWorkDone } = GPUQueue.prototype;

  GPUDevice.prototype.createBuffer = function (/** @type {unknown[]} */ ...options) {
    const buffer = createBuffer.apply(this, options);
    queues.set(buffer, this.queue);
    return buffer;
  };
  GPUBuffer.prototype.mapAsync = function (/** @type {unknown[]} */ ...range) {
    return submitUntil(mapAsync.apply(this, range), queues.get(this));
  };
  GPUQueue.prototype.onSubmittedWorkDone = function () {
    return submitUntil(onSubmittedWorkDone.call(this), this);
  };
}

/**
 * @template T
 * @param {Promise<T>} done
 * @param {Queue} [queue]
 * @returns {Promise<T>} the same
 */
function submitUntil(done, queue) {
  const start = performance.now();
  let timer = setTimeout(submit);
  function submit() {
    queue?.submit([]);
    // Less and less often: what takes a second may take a quarter more, and costs no hundreds of submissions.
    timer = setTimeout(submit, (performance.now() - start) / 4);
  }
  const end = () => clearTimeout(timer);
  done.then(end, end);
  return done;
}

if (globalThis.GPUQueue && navigator.userAgent.includes("Firefox/")) hurry(globalThis);
