// The page in a browser: served from a path of its own, watched for errors and for requests to anybody else.

import { chromium } from "playwright-core";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

/// The program for a desktop, whose numbers are the page's.
export const PROGRAM = process.env.TIGHTROPE ?? fileURLToPath(new URL("../../target/release/tightrope", import.meta.url));

/// The page as it was built.
export const DIST = fileURLToPath(new URL("../dist", import.meta.url));
const KINDS = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json" };
// Somewhere below the root, as on many a course's site.
const BASE = "/a/course/";

async function answer(dist, request, response) {
  const path = new URL(request.url, "http://localhost").pathname;
  try {
    if (!path.startsWith(BASE)) throw new Error("outside");
    const file = join(dist, normalize(path.slice(BASE.length) || "index.html"));
    const bytes = await readFile(file);
    response.setHeader("content-type", KINDS[extname(file)] ?? "application/octet-stream");
    response.end(bytes);
  } catch {
    response.statusCode = 404;
    response.end();
  }
}

const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];
// WebGL on the software rasteriser, for machines without a GPU.
const WITHOUT_WEBGPU = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"];
// WebGPU on its software adapter: correct, and slow.
const WITH_WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
  "--enable-features=Vulkan", "--use-vulkan=swiftshader", "--ignore-gpu-blocklist"];

/// Opens the page; `said` are its errors and warnings, `elsewhere` requests that left it, `stop` ends its server.
export async function open({ webgpu = false, query = "", size = { width: 1280, height: 860 }, touch = false, dist = DIST, before, begun = ready } = {}) {
  const server = createServer((request, response) => answer(dist, request, response)).listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    chromiumSandbox: false,
    args: [...QUIET, ...(webgpu ? WITH_WEBGPU : WITHOUT_WEBGPU)],
  });
  const context = await browser.newContext({ viewport: size, hasTouch: touch });
  // As in a browser that has none; Chrome would find no adapter, and complain.
  if (!webgpu) await context.addInitScript(() => Object.defineProperty(Navigator.prototype, "gpu", { value: undefined }));
  const page = await context.newPage();
  const said = [], elsewhere = [];
  page.on("console", (line) => {
    // egui draws what its fonts lack, arrows for one, by way of a canvas that Chrome would have set up otherwise.
    if (["error", "warning"].includes(line.type()) && !line.text().startsWith("Canvas2D: Multiple readback")) said.push(`${line.type()}: ${line.text()}`);
  });
  page.on("pageerror", (error) => said.push(`error: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith("blob:") && !url.startsWith("data:")) elsewhere.push(url);
  });
  await before?.(page);
  await page.goto(origin + BASE + query);
  await begun(page);
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  const close = async () => {
    await browser.close();
    stop();
  };
  return { page, said, elsewhere, stop, close };
}

/// Waits until the program is there, or something is said about it.
export function ready(page) {
  return page.waitForFunction(() => document.getElementById("cover").hidden || document.getElementById("loaded").hidden);
}

// Where the lab's memory is: in the page's worker or, without one, in the page.
const lab = (page) => page.workers()[0] ?? page;

/// A file of the lab's memory as text, or null.
export function file(page, name) {
  return lab(page).evaluate(async (name) => {
    const { readFile } = await import("./tightrope.js");
    const bytes = readFile(name);
    return bytes ? new TextDecoder().decode(bytes) : null;
  }, name);
}

/// The names in a folder of the lab's memory.
export function names(page, folder) {
  return lab(page).evaluate(async (folder) => (await import("./tightrope.js")).readFolder(folder), folder);
}

/// Waits until `look` finds something.
export async function until(look, seconds = 60) {
  const end = Date.now() + 1000 * seconds;
  while (Date.now() < end) {
    const found = await look();
    if (found) return found;
    await new Promise((later) => setTimeout(later, 200));
  }
  throw new Error(`nothing came in ${seconds} s`);
}

/// The values of a file of one JSON value a line; not one that is still being written.
export const lines = (text) => (text ?? "").split("\n").slice(0, -1).map((line) => JSON.parse(line));

/// The run folder of a method, once it is there.
export const run = (page, method) =>
  until(async () => (await names(page, "runs")).find((name) => name.includes(`-${method}-`)));

/// What a run of the page has recorded, from `count` lines on.
export async function stats(page, method, count) {
  const folder = await run(page, method);
  return until(async () => {
    const found = lines(await file(page, `runs/${folder}/stats.jsonl`));
    return found.length >= count && found;
  });
}
