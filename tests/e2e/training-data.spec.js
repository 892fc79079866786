import { createServer } from "node:http";
import { expect, test } from "./fixtures.js";
import { dropFiles, idxFiles, idxPair, serveSet, SMALL, TrainPage } from "./trainpage.js";

test.use({ viewport: { width: 1200, height: 900 } });

/** The data comes from elsewhere than synthetic digits. */
const FROM_FILES = SMALL.replace("images=640&", "");

test("files that are no IDX files are refused in words, and the next ones are taken", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openReady();
  await dropFiles(page, [{ name: "holiday.jpg", text: "no digits" }, { name: "letter.txt", text: "none here" }]);
  await expect(page.getByTestId("file-error")).toHaveText(/\w+.*\.$/);
  await expect(train.start).toBeDisabled();
  await expect(page.getByTestId("start-reason")).toContainText("IDX files");
  await page.getByTestId("file-input").setInputFiles(idxFiles(300));
  await expect(page.getByTestId("data-info")).toContainText("images per epoch");
  await expect(page.getByTestId("file-error")).toHaveText("");
  await expect(train.start).toBeEnabled();
});

test("a truncated IDX file is refused in words", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openReady();
  const { images, labels } = idxPair(50);
  await page.getByTestId("data-select").selectOption("files");
  await page.getByTestId("file-input").setInputFiles([
    { name: "images", mimeType: "application/octet-stream", buffer: images.subarray(0, 1000) },
    { name: "labels", mimeType: "application/octet-stream", buffer: labels },
  ]);
  await expect(page.getByTestId("file-error")).toHaveText(/\w+.*\.$/);
});

test("files are kept, and train after a reload without a network", async ({ vitpad, page, context }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openReady(FROM_FILES);
  await page.getByTestId("data-select").selectOption("files");
  await page.getByTestId("file-input").setInputFiles(idxFiles(640));
  await expect(train.start).toBeEnabled();
  await expect(page).toHaveURL(/data=files/);
  await page.reload();
  await expect(page.getByTestId("data-select")).toHaveValue("files");
  await expect(train.start).toBeEnabled();
  await context.setOffline(true);
  await train.finish();
  await expect(train.runs.first()).toContainText("finished");
  await context.setOffline(false);
});

test("a run whose files were deleted goes on once they are given again", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openReady(FROM_FILES.replace("epochs=2", "epochs=500"));
  await page.getByTestId("data-select").selectOption("files");
  await page.getByTestId("file-input").setInputFiles(idxFiles(640));
  await expect(train.start).toBeEnabled();
  await train.start.click();
  await train.expectSteps(2);
  await train.stop.click();
  await expect(train.status).toHaveText("Stopped");
  await page.getByTestId("kept-data").locator("summary").click();
  await page.getByTestId("kept-sets").getByRole("button").click();
  await page.getByTestId("answer-yes").click();
  await expect(page.getByTestId("kept-set")).toBeHidden();
  await page.getByTestId("resume").click();
  await expect(train.error).toContainText("choose or drop them again");
  const renamed = idxFiles(640).map((file) => ({ ...file, name: `again-${file.name}` }));
  await page.getByTestId("file-input").setInputFiles(renamed);
  await expect(page.getByTestId("kept-set")).toBeVisible();
  await page.getByTestId("resume").click();
  await expect(train.status).toHaveText("Running");
});

test("MNIST is the default where the site has it", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  await serveMnist(page);
  const train = new TrainPage(page);
  await train.openReady(FROM_FILES);
  await expect(page.getByTestId("data-select")).toHaveValue("mnist");
  await page.getByTestId("other-samples").click();
  await expect(page.getByTestId("preview-plain").getByRole("listitem")).toHaveCount(12);
  await train.finish();
  await expect(train.runs.first()).toContainText("MNIST");
});

