import { CodedError } from "../../protocol.js";

/** Also the name of its folder, on this site and in the browser. */
const ID = "mnist";

/**
 * MNIST, from this site's data/mnist/ or kept from an earlier visit.
 *
 * @type {import("../sources.js").Source}
 */
export const mnist = {
  id: ID,
  name: () => "MNIST",
  label: ({ isMissing }) => ({ key: isMissing ? "source.mnist.missing" : "source.mnist" }),
  isDownloaded: true,
  spec: ({ images }) => ({ source: ID, images }),
  ofCheckpoint: ({ train, origin }) => (origin === ID ? { source: ID, images: train } : null),
  stock: async (shelf) => ({ isMissing: !(await shelf.isOnSite(ID)) && !(await shelf.has(ID)) }),
  load: (_, loader) => loader.parseKept(ID, "MNIST", () => download(loader)),
};

/** @param {import("../sources.js").Loader} loader */
async function download({ shelf, signal }) {
  if (await shelf.isOnSite(ID)) return shelf.fetchFromSite(ID, signal);
  throw new CodedError("data-gone", { kind: "mnist" });
}
