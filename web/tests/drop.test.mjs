// What is dropped on the page: a run of the program as a zip, and pictures of one's own.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { PROGRAM, file, names, open, ready, until } from "./page.mjs";

const program = promisify(execFile).bind(null, PROGRAM);

/// Drops files, each a name and its bytes, on the middle of the window.
async function drop(page, files) {
  const transfer = await page.evaluateHandle((files) => {
    const transfer = new DataTransfer();
    for (const [name, base64] of files) transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    return transfer;
  }, files.map(([name, bytes]) => [name, bytes.toString("base64")]));
  await page.dispatchEvent("canvas", "drop", { dataTransfer: transfer });
}

test("a run of the program, dropped as a zip, is the same run here", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "tightrope-"));
  t.after(() => rm(folder, { recursive: true }));
  await program(["train", "--preset", "ring", "--set", "iterations=60", "--device", "cpu", "--quiet", "--out", folder]);
  const [run] = (await readdir(folder)).filter((name) => name.includes("-ring-"));
  await program(["export", "--what", "run", "--out", folder, join(folder, run)]);
  const zip = (await readdir(folder)).find((name) => name.endsWith(".zip"));

  const { page, said, close } = await open({ query: "?device=cpu&preset=ring" });
  t.after(close);
  await drop(page, [[zip, await readFile(join(folder, zip))]]);
  const there = await until(async () => (await names(page, "runs")).find((name) => name.includes("-ring-")));
  const theirs = await readFile(join(folder, run, "stats.jsonl"), "utf8");
  await until(async () => (await file(page, `runs/${there}/stats.jsonl`)) === theirs);
  assert.deepEqual(said, []);
});

test("pictures of one's own stay in the browser, and outlive the page", async (t) => {
  const { page, said, elsewhere, close } = await open({ query: "?device=cpu&preset=ring" });
  t.after(close);
  // Three shades as small pictures, drawn by the browser.
  const pictures = await page.evaluate(() => Promise.all(["#d33", "#3d3", "#33d"].map(async (colour) => {
    const canvas = new OffscreenCanvas(16, 16);
    const context = canvas.getContext("2d");
    context.fillStyle = colour;
    context.fillRect(0, 0, 16, 16);
    const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    return btoa(String.fromCharCode(...bytes));
  })));
  const many = Array.from({ length: 66 }, (_, at) => [`${at}.png`, Buffer.from(pictures[at % 3], "base64")]);
  await drop(page, many);
  const kept = await until(async () => (await names(page, "data")).length > 1 && names(page, "data"));
  await page.waitForTimeout(3000);
  await page.screenshot({ path: process.env.SHOT ?? "/dev/null", type: "png" });
  await page.reload();
  await ready(page);
  assert.deepEqual(await names(page, "data"), kept);
  assert.deepEqual(elsewhere, []);
  assert.deepEqual(said, []);
});