test("MNIST is downloaded once, and kept for the next visit", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  await serveMnist(page);
  const train = new TrainPage(page);
  await train.openReady(FROM_FILES);
  await page.getByTestId("other-samples").click();
  await expect(page.getByTestId("preview-plain").getByRole("listitem")).toHaveCount(12);
  await page.reload();
  await page.context().route("**/data/mnist/*", (route) => route.abort());
  await expect(train.start).toBeEnabled();
  await train.finish();
});

test("IDX files at another address train, and what is wrong with an address is told", async ({ vitpad, page, provoked }) => {
  expect(vitpad).toBeTruthy();
  provoked.push(/fashion|nowhere/);
  const train = new TrainPage(page);
  await train.openReady(`${FROM_FILES}&data=url&url=https://digits.test/nowhere/`);
  await page.context().route("https://digits.test/nowhere/*", (route) => route.abort());
  await train.start.click();
  await expect(train.error).toContainText("train-images-idx3-ubyte");
  await serveSet(page, "https://digits.test/fashion/*");
  await page.getByTestId("data-url").fill("https://digits.test/fashion/");
  await train.finish();
  await expect(train.runs.first()).toContainText("digits.test");
});

test("data from an address is listed with its size, and can be deleted", async ({ vitpad, page, provoked }) => {
  expect(vitpad).toBeTruthy();
  provoked.push(/digits\.test/);
  const train = new TrainPage(page);
  await serveSet(page, "https://digits.test/bars/*");
  await train.openReady(`${FROM_FILES}&data=url&url=https://digits.test/bars/`);
  const kept = page.getByTestId("kept-data");
  await kept.locator("summary").click();
  await expect(kept).toContainText("None yet.");
  await kept.locator("summary").click();
  await page.getByTestId("other-samples").click();
  await expect(page.getByTestId("preview-plain").getByRole("listitem")).toHaveCount(12);
  await kept.locator("summary").click();
  await expect(kept.getByRole("listitem")).toHaveText(/^https:\/\/digits\.test\/bars\/ · \d+\sKBDelete$/);
  await kept.getByRole("button", { name: "Delete “https://digits.test/bars/”" }).click();
  await page.getByTestId("answer-yes").click();
  await expect(kept).toContainText("None yet.");
});

for (const [what, end] of /** @type {[string, (train: TrainPage) => Promise<void>][]} */ ([
  ["Stop", async ({ start, stop, page }) => {
    await start.click();
    await expect(page.getByTestId("status")).toHaveText(/^Loading .*ubyte/);
    await stop.click();
  }],
  ["another choice of data", async ({ page }) => {
    await page.getByTestId("other-samples").click();
    await expect(page.getByTestId("status")).toHaveText(/^Loading .*ubyte/);
    await page.getByTestId("data-select").selectOption("synthetic");
  }],
])) {
  test(`${what} ends a download of data`, async ({ vitpad, page, provoked }) => {
    expect(vitpad).toBeTruthy();
    provoked.push(/ERR_ABORTED|slow/);
    const server = await serveSlowly();
    const train = new TrainPage(page);
    await train.openReady(`${FROM_FILES}&data=url&url=${encodeURIComponent(server.address)}`);
    await end(train);
    await expect(train.status).toHaveText("Ready");
    await expect.poll(() => server.open()).toBe(0);
    await expect(train.error).toHaveText("");
    await expect(page.getByTestId("preview-error")).toHaveText("");
    server.close();
  });
}

test("a file that is too large is not downloaded, and not tried unpacked", async ({ vitpad, page, provoked }) => {
  expect(vitpad).toBeTruthy();
  provoked.push(/slow/);
  const server = await serveSlowly({ length: 2 ** 30 });
  const train = new TrainPage(page);
  await train.openReady(`${FROM_FILES}&data=url&url=${encodeURIComponent(server.address)}`);
  await train.start.click();
  await expect(train.error).toHaveText(/-ubyte\.gz has more than the 512\sMB that can be read\.$/);
  await expect.poll(() => server.open()).toBe(0);
  server.close();
});

