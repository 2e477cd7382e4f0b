// What the page says of the browser before it begins.

import assert from "node:assert/strict";
import test from "node:test";
import { file, open, run } from "./page.mjs";

const said = async (page) => [await page.textContent("#offer"), await page.locator("#facts li").allTextContents()];
const log = async (page) => file(page, `runs/${await run(page, "adapt_relax")}/log.txt`);

test("without WebGPU it says so, and what runs well", async (t) => {
  const { page, close } = await open();
  t.after(close);
  const [offer, facts] = await said(page);
  assert.equal(offer, "This browser offers no WebGPU here, so training takes one CPU thread; the 2-D and small image presets run well.");
  assert.ok(facts.includes("WebGPU: none"), facts.join());
  assert.match(await log(page), /started on CPU \(1 thread\)/);
});

test("WebGPU in software is called that, and is not taken", async (t) => {
  const { page, close } = await open({ webgpu: true });
  t.after(close);
  await page.locator("#facts li").filter({ hasText: "WebGPU" }).waitFor({ state: "attached" });
  const [offer, facts] = await said(page);
  assert.match(offer, /^The only WebGPU here is software \(.*swiftshader.*\), far slower than the CPU/i);
  assert.match(facts.join(), /, software; \d+ storage buffers, \d+ MiB a binding, \d+ invocations a workgroup/);
  // What the program finds is the same.
  assert.match(await log(page), /started on CPU \(1 thread\)/);
});

test("a GPU is called by its name", async (t) => {
  // Only said here: the CPU trains.
  const info = { vendor: "nvidia", architecture: "ampere", description: "", isFallbackAdapter: false };
  const limits = { maxStorageBuffersPerShaderStage: 8, maxStorageBufferBindingSize: 2 ** 27, maxComputeInvocationsPerWorkgroup: 256 };
  const before = (page) => page.addInitScript(({ info, limits }) => {
    Object.defineProperty(Navigator.prototype, "gpu", { value: { requestAdapter: async () => ({ info, limits }) } });
  }, { info, limits });
  const { page, close } = await open({ webgpu: true, query: "?device=cpu", before });
  t.after(close);
  const [offer, facts] = await said(page);
  assert.equal(offer, "Training can use the GPU (nvidia ampere, by WebGPU).");
  assert.ok(facts.includes("WebGPU: nvidia ampere; 8 storage buffers, 128 MiB a binding, 256 invocations a workgroup"), facts.join());
});

test("a phone's page has everything in it", async (t) => {
  const { page, said: wrong, close } = await open({ query: "?device=cpu", size: { width: 390, height: 844 }, touch: true });
  t.after(close);
  await run(page, "adapt_relax");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `${wide} wide`);
  assert.deepEqual(wrong, []);
});
