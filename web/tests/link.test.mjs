// Links: what they set up, when it starts, and that a copied one gives the same again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { file, names, open, until } from "./page.mjs";

/// The settings of so many runs, in the order they were started.
async function settings(page, count) {
  const folders = await until(async () => {
    const folders = await names(page, "runs");
    return folders.length === count && folders.sort();
  });
  return Promise.all(folders.map(async (folder) => JSON.parse(await until(() => file(page, `runs/${folder}/config.json`)))));
}

test("a copied link sets up the same runs", async (t) => {
  const asked = "?preset=ring&methods=dda,static&iterations=30&density-g=0.3&set=generator.lr=1e-3&embed=1&device=cpu";
  const first = await open({ query: asked });
  t.after(first.close);
  const wanted = await settings(first.page, 2);
  assert.deepEqual(wanted.map((run) => [run.method, run.iterations, run.generator.lr]), [["dda", 30, 1e-3], ["static", 30, 1e-3]]);
  await first.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await first.page.locator("canvas").click({ position: { x: 640, y: 200 } });
  const link = await until(async () => {
    await first.page.keyboard.press("c");
    const text = await first.page.evaluate(() => navigator.clipboard.readText());
    return text.startsWith("http") && text;
  });
  assert.ok(link.startsWith(first.page.url().split("?")[0]), link);
  assert.deepEqual(first.said, []);

  const second = await open({ query: `${new URL(link).search}&embed=1&device=cpu` });
  t.after(second.close);
  assert.deepEqual(await settings(second.page, 2), wanted);
  assert.deepEqual(second.said, []);
});

test("a link that is followed trains nothing before it is started", async (t) => {
  const { page, said, close } = await open({ query: "?preset=ring&methods=dda&iterations=30&device=cpu" });
  t.after(close);
  await page.waitForTimeout(3000);
  assert.deepEqual(await names(page, "runs"), []);
  assert.deepEqual(said, []);
});
