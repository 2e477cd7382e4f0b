// Answers the page's requests from a copy of one build. `cargo web build` puts before this: FILES, the names of all its
// files with their digests, and BUILD, the digest of those.

const HERE = new URL("./", location);
// Several pages of one origin share its caches.
const OURS = `tightrope ${HERE.pathname} `;
const CACHE = OURS + BUILD;

// All of one build, or none: whatever the server has meanwhile replaced fails its digest.
async function take() {
  const cache = await caches.open(CACHE);
  await Promise.all(Object.entries(FILES).map(async ([name, integrity]) => {
    const response = await fetch(new URL(name, HERE), { cache: "no-cache", integrity });
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    // What a server has redirected may not answer for a page.
    await cache.put(name, response.redirected ? new Response(response.body, response) : response);
  }));
}

async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OURS) && name !== CACHE).map((name) => caches.delete(name)));
}

async function answer(name, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(name)) ?? fetch(request);
}

addEventListener("install", (event) => event.waitUntil(take()));
// The page of the first visit is taken on too: while it is open, a newer build waits.
addEventListener("activate", (event) => event.waitUntil(dropOthers().then(() => clients.claim())));

addEventListener("fetch", (event) => {
  const { href, pathname } = new URL(event.request.url);
  const name = pathname.slice(HERE.pathname.length) || "index.html";
  if (event.request.method === "GET" && href.startsWith(HERE) && Object.hasOwn(FILES, name)) {
    event.respondWith(answer(name, event.request));
  }
});

const hasOthers = async (asker) => {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  return pages.some((page) => page.id !== asker.id && page.url.startsWith(HERE));
};

// A page that is about to begin asks; others that are open would find files of this build among those of theirs.
addEventListener("message", (event) => {
  const { source, ports: [port] } = event;
  const decide = async () => {
    let others = await hasOthers(source);
    // One that has just been left is still there for a moment.
    for (let again = 0; others && again < 10; again += 1) {
      await new Promise((later) => setTimeout(later, 100));
      others = await hasOthers(source);
    }
    port.postMessage(!others);
    if (!others) await skipWaiting();
  };
  event.waitUntil(decide());
});
