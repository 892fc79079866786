/** The address of the list of wasm files, as it is first read and as it is read again. */
export const BUILDS = /\/builds\.js(\?|$)/;

/**
 * @param {import("@playwright/test").Page} page
 * @param {Record<string, number | string>} states what the list says
 */
export async function serveBuilds(page, states) {
  await page.route(BUILDS, (route) =>
    route.fulfill({ contentType: "text/javascript", body: `export default ${JSON.stringify(states)};` }),
  );
}
