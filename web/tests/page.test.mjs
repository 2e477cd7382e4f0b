// What the page promises, in a real browser.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { PROGRAM, file, lines, open, run, stats } from "./page.mjs";

test("the first visit trains the showcase, asks nobody else for anything and complains of nothing", async (t) => {
  const { page, said, elsewhere, close } = await open();
  t.after(close);
  await stats(page, "adapt_relax", 40);
  await stats(page, "stu_gan", 40);
  assert.ok(await page.isHidden("#cover"));
  const log = await file(page, `runs/${await run(page, "stu_gan")}/log.txt`);
  assert.match(log, /started on CPU \(1 thread\)/);
  assert.deepEqual(elsewhere, []);
  assert.deepEqual(said, []);
  // Something is drawn, and it moves: two pictures of it differ, and neither is of one colour.
  const pictures = [await page.screenshot(), (await page.waitForTimeout(1000), await page.screenshot())];
  assert.ok(pictures[0].length > 20_000 && !pictures[0].equals(pictures[1]));
});

/// The first lines of the showcase's 2-D comparison, as the program records them on the CPU, by method.
async function native(t) {
  const folder = await mkdtemp(join(tmpdir(), "tightrope-"));
  t.after(() => rm(folder, { recursive: true }));
  await promisify(execFile)(PROGRAM, ["compare", "--preset", "spiral", "--set", "iterations=20", "--device", "cpu", "--quiet", "--out", folder]);
  const found = {};
  for (const name of await readdir(folder)) {
    const method = ["adapt_relax", "stu_gan"].find((method) => name.includes(`-${method}-`));
    if (method) found[method] = lines(await readFile(join(folder, name, "stats.jsonl"), "utf8"));
  }
  return found;
}

/// Compares the first 20 iterations, recorded every five; returns the largest difference.
async function compare(page, theirs, bound) {
  let largest = 0;
  for (const [method, expected] of Object.entries(theirs)) {
    const found = await stats(page, method, 4);
    for (const at of [0, 1, 2, 3]) {
      assert.equal(found[at].iteration, expected[at].iteration);
      for (const key of ["d_loss", "g_loss", "score_real", "score_fake", "density_g", "density_d", "flops"]) {
        const apart = Math.abs(found[at][key] - expected[at][key]) / Math.max(1, Math.abs(expected[at][key]));
        assert.ok(apart <= bound, `${method} ${key} at ${found[at].iteration}: ${found[at][key]} and ${expected[at][key]}`);
        largest = Math.max(largest, apart);
      }
    }
  }
  return largest;
}

test("20 iterations on the page's CPU path give the numbers of the program, to 1e-5", async (t) => {
  const theirs = await native(t);
  const { page, close } = await open({ query: "?device=cpu" });
  t.after(close);
  t.diagnostic(`largest difference: ${await compare(page, theirs, 1e-5)}`);
});

test("20 iterations on WebGPU give the numbers of the program, as far as its kernels do", async (t) => {
  const theirs = await native(t);
  const { page, close } = await open({ webgpu: true, query: "?device=gpu" });
  t.after(close);
  t.diagnostic(`largest difference: ${await compare(page, theirs, 1e-4)}`);
  assert.match(await file(page, `runs/${await run(page, "stu_gan")}/log.txt`), /started on .*WebGpu/);
});

test("what is taken away is downloaded", async (t) => {
  const { page, said, close } = await open();
  t.after(close);
  await stats(page, "adapt_relax", 4);
  const coming = page.waitForEvent("download");
  // The button Take away, and the report in its menu. A window that is drawn a few times a second wants to be pointed at
  // before it is clicked.
  for (const [x, y] of [[325, 26], [340, 112]]) {
    await page.mouse.move(x, y);
    await page.waitForTimeout(700);
    await page.mouse.click(x, y, { delay: 200 });
    await page.waitForTimeout(1000);
  }
  const download = await coming;
  assert.equal(download.suggestedFilename(), "report.html");
  assert.match(await readFile(await download.path(), "utf8"), /Who kept the balance\?/);
  assert.deepEqual(said, []);
});

test("a browser without what it takes is told so in a sentence", async (t) => {
  const { page, close } = await open({
    before: (page) => page.addInitScript(() => {
      WebAssembly.validate = () => false;
    }),
  });
  t.after(close);
  const message = page.locator("#message");
  await message.filter({ hasText: "This browser lacks vector instructions in WebAssembly" }).waitFor();
});

test("an address that asks for what there is not is refused", async (t) => {
  for (const [query, why] of [
    ["?device=toaster", "'toaster' is not a device; choose auto, cpu, gpu"],
    ["?story=9", "choose 1 to 5 or"],
    ["?colour=red", "it can have story, embed, hide"],
  ]) {
    const { page, close } = await open({ query });
    t.after(close);
    await page.locator("#detail").filter({ hasText: why }).waitFor();
  }
});

test("an address carries a lesson, and a page within a page remembers nothing", async (t) => {
  const { page, said, close } = await open({ query: "?device=cpu&story=3&embed=1" });
  t.after(close);
  // The third story trains two SDST runs on the spiral.
  await stats(page, "sdst_rigl", 2);
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  assert.deepEqual(said, []);
});

test("a page whose program does not come says so", async (t) => {
  const { page, close } = await open({ before: (page) => page.route("**/*.wasm", (route) => route.abort()) });
  t.after(close);
  await page.locator("#message").filter({ hasText: "could not be loaded" }).waitFor();
});
