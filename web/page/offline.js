// Keeps the page for use offline. Each build is kept whole by its own service worker (service.js); a newer one takes over
// before a page loads anything, never while another is open.

const worker = navigator.serviceWorker;
/// How long a page waits for a newer build to take over, in milliseconds: a browser may put it off.
const PATIENCE = 1500;

/// Lets a newer build that is already here take over, if no other page is open. Where it does, the page begins again;
/// where that takes too long, it may do so until `keep`.
export async function renew() {
  const waiting = worker?.controller && (await worker.getRegistration())?.waiting;
  if (!waiting) return;
  worker.addEventListener("controllerchange", begin);
  const { port1, port2 } = new MessageChannel();
  const goesOn = new Promise((resolve) => {
    port1.onmessage = ({ data: takesOver }) => takesOver || resolve();
    setTimeout(resolve, PATIENCE);
  });
  waiting.postMessage("take over", [port2]);
  await goesOn;
}

function begin() {
  location.reload();
}

/// Keeps this build, and looks for a newer one. Only over https or from this machine do browsers allow it; without, the
/// page works all the same.
export function keep() {
  worker?.removeEventListener("controllerchange", begin);
  worker?.register(new URL("service.js", import.meta.url)).catch((why) => console.info(`not kept for use offline: ${why.message}`));
}
