/** Faults of the tab that shows the page. */

/**
 * @typedef {import("./faults.js").Stage} Stage
 * @typedef {import("./random.js").Random} Random
 * @typedef {import("@playwright/test").CDPSession} Session
 */

/** @param {number} milliseconds */
export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** @param {Stage} stage */
export async function reload({ user }) {
  await user.page.reload();
  return "";
}

/** @param {Stage} stage */
export async function closeTab({ user, context, enter }) {
  await user.page.close();
  enter(await context.newPage());
  await user.open();
  return "";
}

/**
 * As when the system needs its memory: page and workers are gone at once.
 *
 * @param {Stage} stage
 */
export async function crashTab({ user, context, enter }) {
  const { page } = user;
  const session = await context.newCDPSession(page);
  const crashed = page.waitForEvent("crash", { timeout: 5_000 });
  // Nobody is there to answer.
  session.send("Page.crash").catch(() => {});
  await crashed;
  await page.close();
  enter(await context.newPage());
  await user.open();
  return "";
}

/**
 * @param {Stage} stage
 * @param {Random} random
 */
export async function freeze({ user, context }, random) {
  const milliseconds = random.between(300, 1_500);
  const session = await context.newCDPSession(user.page);
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  await sleep(milliseconds);
  await session.send("Page.setWebLifecycleState", { state: "active" });
  await session.detach();
  return `for ${milliseconds} ms`;
}

/**
 * @param {Stage} stage
 * @param {Random} random
 */
export async function slowDown({ user, context, later }, random) {
  const [rate, milliseconds] = [random.between(4, 20), random.between(500, 3_000)];
  const session = await context.newCDPSession(user.page);
  await session.send("Emulation.setCPUThrottlingRate", { rate });
  const end = async () => {
    await sleep(milliseconds);
    await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    await session.detach();
  };
  // The page may be gone by then.
  later.push(end().catch(() => {}));
  return `${rate} times slower for ${milliseconds} ms`;
}
