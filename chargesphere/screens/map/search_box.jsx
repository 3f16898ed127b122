// The search field: a combobox that answers while one types. What it shows is always the answer
// to what stands in the field; an older answer is only ever shown as "searching".

import { useEffect, useId, useRef, useState } from "react";

const ICON = {
  station: "M13 2 4 14h7l-1 8 9-12h-7z",
  place: "M12 21s-7-6.1-7-11a7 7 0 0 1 14 0c0 4.9-7 11-7 11zm0-8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  recent: "M12 7v5l3 2m6-2a9 9 0 1 1-9-9 9 9 0 0 1 9 9z",
};

function Icon({ path, size = 20 }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

export function SearchBox({ hits, recents, answered, face, placeholder, onType, onTake, onForget, children, ...rest }) {
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [marked, setMarked] = useState(-1);
  const box = useRef(null);
  const input = useRef(null);
  const timer = useRef(0);
  const id = useId();

  const query = text.trim();
  const asking = query.length >= 2;
  const current = asking && answered === query;
  const shown = asking ? (current ? hits : []) : recents;
  const visible = open && (asking || recents.length > 0);

  const type = (value) => {
    setText(value);
    setOpen(true);
    setMarked(-1);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onType?.(value.trim()), 90);
  };
  const take = (index) => {
    const hit = shown[index];
    if (!hit) return;
    onTake?.(index, !asking);
    setText(hit.name);
    setOpen(false);
    setMarked(-1);
    input.current?.blur();
  };
  const key = (event) => {
    if (event.key === "Escape") {
      if (visible) setOpen(false);
      else type("");
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (shown.length) setMarked((marked + step + shown.length + (marked < 0 && step < 0 ? 1 : 0)) % shown.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      take(Math.max(0, marked));
    }
  };

  useEffect(() => {
    const outside = (event) => {
      if (!box.current?.contains(event.target)) setOpen(false);
    };
    // A click into the map's frame never reaches this document, but takes the focus away.
    const away = () => setTimeout(() => document.activeElement?.tagName === "IFRAME" && setOpen(false), 0);
    const slash = (event) => {
      if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? "")) {
        event.preventDefault();
        input.current?.focus();
      }
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("keydown", slash);
    window.addEventListener("blur", away);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("keydown", slash);
      window.removeEventListener("blur", away);
    };
  }, []);

  return (
    <div {...rest} ref={box}>
      <div className="search" role="search">
        <Icon path="M21 21l-4.3-4.3M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14z" />
        <input
          ref={input}
          className="search__input"
          type="search"
          value={text}
          placeholder={placeholder}
          aria-label="Search for a place, address, station or plug number"
          role="combobox"
          aria-expanded={visible}
          aria-controls={`${id}-list`}
          aria-activedescendant={marked >= 0 ? `${id}-${marked}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          autoCorrect="off"
          spellCheck={false}
          enterKeyHint="search"
          onChange={(event) => type(event.target.value)}
          onFocus={() => setOpen(true)}
          onKeyDown={key}
        />
        {text && (
          <button type="button" className="search__clear" aria-label="Clear the search" onClick={() => { type(""); input.current?.focus(); }}>
            <Icon path="M18 6 6 18M6 6l12 12" size={18} />
          </button>
        )}
        {children}
      </div>
      {visible && (
        <div className="suggestions">
          <ul id={`${id}-list`} role="listbox" aria-label="Suggestions">
            {shown.map((hit, index) => (
              <li
                key={hit.kind + hit.id}
                id={`${id}-${index}`}
                role="option"
                aria-selected={index === marked}
                className="suggestion"
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => take(index)}
              >
                <Icon path={asking ? ICON[hit.kind] : ICON.recent} />
                <span className="suggestion__text">
                  <span className="suggestion__name">{hit.name}</span>
                  <span className="suggestion__detail">{hit.detail}</span>
                </span>
                <span className="row__distance">{hit.distance}</span>
              </li>
            ))}
          </ul>
          {asking && !current && <p className="suggestions__note" role="status">Searching…</p>}
          {current && face === "empty" && (
            <p className="suggestions__note" role="status">Nothing found for “{query}”. Try a city, a street or the number on the plug.</p>
          )}
          {current && face === "error" && (
            <p className="suggestions__note" role="alert">The search did not answer. Type on to try again.</p>
          )}
          {!asking && recents.length > 0 && (
            <button type="button" className="button button--quiet" onClick={() => onForget?.()}>Clear recent searches</button>
          )}
        </div>
      )}
    </div>
  );
}
