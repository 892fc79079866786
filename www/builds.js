/**
 * The wasm files of this site: their sizes in bytes, or why they are not there. The build writes
 * this file anew; a file that is not listed is taken to be there, with a size that only the server
 * knows. `cargo xtask serve` serves the page while files are still being compiled.
 *
 * @typedef {number | "compiling" | "failed" | "left out"} State
 */

/** @type {Record<string, State>} by the name of the file, without `_bg.wasm` */
const builds = {};

export default builds;
