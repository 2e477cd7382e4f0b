// The page around this one, where there is one: it may offer one port, through which it tells the runs what to do and hears
// what they say (lab.js).

const HELLO = "tightrope";

/// Calls `take` with the port that the page around offers.
export function listen(take) {
  if (parent === window) return;
  addEventListener("message", function hear(event) {
    if (event.source !== parent || event.data !== HELLO || event.ports.length !== 1) return;
    removeEventListener("message", hear);
    take(event.ports[0]);
  });
  // Whoever it is may know that a Tightrope is here.
  parent.postMessage(HELLO, "*");
}
