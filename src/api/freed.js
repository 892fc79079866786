/** Classes whose objects are watched, by their prototypes. @type {WeakSet<object>} */
const watched = new WeakSet();
/** Methods that return promises: they reject where others throw. */
const PROMISES = new Set(["classify", "step", "evaluate", "check", "checkpoint", "weights"]);

/**
 * Has every use of an object after `free()` fail with an error of `makeError`, for all objects of its class:
 * wasm-bindgen's own error has no code. `free()` itself may be called again.
 *
 * @param {object} object
 * @param {() => Error} makeError
 */
export function watchFreed(object, makeError) {
  const prototype = Object.getPrototypeOf(object);
  if (watched.has(prototype)) return;
  watched.add(prototype);
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (name === "constructor" || name.startsWith("__")) continue;
    const part = property.get ? "get" : "value";
    const method = property[part];
    /** @this {{ __wbg_ptr: number }} @param {unknown[]} values */
    property[part] = function (...values) {
      if (this.__wbg_ptr) return method.apply(this, values);
      if (name === "free") return undefined;
      if (PROMISES.has(name)) return Promise.reject(makeError());
      throw makeError();
    };
    Object.defineProperty(prototype, name, property);
  }
  if (Symbol.dispose) prototype[Symbol.dispose] = prototype.free;
}
