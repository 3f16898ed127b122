// Runs before everything else. React must find the address it was built for ("/"), whatever was
// opened, so the opened address is kept here and put back by the map's frame component. The back
// button between a station and the map is the map's business, not the router's. The page's own modules
// wait until pins stand (see chargesphere/screens/front.py).
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

  // The map says "pins" when it shows them, or cannot.
  var released = false;
  function stage(name) {
    if (name !== "pins" || released) return;
    released = true;
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
    else start();
  }
  function start() {
    document.querySelectorAll('link[rel="later"]').forEach(function (link) {
      link.rel = "modulepreload";
    });
    document.querySelectorAll('script[type="later"]').forEach(function (held) {
      var script = document.createElement("script");
      script.type = "module";
      script.textContent = held.textContent;
      document.body.append(script);
    });
  }
  setTimeout(stage, 1000, "pins"); // A map that does not come holds up nothing.
})();