test("without MNIST the address cannot ask for it, and the page says so", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openReady("data=mnist");
  await expect(page.getByTestId("notice")).toContainText("MNIST, which this site does not have");
  await expect(page.getByTestId("data-select")).toHaveValue("synthetic");
});

test("samples are shown as they are and augmented, and others on demand", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openReady();
  const plain = page.getByTestId("preview-plain");
  await expect(plain.getByRole("listitem")).toHaveCount(12);
  await expect(page.getByTestId("preview-augmented").getByRole("listitem")).toHaveCount(12);
  const before = await plain.innerText();
  await page.getByTestId("other-samples").click();
  await expect(plain).not.toHaveText(before);
  await page.getByText("All hyperparameters").click();
  await page.getByTestId("field-augment").selectOption("off");
  await expect(page.getByTestId("augmented-box")).toBeHidden();
});

test("a drawing labelled on the drawing page is among My digits, is exported, deleted and imported", async ({ vitpad, page }) => {
  await vitpad.openReady("?device=cpu");
  await expect(page.getByTestId("correct-7")).toBeDisabled();
  await vitpad.draw(7);
  await vitpad.expectAnswer(7);
  await page.getByTestId("correct-7").click();
  await expect(page.getByTestId("correct")).toContainText("Kept as a 7");
  await page.getByTestId("tab-train").click();
  await expect(page.getByTestId("mine-count")).toContainText("1 digit");
  await expect(page.getByTestId("data-select").locator("[value=mine]")).toHaveText("My digits (1)");
  /** @type {import("@playwright/test").Download[]} */
  const files = [];
  page.on("download", (download) => files.push(download));
  await page.getByTestId("mine-export").click();
  await expect.poll(() => files.length).toBe(2);
  const [images, labels] = await Promise.all(files.map((file) => file.path()));
  await page.getByTestId("mine-clear").click();
  await page.getByTestId("answer-no").click();
  await expect(page.getByTestId("mine-count")).toContainText("1 digit");
  await page.getByTestId("mine-clear").click();
  await page.getByTestId("answer-yes").click();
  await expect(page.getByTestId("mine-count")).toContainText("None yet");
  await page.getByTestId("mine-import").setInputFiles([labels, images]);
  await expect(page.getByTestId("mine-digits").getByRole("img")).toHaveAccessibleName("A 7 of your own");
  await page.getByRole("button", { name: "Delete this 7" }).click();
  await expect(page.getByTestId("mine-count")).toContainText("None yet");
});

test("a drawing on the live pad can be labelled", async ({ vitpad, page }) => {
  expect(vitpad).toBeTruthy();
  const train = new TrainPage(page);
  await train.openReady();
  await train.drawLine();
  await page.getByTestId("label-1").click();
  await expect(page.getByTestId("mine-digits").getByRole("listitem")).toHaveCount(1);
});

/**
 * As `cargo xtask mnist` puts it into the site, but bars instead of digits.
 * @param {import("@playwright/test").Page} page
 */
async function serveMnist(page) {
  await page.context().route("**/data/sets.json", (route) => route.fulfill({ json: ["mnist"] }));
  await serveSet(page, "**/data/mnist/*");
}

/**
 * A server that begins to answer, and never ends; at this address, where a request is none to another host.
 *
 * @param {{ length?: number }} [options] what it announces, if it does
 */
async function serveSlowly({ length } = {}) {
  const sockets = new Set();
  const server = createServer((_, response) => {
    const size = length === undefined ? {} : { "content-length": length };
    response.writeHead(200, { "access-control-allow-origin": "*", ...size });
    response.write(Buffer.alloc(1_000));
    sockets.add(response);
    response.on("close", () => sockets.delete(response));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("no port");
  const close = () => (server.closeAllConnections(), server.close());
  return { address: `http://127.0.0.1:${address.port}/slow/`, open: () => sockets.size, close };
}
