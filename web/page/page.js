// Looks at what the browser can do, loads the program and shows it, or says in a sentence why it cannot.

import { keep, renew } from "./offline.js";
import { listen } from "./outside.js";
import { missing, offer } from "./preflight.js";

const [canvas, cover, message, detail, loaded] = ["window", "cover", "message", "detail", "loaded"].map((id) => document.getElementById(id));
// Another site's page shows this one without being asked for it: nothing of it is kept, and that page may tell its runs what to do.
const embedded = new URLSearchParams(location.search).get("embed") === "1";

function stop(sentence, why) {
  message.textContent = sentence;
  detail.textContent = why ?? "";
  loaded.hidden = true;
  cover.hidden = false;
}

// A response whose bytes are counted while they come.
async function fetchCounted(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  // Packed, its length is not that of what comes out.
  const total = response.headers.has("content-encoding") ? 0 : Number(response.headers.get("content-length"));
  let done = 0;
  const counted = response.body.pipeThrough(new TransformStream({
    transform(chunk, out) {
      done += chunk.byteLength;
      if (total) loaded.value = done / total;
      detail.textContent = `${(done / 1e6).toFixed(1)} MB`;
      out.enqueue(chunk);
    },
  }));
  return new Response(counted, { headers: { "content-type": "application/wasm" } });
}

function tell({ sentence, facts }) {
  document.getElementById("offer").textContent = sentence;
  document.querySelector("#facts ul").replaceChildren(...facts.map((fact) => Object.assign(document.createElement("li"), { textContent: fact })));
  document.getElementById("facts").hidden = false;
}

// What the program says itself is a sentence; anything else is a failure.
function failed(error) {
  if (typeof error === "string") stop("Tightrope cannot begin.", error);
  else stop("Tightrope has stopped because of an error. Reload the page to begin again.", String(error));
}

addEventListener("error", (event) => failed(event.error ?? event.message));
addEventListener("unhandledrejection", (event) => failed(event.reason));

// What the window says about runs that will not outlive the page.
const NOT_KEPT = {
  missing: "This browser keeps no files for pages here: runs are gone with this page, unless they are taken away.",
  elsewhere: "Tightrope is open in another tab, which keeps its runs in this browser: those of this tab are gone with it, unless they are taken away.",
};

// Starts the lab in a worker. Its first message says what is kept from before, or why it cannot work there.
function startLab(module) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    // What the lab says is kept for the window until that listens.
    const { port1: port, port2: theirs } = new MessageChannel();
    worker.onerror = (event) => {
      reject(event.message);
      port.onerror?.();
    };
    worker.onmessage = ({ data: { error, kept, why } }) => (error ? reject(error) : resolve({ port, kept, notice: NOT_KEPT[why] }));
    worker.postMessage({ module, keeps: !embedded, port: theirs }, [theirs]);
  });
}

detail.textContent = "";
const lacking = missing();
if (lacking) {
  stop(`This browser lacks ${lacking}. A recent Firefox, Chrome, Edge or Safari has it.`);
} else {
  let lab, openWindow, obey;
  try {
    if (!embedded) await renew();
    offer().then(tell, (why) => console.warn(why));
    const program = import("./tightrope.js");
    const module = await WebAssembly.compileStreaming(fetchCounted(new URL("tightrope_bg.wasm", import.meta.url)));
    // Without a worker, the page trains in turn with drawing.
    lab = await startLab(module).catch(() => ({ notice: NOT_KEPT.missing }));
    const { default: init } = ({ openWindow, obey } = await program);
    await init({ module_or_path: module });
  } catch (error) {
    stop("Tightrope could not be loaded. Check the connection and reload the page.", String(error));
  }
  if (openWindow) {
    try {
      // Before anything happens that it would want to hear of.
      if (embedded) listen(obey);
      await openWindow(canvas, location.search, lab.port, lab.kept, lab.notice);
      cover.hidden = true;
      // Keys are the window's at once, but for a page within a page.
      if (top === self) canvas.focus();
      if (!embedded) keep();
    } catch (error) {
      failed(error);
    }
  }
}
