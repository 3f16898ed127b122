// Runs before everything else. React must find the address it was built for ("/"), whatever was
// opened, so the opened address is kept here and put back by the map's frame component. The back
// button between a station and the map is the map's business, not the router's.
(function () {
  "use strict";
  var match = /^\/station\/([a-z0-9-]{6,40})\/?$/.exec(location.pathname);
  window.chargesphere = {
    opened: { path: location.pathname, search: location.search, station: match ? match[1] : "" },
    back: null,
    sheet: null,
    ignoreBack: "",
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
})();
