// What outlives a page, and what goes on while nobody looks.

import assert from "node:assert/strict";
import test from "node:test";
import { file, lines, names, open, ready, run, stats, until } from "./page.mjs";

/// The button in the strip under the title, where nothing but runs from before is in it.
const CONTINUE = { x: 524, y: 138 };

test("after a reload runs go on where they were", async (t) => {
  // A story holds its runs to 20 iterations a second: they are far from their end.
  const { page, said, close } = await open({ query: "?story=4&device=cpu" });
  t.after(close);
  const folder = await run(page, "static");
  const losses = async () => new Map(lines(await file(page, `runs/${folder}/stats.jsonl`)).map((line) => [line.iteration, line.d_loss]));
  await stats(page, "static", 12);
  const known = await losses();
  // What is known by now is kept within a second or two.
  await page.waitForTimeout(3000);
  await page.goto(page.url().replace(/\?.*/, ""));
  await ready(page);
  assert.deepEqual(await names(page, `runs/${folder}`), [], "nothing is fetched before it is wanted");
  await page.waitForTimeout(1000);
  await page.mouse.click(CONTINUE.x, CONTINUE.y);
  const resumed = await until(async () => lines(await file(page, `runs/${folder}/events.jsonl`)).find((event) => event.event === "resumed"));
  const after = await until(async () => {
    const found = await losses();
    return found.size > known.size && found;
  });
  for (const [at, loss] of known) assert.ok(Math.abs(after.get(at) - loss) <= 1e-5, `iteration ${at}: ${loss}, then ${after.get(at)}`);
  t.diagnostic(`went on from iteration ${resumed.iteration}`);
  assert.deepEqual(said, []);
});

test("a second tab leaves the runs of the first alone", async (t) => {
  const { page, close } = await open();
  t.after(close);
  await stats(page, "adapt_relax", 4);
  const second = await page.context().newPage();
  await second.goto(`${page.url()}?story=4&device=cpu`);
  await ready(second);
  await stats(second, "static", 2);
  assert.deepEqual((await names(second, "runs")).map((name) => name.slice(0, 5)), ["00000", "00001"]);
});

test("a hidden tab goes on training", async (t) => {
  const { page, close } = await open({
    // A hidden tab draws nothing.
    before: (page) => page.addInitScript(() => {
      const draw = requestAnimationFrame.bind(window);
      window.requestAnimationFrame = (drawing) => draw((time) => window.hides || drawing(time));
    }),
  });
  t.after(close);
  await stats(page, "adapt_relax", 10);
  await page.evaluate(() => {
    window.hides = true;
  });
  const folder = await run(page, "adapt_relax");
  const count = async () => lines(await file(page, `runs/${folder}/stats.jsonl`)).length;
  const before = await count();
  await until(async () => (await count()) >= before + 60);
});

test("where no worker can be had, the page trains itself", async (t) => {
  const { page, close } = await open({ before: (page) => page.route("**/worker.js", (route) => route.abort()) });
  t.after(close);
  await stats(page, "adapt_relax", 10);
  assert.deepEqual(page.workers(), []);
});

test("when the device is lost, runs fail in a sentence, and go on elsewhere", async (t) => {
  const { page, close } = await open({
    webgpu: true,
    query: "?device=gpu",
    // A hand on the worker's device.
    before: (page) => page.route("**/worker.js", async (route) => {
      const response = await route.fetch();
      const remember = `const ask = GPUAdapter.prototype.requestDevice;
        GPUAdapter.prototype.requestDevice = async function (...how) {
          return (self.device = await ask.apply(this, how));
        };`;
      await route.fulfill({ response, body: remember + (await response.text()) });
    }),
  });
  t.after(close);
  await stats(page, "adapt_relax", 1);
  const folder = await run(page, "adapt_relax");
  await page.workers()[0].evaluate(() => self.device.destroy());
  const ended = await until(async () => lines(await file(page, `runs/${folder}/events.jsonl`)).find((event) => event.event === "ended"));
  assert.match(ended.reason.failed, /device: it was lost/);
  await page.waitForTimeout(3000);
  await page.goto(page.url().replace(/\?.*/, "?device=cpu"));
  await ready(page);
  await page.waitForTimeout(1000);
  await page.mouse.click(CONTINUE.x, CONTINUE.y);
  await until(async () => lines(await file(page, `runs/${folder}/stats.jsonl`)).length > 10);
  assert.match(await file(page, `runs/${folder}/log.txt`), /resumed from its checkpoint/);
});
