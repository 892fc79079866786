/** What browsers do with a page from http: other than on localhost, they hide the GPU. */

export function isInsecure() {
  return globalThis.isSecureContext === false;
}

/** @type {import("./protocol.js").Words} what is said then, wherever the GPU is missed */
export const INSECURE = { key: "page.insecure" };
