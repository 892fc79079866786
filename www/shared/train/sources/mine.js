import { CodedError } from "../../protocol.js";

const ID = "mine";

/**
 * What the user drew and labelled.
 *
 * @type {import("../sources.js").Source}
 */
export const mine = {
  id: ID,
  name: () => "my digits",
  label: ({ count }) => (count === undefined ? "My digits" : `My digits (${count.toLocaleString("en")})`),
  problem: ({ count }) => (count ? undefined : "Label some drawings of your own first."),
  spec: ({ images }) => ({ source: ID, images }),
  ofCheckpoint: ({ train, origin }) => (origin === ID ? { source: ID, images: train } : null),
  stock: async (shelf) => ({ count: await shelf.countDigits() }),
  // Digits may have been added or removed, in this tab or another.
  version: ({ digits }) => digits.version(),
  load: async (_, loader) => {
    const pair = await loader.shelf.digits.export();
    if (pair) return loader.parse(pair, "My digits");
    throw new CodedError("data-gone", "there are no digits of your own yet: draw some and label them");
  },
};
