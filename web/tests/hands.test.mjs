// What a hand does on the page: pause, step, scrub.

import assert from "node:assert/strict";
import test from "node:test";
import { file, open, run, stats, until } from "./page.mjs";

/// The button that holds all runs, or lets them go.
const PAUSE = { x: 40, y: 566 };
/// The slider's ends, and the button that follows the runs again, in a window of 1280 by 860.
const SLIDER = { from: { x: 1015, y: 566 }, to: { x: 700, y: 566 } };
const FOLLOW = { x: 1190, y: 566 };
/// The samples of both runs.
const SAMPLES = { x: 280, y: 160, width: 480, height: 290 };

/// Waits until a number rests.
function rest(page, number) {
  return until(async () => {
    const before = await number();
    await page.waitForTimeout(700);
    return before === (await number()) && before;
  });
}

// At a pace at which the runs are far from their end whenever a hand comes.
const PACED = "?device=cpu&speed=30";

test("Space holds the runs, and lets them go", async (t) => {
  const { page, said, close } = await open({ query: PACED });
  t.after(close);
  await stats(page, "adapt_relax", 4);
  const folder = await run(page, "adapt_relax");
  const log = async () => (await file(page, `runs/${folder}/stats.jsonl`)).length;
  await page.keyboard.press("Space");
  const held = await rest(page, log);
  await page.waitForTimeout(1500);
  assert.equal(await log(), held);
  assert.equal(await file(page, `runs/${folder}/summary.json`), null, "the run is over");
  await page.keyboard.press("Space");
  await until(async () => (await log()) > held);
  assert.deepEqual(said, []);
});

test("a finger holds the runs as a mouse does", async (t) => {
  const { page, said, close } = await open({ query: PACED, touch: true });
  t.after(close);
  await stats(page, "adapt_relax", 4);
  const folder = await run(page, "adapt_relax");
  const log = async () => (await file(page, `runs/${folder}/stats.jsonl`)).length;
  await page.touchscreen.tap(PAUSE.x, PAUSE.y);
  const held = await rest(page, log);
  assert.equal(await file(page, `runs/${folder}/summary.json`), null, "the run is over");
  await page.touchscreen.tap(PAUSE.x, PAUSE.y);
  await until(async () => (await log()) > held);
  assert.deepEqual(said, []);
});

test("the slider shows the past, and Follow the present", async (t) => {
  const { page, said, close } = await open({ query: "?device=cpu" });
  t.after(close);
  for (const method of ["adapt_relax", "stu_gan"]) await until(async () => file(page, `runs/${await run(page, method)}/summary.json`));
  const look = async () => {
    // Whatever still moves comes to rest.
    await page.waitForTimeout(1500);
    return page.screenshot({ clip: SAMPLES });
  };
  const end = await look();
  await page.mouse.move(SLIDER.from.x, SLIDER.from.y);
  await page.mouse.down();
  await page.mouse.move(SLIDER.to.x, SLIDER.to.y, { steps: 8 });
  await page.mouse.up();
  const past = await look();
  assert.ok(!past.equals(end), "the samples of the past are those of the end");
  await page.mouse.click(FOLLOW.x, FOLLOW.y);
  assert.ok((await look()).equals(end), "Follow does not show the end again");
  assert.deepEqual(said, []);
});
