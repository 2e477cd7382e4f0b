// The page without its server, and with a newer one.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { DIST, open, ready, stats, until } from "./page.mjs";

/// Waits until the page is kept.
const kept = (page) => page.waitForFunction(() => navigator.serviceWorker.controller);

/// Waits until a newer build lies ready, or has been refused.
const fetched = (page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration.update().catch(() => null);
    const coming = registration.installing;
    if (coming) await new Promise((resolve) => { coming.onstatechange = () => resolve(); });
    return registration.waiting !== null;
  });

/// Which build the page is of, by a mark in its style and one in its script.
const build = (page) =>
  page.evaluate(() => [getComputedStyle(document.documentElement).getPropertyValue("--build"), globalThis.build ?? ""]).catch(() => null);

const caches = (page) => page.evaluate(() => globalThis.caches.keys());

const digest = (bytes) => `sha256-${createHash("sha256").update(bytes).digest("base64")}`;

/// A page of its own to be served, which other builds may replace.
async function copy(t) {
  const dist = await mkdtemp(join(tmpdir(), "tightrope-"));
  t.after(() => rm(dist, { recursive: true }));
  await cp(DIST, dist, { recursive: true });
  return dist;
}

/// Puts another build there; `torn` is one that a server has only in part.
async function rebuild(dist, number, torn = false) {
  await appendFile(join(dist, "page.css"), `:root { --build: ${number}; }\n`);
  await appendFile(join(dist, "page.js"), `globalThis.build = "${number}";\n`);
  const path = join(dist, "service.js");
  const text = await readFile(path, "utf8");
  const [, files, rest] = text.match(/^const FILES = (\{[^}]*\});\nconst BUILD = "[^"]*";\n([^]*)$/);
  const digests = JSON.parse(files);
  for (const name of ["page.css", "page.js"]) digests[name] = digest(await readFile(join(dist, name)));
  if (torn) digests["page.js"] = digest("what is still to come");
  const sealed = JSON.stringify(digests, null, 2);
  await writeFile(path, `const FILES = ${sealed};\nconst BUILD = "${digest(sealed)}";\n${rest}`);
}

test("after the first visit the page needs no server", async (t) => {
  const { page, said, stop, close } = await open({ query: "?device=cpu" });
  t.after(close);
  await kept(page);
  stop();
  for (const address of ["./", "index.html?device=cpu", "?story=3&device=cpu"]) {
    await page.goto(new URL(address, page.url()).href);
    await ready(page);
    assert.ok(await page.isHidden("#cover"), await page.textContent("#cover"));
  }
  // The third story trains two SDST runs.
  await stats(page, "sdst_rigl", 2);
  assert.deepEqual(said, []);
});

test("another build takes the place of the first as a whole, when no page is open", async (t) => {
  const dist = await copy(t);
  const { page, close } = await open({ dist, query: "?device=cpu" });
  t.after(close);
  await kept(page);
  const [first] = await caches(page);

  await rebuild(dist, 2);
  assert.ok(await fetched(page), "the second build lies ready");
  const other = await page.context().newPage();
  await other.goto(page.url());
  await ready(other);
  // With two pages open, neither changes under the other.
  assert.deepEqual(await build(other), ["", ""]);
  await page.close();
  // A browser may put the change off to a later visit; what it shows is of one build all the while.
  await until(async () => {
    await other.reload();
    await other.waitForFunction(() => document.getElementById("cover").hidden);
    const found = await build(other);
    if (found) assert.equal(found[0], found[1]);
    return found?.[0] === "2";
  });
  const left = await caches(other);
  assert.equal(left.length, 1);
  assert.notEqual(left[0], first);
});

test("a build that is there only in part is not taken", async (t) => {
  const dist = await copy(t);
  const { page, close } = await open({ dist, query: "?device=cpu" });
  t.after(close);
  await kept(page);
  await rebuild(dist, 2, true);
  assert.equal(await fetched(page), false);
  await page.reload();
  await ready(page);
  assert.deepEqual(await build(page), ["", ""]);
  assert.ok(await page.isHidden("#cover"));
});

test("within a page of somebody else's nothing is kept", async (t) => {
  const { page, close } = await open({ query: "?device=cpu&embed=1" });
  t.after(close);
  await stats(page, "adapt_relax", 1);
  assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0);
  assert.deepEqual(await caches(page), []);
});
