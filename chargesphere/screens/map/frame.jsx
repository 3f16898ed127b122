// The map's document in a same-origin frame, and the address bar that belongs to it.
//
// The frame is plain HTML and paints before this code runs. Here its messages become events, the
// screen's wishes become messages, and the history gets one entry for the map and one for an open
// station. `assets/boot.js` hands over the address that was opened and the browser's back button.

import { useContext, useEffect, useRef } from "react";
import { ColorModeContext } from "$/utils/context";

const STATION = /^\/station\/([a-z0-9-]{6,40})\/?$/;

// Here and not in the style sheet: the map may start before that has come, and must know its size.
const WHOLE = { position: "absolute", inset: 0, width: "100%", height: "100%" };

const EVERY_MS = 60_000;

function stationOf(path) {
  const match = STATION.exec(path);
  return match ? match[1] : "";
}

export function MapFrame({
  src,
  title,
  pageTitle,
  address,
  filters,
  selected,
  selectedLat,
  selectedLon,
  units,
  command,
  attribution,
  onOpen,
  onView,
  onSelect,
  onDeselect,
  onLocated,
  onLocateFailed,
  onTrouble,
  onBack,
  onMinute,
  ...rest
}) {
  const frame = useRef(null);
  const latest = useRef({});
  const { resolvedColorMode } = useContext(ColorModeContext);
  latest.current = { onView, onSelect, onDeselect, onLocated, onLocateFailed, onTrouble, onBack, onMinute, address, selected };

  const post = (type, fields) =>
    frame.current?.contentWindow?.postMessage({ source: "chargesphere", type, ...fields }, window.location.origin);

  // What the frame must know, told again whenever it says that it is ready.
  const facts = useRef({});
  facts.current = { filters, selected, selectedLat, selectedLon, units, attribution, theme: resolvedColorMode };

  useEffect(() => {
    const tellAll = () => {
      const now = facts.current;
      post("theme", { value: now.theme });
      post("units", { value: now.units });
      post("attribution", { html: now.attribution });
      // Before the state is there the frame knows the address better than we do.
      if (latest.current.address) post("filters", { query: now.filters });
      if (now.selected) post("select", { id: now.selected, lat: now.selectedLat, lon: now.selectedLon });
      window.dispatchEvent(new CustomEvent("chargesphere:measure"));
    };
    const hear = (event) => {
      if (event.origin !== window.location.origin || event.source !== frame.current?.contentWindow) return;
      const message = event.data;
      if (!message || message.source !== "chargesphere") return;
      const say = latest.current;
      if (message.type === "ready") tellAll();
      else if (message.type === "view") {
        const { lat, lon, zoom, west, south, east, north, total } = message;
        say.onView?.({ lat, lon, zoom, west, south, east, north, total });
      } else if (message.type === "select") say.onSelect?.(message.id);
      else if (message.type === "deselect") say.onDeselect?.();
      else if (message.type === "located") say.onLocated?.(message.lat, message.lon, message.accuracy_m);
      else if (message.type === "locate_failed") say.onLocateFailed?.(message.reason);
      // Filters that the server refused are the state's to mend; it says so itself.
      else if (message.type === "error" && message.what !== "filters") say.onTrouble?.("error");
      else if (message.type === "recovered") say.onTrouble?.("recovered");
    };
    const pad = (event) => post("padding", event.detail);
    window.addEventListener("message", hear);
    window.addEventListener("chargesphere:padding", pad);

    const opened = window.chargesphere?.opened ?? { path: window.location.pathname, search: window.location.search };
    if (window.chargesphere) {
      window.chargesphere.back = () => {
        const station = stationOf(window.location.pathname);
        latest.current.onBack?.(station);
      };
    }
    onOpen?.(stationOf(opened.path), opened.search);
    // The frame may have been ready long before this code was.
    post("hello", {});
    return () => {
      window.removeEventListener("message", hear);
      window.removeEventListener("chargesphere:padding", pad);
      if (window.chargesphere) window.chargesphere.back = null;
    };
  }, []);

  // Statuses age: what is on the screen is asked for again every minute that somebody looks at it.
  useEffect(() => {
    let last = Date.now();
    const look = () => {
      if (document.hidden || Date.now() - last < EVERY_MS) return;
      last = Date.now();
      post("refresh", {});
      latest.current.onMinute?.();
    };
    const timer = setInterval(look, EVERY_MS / 4);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);

  useEffect(() => post("theme", { value: resolvedColorMode }), [resolvedColorMode]);
  useEffect(() => post("units", { value: units }), [units]);
  useEffect(() => post("attribution", { html: attribution }), [attribution]);
  useEffect(() => {
    if (address) post("filters", { query: filters });
  }, [filters, address === ""]);
  useEffect(() => {
    if (!address) return; // Nothing is known yet; the frame reads the address by itself.
    if (selected) post("select", { id: selected, lat: selectedLat, lon: selectedLon });
    else post("deselect", {});
  }, [selected, selectedLat, selectedLon, address === ""]);
  useEffect(() => {
    if (command?.seq) post(command.kind, command);
  }, [command?.seq]);

  // The address bar: the map's entry is replaced, an opened station gets an entry of its own.
  useEffect(() => {
    if (!address) return;
    const here = stationOf(window.location.pathname);
    const state = window.history.state ?? {};
    if (selected) {
      const path = `/station/${selected}`;
      if (here === selected) return;
      if (here || state.chargesphere === "station") {
        window.history.replaceState({ ...state, chargesphere: "station" }, "", path);
      } else if (window.chargesphere?.opened?.station === selected) {
        window.history.replaceState(state, "", path);
      } else {
        window.history.replaceState(state, "", address);
        window.history.pushState({ ...state, chargesphere: "station" }, "", path);
      }
      if (window.chargesphere?.opened) window.chargesphere.opened.station = "";
    } else if (state.chargesphere === "station") {
      window.chargesphere.ignoreBack = address;
      window.history.back();
    } else if (window.location.pathname + window.location.search !== address) {
      window.history.replaceState(state, "", address);
    }
  }, [selected, address]);

  useEffect(() => {
    if (pageTitle) document.title = pageTitle;
  }, [pageTitle]);

  return (
    <iframe {...rest} ref={frame} src={src} title={title} className="map-frame" style={WHOLE} allow="geolocation" />
  );
}
