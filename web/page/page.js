// Looks at what the browser can do, loads the program and shows it, or says in a sentence why it cannot.

const [cover, message, detail, loaded] = ["cover", "message", "detail", "loaded"].map((id) => document.getElementById(id));

function stop(sentence, why) {
  message.textContent = sentence;
  detail.textContent = why ?? "";
  loaded.hidden = true;
  cover.hidden = false;
}

// The smallest module that needs SIMD: a function that makes a vector and drops it.
const SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

function missing() {
  if (typeof WebAssembly !== "object") return "WebAssembly, which Tightrope is made of";
  if (!WebAssembly.validate(SIMD)) return "vector instructions in WebAssembly, with which Tightrope computes";
  if (!document.createElement("canvas").getContext("webgl2")) return "WebGL 2, with which Tightrope draws";
  return null;
}

// The program's bytes, counted while they come; as a response, so that they are compiled meanwhile.
async function program(url) {
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

// What the program says itself is a sentence; anything else is a failure.
function failed(error) {
  if (typeof error === "string") stop("Tightrope cannot begin.", error);
  else stop("Tightrope has stopped because of an error. Reload the page to begin again.", String(error));
}

addEventListener("error", (event) => failed(event.error ?? event.message));
addEventListener("unhandledrejection", (event) => failed(event.reason));

const lacking = missing();
if (lacking) {
  stop(`This browser lacks ${lacking}. A recent Firefox, Chrome, Edge or Safari has it.`);
} else {
  try {
    const { default: init } = await import("./tightrope.js");
    const response = program(new URL("tightrope_bg.wasm", import.meta.url));
    // It takes the cover away when the window is open.
    await init({ module_or_path: response });
  } catch (error) {
    stop("Tightrope could not be loaded. Check the connection and reload the page.", String(error));
  }
}
