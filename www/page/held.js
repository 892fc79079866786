/**
 * The weights of runs that the browser could not keep, by names such as `run:ID`: they read digits as long as
 * this page is open.
 *
 * @type {Map<string, Uint8Array>}
 */
export const held = new Map();
