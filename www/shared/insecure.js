/** A page from http: other than on localhost, browsers hide the GPU from it. */

export function isInsecure() {
  return globalThis.isSecureContext === false;
}

/** @type {import("./protocol.js").Words} what is said then, wherever the GPU is missed */
export const INSECURE = { key: "page.insecure" };
