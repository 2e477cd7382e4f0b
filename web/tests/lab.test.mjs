// A lab in a page of somebody else's.

import assert from "node:assert/strict";
import test from "node:test";
import { open, until } from "./page.mjs";

const EXAMPLE = { query: "example.html", begun: (page) => page.locator("#said").filter({ hasText: "iteration" }).waitFor({ timeout: 60_000 }) };

/// A lab of the test's own in place of the example's; `heard` gives what it has said from a place on.
async function lab(page, settings) {
  await page.evaluate(async (settings) => {
    const { createLab } = await import("./lab.js");
    const element = document.getElementById("lab");
    element.replaceChildren();
    globalThis.heard = [];
    globalThis.lab = createLab(element, settings);
    globalThis.lab.onEvent((event) => globalThis.heard.push(event));
  }, settings);
  const heard = (from = 0) => page.evaluate((from) => globalThis.heard.slice(from), from);
  const ask = (word) => page.evaluate((word) => globalThis.lab[word](), word);
  return { heard, ask };
}

/// The latest state of each run that is `state`.
const states = (events, state) =>
  Object.fromEntries(events.filter((event) => event.event === "state" && event.state === state).map((event) => [event.run, event.iteration]));

test("the example's buttons hold its lab and let it go", async (t) => {
  const { page, said, elsewhere, close } = await open(EXAMPLE);
  t.after(close);
  const line = page.locator("#said");
  await page.click("#pause");
  await line.filter({ hasText: "is paused at iteration" }).waitFor();
  await page.waitForTimeout(1000);
  const held = await line.textContent();
  assert.match(held, /is paused at iteration/);
  await page.click("#start");
  await line.filter({ hasText: "D's loss is" }).waitFor();
  assert.deepEqual(elsewhere, []);
  assert.deepEqual(said, []);
});

test("a lab is told what to do and says what happens", async (t) => {
  const { page, close } = await open(EXAMPLE);
  t.after(close);
  const { heard, ask } = await lab(page, { device: "cpu" });
  await until(async () => (await heard()).filter(({ event }) => event === "stats").length > 4);
  const first = await heard();
  assert.deepEqual([...new Set(first.map(({ run }) => run))].sort(), ["adapt-relax s42", "stu-gan s42"]);
  assert.ok(first.every(({ event }) => !["samples", "field", "masks"].includes(event)));

  await ask("pause");
  const held = await until(async () => {
    const paused = states(await heard(), "paused");
    return Object.keys(paused).length === 2 && paused;
  });
  const count = (await heard()).length;
  await page.waitForTimeout(1500);
  assert.deepEqual(await heard(count), [], "a run that is held says nothing");

  await ask("step");
  const stepped = await until(async () => {
    const paused = states(await heard(count), "paused");
    return Object.keys(paused).length === 2 && paused;
  });
  for (const [run, iteration] of Object.entries(held)) assert.equal(stepped[run], iteration + 1);

  await ask("start");
  const before = (await heard()).length;
  await until(async () => (await heard(before)).some(({ event }) => event === "stats"));

  await ask("destroy");
  assert.equal(await page.locator("iframe").count(), 0);
  const last = (await heard()).length;
  await page.waitForTimeout(1000);
  assert.equal((await heard()).length, last);
});

test("a lab's settings are what an address can say", async (t) => {
  const { page, close } = await open(EXAMPLE);
  t.after(close);
  for (const [settings, runs] of [
    ["?device=cpu&preset=ring&methods=dda&and&methods=dda&set=n_critic=2", ["dda s42", "dda s42"]],
    [{ device: "cpu", preset: "ring", methods: ["dda", "static:strong"], seed: 7, set: { "generator.lr": 1e-3, n_critic: 2 } }, ["dda s7", "static:strong s7"]],
  ]) {
    const { heard } = await lab(page, settings);
    const started = await until(async () => {
      const found = (await heard()).filter(({ event }) => event === "started");
      return found.length === 2 && found;
    });
    assert.deepEqual(started.map(({ run }) => run).sort(), runs);
  }
});

test("what is asked before the lab is open is done then", async (t) => {
  const { page, close } = await open(EXAMPLE);
  t.after(close);
  const { heard, ask } = await lab(page, { device: "cpu" });
  await ask("pause");
  await until(async () => Object.keys(states(await heard(), "paused")).length === 2);
});

test("nobody but the page around commands, and through one port", async (t) => {
  const { page, close } = await open(EXAMPLE);
  t.after(close);
  const { heard } = await lab(page, { device: "cpu" });
  await until(async () => (await heard()).some(({ event }) => event === "stats"));
  // A second port from the right page, and one from the frame itself.
  const offer = (frame) => {
    const { port1, port2 } = new MessageChannel();
    (frame ? document.querySelector("iframe").contentWindow : globalThis).postMessage("tightrope", "*", [port2]);
    port1.postMessage("pause");
  };
  await page.evaluate(offer, true);
  await page.frames().at(-1).evaluate(offer, false);
  const count = (await heard()).length;
  await page.waitForTimeout(1500);
  const later = await heard(count);
  assert.deepEqual(states(later, "paused"), {});
  assert.ok(later.some(({ event }) => event === "stats"));
});

test("a lab with settings that there are not says so in its frame", async (t) => {
  const { page, close } = await open(EXAMPLE);
  t.after(close);
  await lab(page, { device: "toaster" });
  await page.frameLocator("iframe").locator("#detail").filter({ hasText: "'toaster' is not a device" }).waitFor();
});
