/** All that the chaos run knows of how the site keeps files: what is changed here must be changed if they are kept elsewhere. */

/** What a worker writes to its console once a write was cut off. */
export const CUT = "chaos: a write was cut off";

/**
 * Runs in the training worker: its next write to storage stops after so many bytes, for ever. What was
 * written until then has really been written.
 *
 * @param {{ bytes: number, said: string }} options
 */
export function cutNextWrite({ bytes, said }) {
  const { createWritable } = FileSystemFileHandle.prototype;
  FileSystemFileHandle.prototype.createWritable = async function (...options) {
    const writable = await createWritable.apply(this, options);
    const write = writable.write.bind(writable);
    writable.write = async (data) => {
      await write(/** @type {Uint8Array<ArrayBuffer>} */ (data).subarray(0, bytes));
      console.debug(said);
      await new Promise(() => {});
    };
    return writable;
  };
}
