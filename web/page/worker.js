// The lab's thread: it trains here whatever the page does, hidden or not.

import init, { serveLab } from "./tightrope.js";
import { openStore } from "./store.js";

addEventListener("message", async ({ data: { module, keeps, port } }) => {
  try {
    const [{ store, why }] = await Promise.all([keeps ? openStore() : {}, init({ module_or_path: module })]);
    postMessage({ kept: await serveLab(port, store), why });
  } catch (error) {
    postMessage({ error: String(error) });
  }
}, { once: true });
