// A button that shares through the device where it can, and copies where it cannot.

import { useEffect, useState } from "react";

export function CopyButton({ text, path, done, share, onDone, children, ...rest }) {
  const [told, setTold] = useState(false);
  useEffect(() => {
    if (!told) return undefined;
    const timer = setTimeout(() => setTold(false), 2000);
    return () => clearTimeout(timer);
  }, [told]);
  const act = async () => {
    const value = path ? window.location.origin + path : text;
    try {
      if (share && navigator.share) await navigator.share({ title: document.title, url: value });
      else {
        await navigator.clipboard.writeText(value);
        setTold(true);
      }
    } catch {
      // The driver closed the share dialog, or the browser forbids copying: nothing happened.
    }
  };
  return (
    <button type="button" {...rest} onClick={act}>
      {children}
      <span aria-live="polite">{told ? done : null}</span>
    </button>
  );
}
