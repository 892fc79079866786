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
  name: (entered) => entered || "files",
  label: () => "Files of your own",
  field: {
    parameter: "set",
    box: "files-field",
    input: "set-select",
    unlisted: (set) => `The address asks for the files “${set}”, which this browser does not have: pick or drop them again.`,
  },
  problem: (_, entered) => (entered ? undefined : "Pick or drop two or four IDX files."),
  spec: ({ images, entered }) => ({ source: ID, images, set: entered }),
  ofCheckpoint: ({ train, origin, name }) => (origin === ID ? { source: ID, images: train, set: name } : null),
  stock: async (shelf) => {
    const folders = (await shelf.list()).filter((folder) => folder.startsWith(PREFIX));
    return { options: folders.map((folder) => folder.slice(PREFIX.length)).sort() };
  },
  load: async ({ set }, loader) => {
    const found = await loader.shelf.read(folderOf(set));
    if (found) return loader.parse(found, set);
    throw new CodedError("data-gone", `the files of “${set}” are not kept here: choose or drop them again`);
  },
};

/**
 * @param {string} set
 * @returns {string} the folder that keeps it
 */
export function folderOf(set) {
  return PREFIX + set;
}
