/** The page while `cargo xtask serve` still compiles the other wasm files. */
import { BUILDS, serveBuilds } from "./builds.js";
import { expect, test } from "./fixtures.js";

test("the CPU's first file reads digits, and the faster one is taken at the next load", async ({ vitpad, page }) => {
  /** @type {Record<string, number | string>} */
  const states = { cpu: 1, cpu_relaxed: "compiling", webgpu: "compiling", ndarray: "compiling" };
  await serveBuilds(page, states);
  const first = page.waitForRequest("**/cpu_bg.wasm");
  await vitpad.openReady("?device=cpu");
  await first;
  await expect(vitpad.reason).toHaveText(/^The faster CPU build.*was not there yet when this page was loaded\.$/);
  await vitpad.draw(7);
  await vitpad.expectAnswer(7);

  // Another model is loaded by a new worker.
  await page.unroute(BUILDS);
  const faster = page.waitForRequest("**/cpu_relaxed_bg.wasm");
  await page.getByTestId("model-select").selectOption("reference");
  await faster;
  await vitpad.expectReady();
  await expect(vitpad.reason).toHaveText("");
});

test("a build that is still being compiled is a reason for the CPU, and the drawing stays", async ({ vitpad, page }) => {
  await serveBuilds(page, { cpu: 1, cpu_relaxed: 1, webgpu: "compiling", ndarray: "compiling" });
  await vitpad.openReady("?device=cpu");
  await vitpad.draw(3);
  await vitpad.expectAnswer(3);
  await page.getByTestId("device-select").selectOption("ndarray");
  await expect(vitpad.reason).toHaveText("The ndarray build is still being compiled on this machine.");
  await expect(vitpad.device).toHaveText(/^CPU/);
  await vitpad.expectAnswer(3);
});

test("a build that could not be compiled says where to look", async ({ vitpad, page }) => {
  await serveBuilds(page, { cpu: 1, cpu_relaxed: 1, ndarray: "failed" });
  await vitpad.openReady("?device=ndarray");
  await expect(vitpad.reason).toHaveText("The ndarray build could not be compiled: the terminal says why.");
  await vitpad.draw(1);
  await vitpad.expectAnswer(1);
});
