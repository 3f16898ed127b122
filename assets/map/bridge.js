// Messages between the map and the page around it: same origin only, every one marked as ours.

const SOURCE = "chargesphere";

/** `post(type, fields)` tells the page; `handlers[type](message)` hear it. */
export function connect(handlers) {
  const post = (type, fields = {}) => {
    if (window.parent === window) return;
    window.parent.postMessage({ source: SOURCE, type, ...fields }, window.location.origin);
  };
  window.addEventListener("message", ({ origin, source, data }) => {
    if (origin !== window.location.origin || source !== window.parent) return;
    if (data?.source !== SOURCE || !Object.hasOwn(handlers, data.type)) return;
    handlers[data.type](data);
  });
  return post;
}

/** Tells the page's first script how far the map is: what waits for it there may go on. */
export function stage(name) {
  try {
    window.parent.chargesphere?.stage?.(name);
  } catch {
    // A page of another origin: nothing waits there.
  }
}
