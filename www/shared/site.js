/**
 * The beginning of the site, and its version. `cargo xtask build` puts all scripts into one folder that is
 * named after their content; `cargo xtask serve` does not, so that a page is edited and reloaded.
 */
export const { site: SITE, version: VERSION } = placeOf(import.meta.url);

/**
 * @param {string} address of this script
 * @returns {{ site: string, version: string | undefined }}
 */
export function placeOf(address) {
  const [, site, version] = /^(.*?\/)(?:([0-9a-f]{12})\/)?shared\/site\.js$/.exec(address) ?? ["", ""];
  return { site, version };
}
