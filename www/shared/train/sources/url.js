import { parseUrl } from "../../compat.js";
import { digestOf } from "../../digest.js";
import { CodedError } from "../../protocol.js";

const ID = "url";

/**
 * A folder elsewhere that holds four files named as MNIST's.
 *
 * @type {import("../sources.js").Source<{ source: string, images: number, url: string }>}
 */
export const url = {
  id: ID,
  name: () => "URL",
  label: () => ({ key: "source.url" }),
  field: {
    parameter: "url",
    box: "url-field",
    input: "data-url",
    malformed: { key: "source.url.malformed" },
  },
  isDownloaded: true,
  problem: (_, entered) => (entered ? undefined : { key: "source.url.problem" }),
  spec: ({ images, entered }) => ({ source: ID, images, url: entered }),
  // An address is not followed: whoever wrote the file named that host, not who opens it.
  ofCheckpoint: () => null,
  load: async (spec, loader) => {
    const folder = folderOf(spec.url);
    const set = `url-${digestOf(new TextEncoder().encode(folder.href))}`;
    return loader.parseKept(set, nameOf(folder), () => loader.shelf.fetchFrom(folder, loader.signal), folder.href);
  },
};

/** @param {string} text */
function folderOf(text) {
  const folder = parseUrl(text.trim());
  if (!folder || !/^https?:$/.test(folder.protocol)) {
    throw new CodedError("invalid-url", { text });
  }
  if (!folder.pathname.endsWith("/")) folder.pathname += "/";
  return folder;
}

/** @param {URL} folder */
function nameOf({ host, pathname }) {
  const last = pathname.split("/").filter(Boolean).pop();
  return last ? `${last} (${host})` : host;
}
