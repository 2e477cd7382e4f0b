// Keeps the page for use offline. Each build is kept whole by its own service worker (service.js); a newer one takes over
// before a page loads anything, never while one is open.

const worker = navigator.serviceWorker;

/// Lets a newer build that is already here take over, if no other page is open. Where it does, the page begins again.
export async function renew() {
  const waiting = worker?.controller && (await worker.getRegistration())?.waiting;
  if (!waiting) return;
  const changed = new Promise((resolve) => worker.addEventListener("controllerchange", resolve, { once: true }));
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data); });
  waiting.postMessage("take over", [port2]);
  if (!(await answer)) return;
  await changed;
  location.reload();
  // Nothing more is to happen in this one.
  await new Promise(() => {});
}

/// Keeps this build, and looks for a newer one. Only over https or from this machine do browsers allow it; without, the
/// page works all the same.
export function keep() {
  worker?.register(new URL("service.js", import.meta.url)).catch((why) => console.info(`not kept for use offline: ${why.message}`));
}
