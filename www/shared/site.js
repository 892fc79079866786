/**
 * Where the site begins, and its version. `cargo xtask build` puts all scripts into one folder that is
 * named after their content; `cargo xtask serve` does not, so that a page is edited and reloaded.
 */
const [, root, folder] = /^(.*\/)(?:([0-9a-f]{12})\/)?shared\/site\.js$/.exec(import.meta.url) ?? ["", ""];

export const SITE = root;
/** @type {string | undefined} */
export const VERSION = folder;
