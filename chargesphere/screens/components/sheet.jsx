// The panel: a card beside the map on a desktop, a bottom sheet with three stops on a phone.
//
// The stop is the driver's: dragging, the grip's keys and the screen's own wishes (`stop` with a
// new `stopSeq`) move it. The map is told how much of it the panel covers. A list raised to the top
// is a step of its own for the back button; `raisable` says that the list is what is shown.

import { useEffect, useRef, useState } from "react";

const STOPS = ["peek", "half", "full"];
const PHONE = "(max-width: 767px)";

function visibleHeight(panel) {
  const top = panel.getBoundingClientRect().top;
  return Math.max(0, window.innerHeight - top);
}

export function Sheet({ stop, stopSeq, label, raisable, onStop, onEscape, children, header, footer, bodyKey, ...rest }) {
  const panel = useRef(null);
  const body = useRef(null);
  const [at, setAt] = useState(stop);
  const atRef = useRef(at);
  atRef.current = at;

  const raisableRef = useRef(raisable);
  raisableRef.current = raisable;

  const settle = (next) => {
    const raised = window.history.state?.chargesphere === "sheet";
    if (next === "full" && !raised && raisable && window.matchMedia(PHONE).matches) {
      window.history.pushState({ ...window.history.state, chargesphere: "sheet" }, "", window.location.href);
    } else if (next !== "full" && raised && window.chargesphere) {
      window.chargesphere.ignoreBack = window.location.pathname + window.location.search;
      window.history.back();
    }
    setAt(next);
    onStop?.(next);
  };

  useEffect(() => setAt(stop), [stop, stopSeq]);

  const measure = () => {
    const element = panel.current;
    if (!element) return;
    const phone = window.matchMedia(PHONE).matches;
    // Raised beyond the middle, the sheet is for reading: the map, and so the list, stay as they are.
    const covered = phone ? Math.min(visibleHeight(element), element.offsetHeight * 0.54) : 0;
    const hidden = phone ? Math.max(0, element.offsetHeight - visibleHeight(element)) : 0;
    element.style.setProperty("--sheet-hidden", `${hidden}px`);
    const detail = phone
      ? { left: 0, top: 120, bottom: covered }
      : { left: element.offsetWidth + 32, top: 120, bottom: 0 };
    window.dispatchEvent(new CustomEvent("chargesphere:padding", { detail }));
  };

  useEffect(() => {
    const after = () => measure();
    const element = panel.current;
    element.addEventListener("transitionend", after);
    window.addEventListener("resize", after);
    window.addEventListener("chargesphere:measure", after);
    return () => {
      element.removeEventListener("transitionend", after);
      window.removeEventListener("resize", after);
      window.removeEventListener("chargesphere:measure", after);
    };
  }, []);
  useEffect(() => {
    const timer = setTimeout(measure, 300);
    return () => clearTimeout(timer);
  }, [at, bodyKey]);
  useEffect(() => {
    if (!window.chargesphere) return undefined;
    // True when the step back was the sheet's own.
    window.chargesphere.sheet = () => {
      const lowers = raisableRef.current && atRef.current === "full" && window.history.state?.chargesphere !== "sheet";
      if (lowers) {
        setAt("half");
        onStop?.("half");
      }
      return lowers;
    };
    return () => {
      window.chargesphere.sheet = null;
    };
  }, []);
  useEffect(() => {
    const escape = (event) => {
      if (event.key === "Escape" && !/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName ?? "")) onEscape?.();
    };
    document.addEventListener("keydown", escape);
    return () => document.removeEventListener("keydown", escape);
  }, []);
  const first = useRef(true);
  useEffect(() => {
    // Whoever works by keyboard or ear goes on reading where the panel changed.
    if (!first.current) body.current?.focus({ preventScroll: true });
    first.current = false;
    if (body.current) body.current.scrollTop = 0;
  }, [bodyKey]);

  const grab = (down) => {
    if (!window.matchMedia(PHONE).matches || (down.pointerType === "mouse" && down.button !== 0)) return;
    if (down.target.closest("a, button:not(.panel__grip), input, select")) return;
    const element = panel.current;
    const offset = element.getBoundingClientRect().top - (window.innerHeight - element.offsetHeight);
    const from = down.clientY;
    let last = from;
    let lastTime = down.timeStamp;
    let speed = 0;
    let moved = false;
    const move = (event) => {
      const delta = event.clientY - from;
      if (!moved && Math.abs(delta) < 4) return;
      moved = true;
      element.setAttribute("data-dragging", "");
      speed = (event.clientY - last) / Math.max(1, event.timeStamp - lastTime);
      last = event.clientY;
      lastTime = event.timeStamp;
      const next = Math.max(0, Math.min(element.offsetHeight - 96, offset + delta));
      element.style.setProperty("--sheet-offset", `${next}px`);
    };
    const drop = () => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", drop);
      window.removeEventListener("pointercancel", drop);
      const shown = visibleHeight(element) / window.innerHeight;
      element.removeAttribute("data-dragging");
      element.style.removeProperty("--sheet-offset");
      if (!moved) return;
      let next = shown > 0.7 ? "full" : shown > 0.3 ? "half" : "peek";
      const index = STOPS.indexOf(atRef.current);
      if (speed < -0.5) next = STOPS[Math.min(2, Math.max(index + 1, STOPS.indexOf(next)))];
      if (speed > 0.5) next = STOPS[Math.max(0, Math.min(index - 1, STOPS.indexOf(next)))];
      settle(next);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", drop);
    window.addEventListener("pointercancel", drop);
  };

  const step = (event) => {
    const index = STOPS.indexOf(at);
    if (event.key === "ArrowUp") settle(STOPS[Math.min(2, index + 1)]);
    else if (event.key === "ArrowDown") settle(STOPS[Math.max(0, index - 1)]);
    else return;
    event.preventDefault();
  };

  return (
    <aside {...rest} ref={panel} className="panel" data-stop={at} aria-label={label}>
      <div onPointerDown={grab}>
        <button
          type="button"
          className="panel__grip"
          aria-label={at === "full" ? "Make the panel smaller" : "Make the panel larger"}
          aria-expanded={at !== "peek"}
          onClick={() => settle(at === "full" ? "half" : at === "half" ? "full" : "half")}
          onKeyDown={step}
        />
        {header}
      </div>
      <div className="panel__body" ref={body} tabIndex={-1}>
        {children}
      </div>
      {footer}
    </aside>
  );
}
