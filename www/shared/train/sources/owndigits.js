import { CodedError } from "../../protocol.js";

const ID = "mine";
const TITLE = { key: "source.mine" };

/**
 * The digits that the user drew and labelled.
 *
 * @type {import("../sources.js").Source}
 */
export const ownDigits = {
  id: ID,
  name: () => ({ key: "source.mine.name" }),
  title: TITLE,
  label: ({ count }) => (count === undefined ? TITLE : { key: "source.mine.count", values: { count } }),
  problem: ({ count }) => (count ? undefined : { key: "source.mine.problem" }),
  spec: ({ images }) => ({ source: ID, images }),
  ofCheckpoint: ({ train, origin }) => (origin === ID ? { source: ID, images: train } : null),
  stock: async (shelf) => ({ count: await shelf.countDigits() }),
  // Digits may have been added or removed, in this tab or another.
  version: ({ digits }) => digits.version(),
  load: async (_, loader) => {
    const pair = await loader.shelf.digits.export();
    if (pair) return loader.parse(pair, "My digits");
    throw new CodedError("data-gone", { kind: "mine" });
  },
};
