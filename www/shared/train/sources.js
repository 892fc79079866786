/**
 * The data sources: what there is to learn from. Each is one object in one file of sources/, which says
 * all about it, on the page and in the worker. A new source is a new file and a line in `SOURCES`; if
 * something must be entered for it, also a field in index.html.
 *
 * @typedef {import("../../cpu.js").DataInfo} DataInfo
 * @typedef {import("../../cpu.js").DataSet} DataSet
 * @typedef {import("../../workers/train/shelf.js").Loader} Loader
 * @typedef {import("../../workers/train/shelf.js").Shelf} Shelf
 * @typedef {import("../protocol.js").Words} Words
 *
 * The data to learn from. `images` is how many of the training images to use, 0 for all of them; what else
 * there is, the source alone knows.
 * @typedef {{ source: string, images: number }} DataSpec
 *
 * @typedef {object} Stock what is at hand of a source without asking the user
 * @property {boolean} [isMissing] whether neither this site nor this browser has it
 * @property {string[]} [options] what its list offers
 * @property {number} [count] of its images
 *
 * @typedef {Record<string, Stock>} Sets the stock of each source, by its id
 */
/**
 * @template {DataSpec} [Spec=any]
 * @typedef {object} Source
 * @property {string} id the word for it in specs, in addresses and in checkpoints
 * @property {(entered: string) => Words | string} name in the names of runs; `entered` is what its field
 *   holds
 * @property {(stock: Stock) => Words} label in the list of sources
 * @property {Words} [title] of its data, where checkpoints name it in English; default: as they do
 * @property {Field} [field] what else must be known
 * @property {string} [epoch] images per epoch, unless the user says otherwise; default: all
 * @property {boolean} [isDownloaded] whether it may have to be downloaded, which waits for the user
 * @property {boolean} [isMadeAgain] whether a checkpoint says all that it takes to make the data again
 * @property {(stock: Stock, entered: string) => Words | undefined} [problem] why there is nothing to
 *   train on; `entered` is empty where the field holds nothing valid
 * @property {(values: { images: number, seed: number, entered: string }) => Spec} spec
 * @property {(data: DataInfo) => Spec | null} ofCheckpoint the spec of a checkpoint's data; null where
 *   this source can't have it
 * @property {(shelf: Shelf) => Promise<Stock>} [stock] in the worker
 * @property {(shelf: Shelf) => Promise<string>} [version] in the worker: differs where the data may,
 *   though the spec is the same
 * @property {(spec: Spec, loader: Loader) => DataSet | Promise<DataSet>} load in the worker
 */
/**
 * @typedef {object} Field one text, in an input or a list of index.html
 * @property {string} parameter its name in addresses
 * @property {string} box test id of the element that is shown with the source
 * @property {string} input test id of the input or list in it
 * @property {Words} [malformed] what is said beside an input that holds something invalid
 * @property {(text: string) => Words} [unlisted] of a list: what is said of an address that names
 *   something not on it
 */
import { CodedError } from "../protocol.js";
import { files } from "./sources/files.js";
import { ownDigits } from "./sources/owndigits.js";
import { mnist } from "./sources/mnist.js";
import { synthetic } from "./sources/synthetic.js";
import { url } from "./sources/url.js";

/** @type {Source[]} in the order in which they are offered */
export const SOURCES = [synthetic, mnist, url, files, ownDigits];

/**
 * @param {string} id
 * @returns {Source}
 */
export function sourceOf(id) {
  const found = SOURCES.find((source) => source.id === id);
  if (found) return found;
  throw new CodedError("data-gone", { kind: "source", id });
}

/**
 * The source that is chosen when nobody chooses: synthetic digits are always there.
 *
 * @param {Sets} sets
 * @returns {Source}
 */
export function defaultSource(sets) {
  return sets[mnist.id]?.isMissing === false ? mnist : synthetic;
}

/**
 * @param {DataInfo} data of a checkpoint
 * @returns {DataSpec} what no source claims may be among the user's files
 */
export function specOfCheckpoint(data) {
  for (const source of SOURCES) {
    const spec = source.ofCheckpoint(data);
    if (spec) return spec;
  }
  return files.spec({ images: data.train, seed: 0, entered: data.name });
}
