/**
 * What runs have learnt that the browser could not keep, by its model, such as `run:ID`: it reads digits as
 * long as this page is open.
 *
 * @type {Map<string, Uint8Array>}
 */
export const held = new Map();
