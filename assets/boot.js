// Runs before everything else. React must find the address it was built for ("/"), whatever was
// opened, so the opened address is kept here and put back by the map's frame component. The back
// button between a station and the map is the map's business, not the router's. The page's own modules
// wait until the map has what it needs (see chargesphere/screens/front.py).
(function () {
  "use strict";
  var match = /^\/station\/([a-z0-9-]{6,40})\/?$/.exec(location.pathname);
  window.chargesphere = {
    opened: { path: location.pathname, search: location.search, station: match ? match[1] : "" },
    back: null,
    sheet: null,
    ignoreBack: "",
    stage: stage,
  };
  if (match) {
    var query = new URLSearchParams(location.search);
    query.set("station", match[1]);
    history.replaceState(history.state, "", "/?" + query.toString());
  }
  window.addEventListener("popstate", function (event) {
    var own = window.chargesphere;
    if (!own.back || !/^\/($|station\/)/.test(location.pathname)) return;
    event.stopImmediatePropagation();
    if (own.ignoreBack) {
      history.replaceState(history.state, "", own.ignoreBack);
      own.ignoreBack = "";
      return;
    }
    if (own.sheet && own.sheet()) return;
    own.back();
  });

  // The map says "asked" when its files are here and its request is on the way, and "pins" when it
  // shows them. The page's modules are fetched at the first and run at the second.
  var fetched = false;
  var started = false;
  function stage(name) {
    if (!fetched) {
      fetched = true;
      document.querySelectorAll('link[rel="later"]').forEach(function (link) {
        link.rel = "modulepreload";
      });
    }
    if (name !== "pins" || started) return;
    started = true;
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
    else start();
  }
  function start() {
    document.querySelectorAll('script[type="later"]').forEach(function (held) {
      var script = document.createElement("script");
      script.type = "module";
      script.textContent = held.textContent;
      document.body.append(script);
    });
  }
  setTimeout(stage, 1000, "pins"); // A map that does not come holds up nothing.
})();
