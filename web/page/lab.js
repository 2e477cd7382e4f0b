// A lab within a page of your own: see docs/BROWSER.md, and example.html beside this file.

const HELLO = "tightrope";

function query(settings) {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(settings)) {
    if (value === null || typeof value !== "object") parts.append(name, value);
    else if (Array.isArray(value)) parts.append(name, value.join());
    else for (const [key, one] of Object.entries(value)) parts.append(name, `${key}=${one}`);
  }
  return parts;
}

/**
 * Puts a lab into an element, where it begins to train.
 *
 * `settings` are what the page's address can say, as a link has it (`"?story=3"`) or as an object: `{ story: 3 }`. There a
 * list is joined with commas, and `set` is an object: `{ set: { "generator.lr": 1e-4 } }`.
 */
export function createLab(element, settings = {}) {
  const address = new URL("index.html", import.meta.url);
  address.search = typeof settings === "string" ? settings : query(settings);
  address.searchParams.set("embed", 1);
  const frame = document.createElement("iframe");
  frame.title = "Tightrope: sparse GANs in training";
  frame.allow = "clipboard-write; fullscreen";
  frame.style.cssText = "width: 100%; height: 100%; border: 0";

  const listeners = new Set();
  let port = null;
  // What was asked before there was anything to ask it of.
  let early = [];

  function hear({ data }) {
    const event = JSON.parse(data);
    for (const listener of [...listeners]) listener(event);
    if (early && event.event !== "trouble") {
      const asked = early;
      early = null;
      asked.forEach(ask);
    }
  }

  function ask(word) {
    if (early) early.push(word);
    else port.postMessage(word);
  }

  // The frame says that it listens; it takes one port.
  function greet(event) {
    if (event.source !== frame.contentWindow || event.origin !== address.origin || event.data !== HELLO) return;
    const { port1, port2 } = new MessageChannel();
    port = port1;
    port.onmessage = hear;
    frame.contentWindow.postMessage(HELLO, address.origin, [port2]);
  }

  addEventListener("message", greet);
  frame.src = address.href;
  element.append(frame);

  return {
    /** Trains on; once every run has come to its end, begins anew. */
    start: () => ask("start"),
    /** Holds every run after its present iteration. */
    pause: () => ask("pause"),
    /** One iteration of every run, which then waits. */
    step: () => ask("step"),
    /** Calls `listener` with everything the runs say; returns what ends that. */
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** Takes the lab out of the page. */
    destroy() {
      removeEventListener("message", greet);
      port?.close();
      listeners.clear();
      frame.remove();
    },
  };
}
