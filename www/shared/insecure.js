/** What browsers do with a page from http: other than on localhost, they keep nothing for it, and hide the GPU. */

export function isInsecure() {
  return globalThis.isSecureContext === false;
}

/** @type {import("./protocol.js").Words} what is said then, wherever storage or the GPU is missed */
export const INSECURE = { key: "page.insecure" };
