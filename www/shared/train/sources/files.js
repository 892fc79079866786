import { CodedError } from "../../protocol.js";

const ID = "files";
/** In the names of the folders of these sets, beside those of other sources. */
const PREFIX = "files-";

/**
 * IDX files that the user picked or dropped before, by the name that `addFiles` gave them.
 *
 * @type {import("../sources.js").Source<{ source: string, images: number, set: string }>}
 */
export const files = {
  id: ID,
  name: (entered) => entered || { key: "source.files.name" },
  label: () => ({ key: "source.files" }),
  field: {
    parameter: "set",
    box: "files-field",
    input: "set-select",
    unlisted: (set) => ({ key: "source.files.unlisted", values: { set } }),
  },
  problem: (_, entered) => (entered ? undefined : { key: "source.files.problem" }),
  spec: ({ images, entered }) => ({ source: ID, images, set: entered }),
  ofCheckpoint: ({ train, origin, name }) => (origin === ID ? { source: ID, images: train, set: name } : null),
  stock: async (shelf) => {
    const folders = (await shelf.list()).filter(({ set }) => set.startsWith(PREFIX));
    return { options: folders.map(({ set }) => set.slice(PREFIX.length)).sort() };
  },
  load: async ({ set }, loader) => {
    const found = await loader.shelf.read(folderOf(set));
    if (found) return loader.parse(found, set);
    throw new CodedError("data-gone", { kind: "files", set });
  },
};

/**
 * @param {string} set
 * @returns {string} the folder that keeps it
 */
export function folderOf(set) {
  return PREFIX + set;
}
