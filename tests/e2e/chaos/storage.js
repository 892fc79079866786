/** All that the chaos run knows of how the site keeps files: what is changed here must be changed if they are kept elsewhere. */

/** The line that a worker writes to its console once a write was cut off. */
export const CUT = "chaos: a write was cut off";

/**
 * Runs in the training worker: its next write to storage stops after so many bytes, for ever, in a transaction
 * that does not end.
 *
 * @param {{ bytes: number, said: string }} options
 */
export function cutNextWrite({ bytes, said }) {
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (value, key) {
    IDBObjectStore.prototype.put = put;
    const request = put.call(this, /** @type {Uint8Array<ArrayBuffer>} */ (value).subarray(0, bytes), key);
    const goOn = () => {
      // A transaction lasts as long as something is asked of it.
      this.get(/** @type {IDBValidKey} */ (key)).onsuccess = goOn;
    };
    goOn();
    console.debug(said);
    return request;
  };
}
