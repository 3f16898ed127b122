"""The look in one place: every colour, size and time that a screen may use.

``stylesheet()`` writes them as CSS custom properties, once for the app and once for the map's
own document, so that both always agree. A screen names a token and never a colour.
"""

LIGHT = {
    "paper": "#ffffff",
    "surface": "#f4f6f9",
    "ink": "#0e1726",
    "muted": "#5b6678",
    "line": "#e3e8ef",
    "accent": "#2f5bff",
    "accent-ink": "#ffffff",
    "accent-soft": "#eef2ff",
    "accent-text": "#2449d8",
    "free": "#009e73",
    "some": "#e69f00",
    "busy": "#d55e00",
    "broken": "#7a8699",
    "unknown": "#a6b0bf",
    "free-text": "#00704f",
    "some-text": "#8a5a00",
    "busy-text": "#a84400",
    "broken-text": "#566070",
    "unknown-text": "#5b6678",
    "land": "#eef1ec",
    "water": "#cfe0ee",
    "park": "#dce9d5",
    "border": "#c9d0cb",
    "shadow": "14 23 38",
    "shadow-card": "0 1px 2px rgb(14 23 38 / 6%), 0 8px 28px rgb(14 23 38 / 12%)",
    "scrim": "rgb(14 23 38 / 32%)",
}

DARK = {
    "paper": "#141b26",
    "surface": "#0b1018",
    "ink": "#eef2f8",
    "muted": "#9aa7ba",
    "line": "#243042",
    "accent": "#7c9bff",
    "accent-ink": "#0b1018",
    "accent-soft": "#1b2740",
    "accent-text": "#a9bdff",
    "free": "#00b383",
    "some": "#f0b429",
    "busy": "#f0782d",
    "broken": "#8b97aa",
    "unknown": "#768296",
    "free-text": "#3fd1a5",
    "some-text": "#f4c65c",
    "busy-text": "#ff9d63",
    "broken-text": "#aab5c6",
    "unknown-text": "#9aa7ba",
    "land": "#111823",
    "water": "#0a1422",
    "park": "#12211c",
    "border": "#2a3648",
    "shadow": "0 0 0",
    "shadow-card": "0 1px 2px rgb(0 0 0 / 40%), 0 8px 28px rgb(0 0 0 / 45%)",
    "scrim": "rgb(0 0 0 / 50%)",
}

SCALE = {
    "font-sans": "'Inter Variable', Inter, system-ui, -apple-system, 'Segoe UI', sans-serif",
    "text-xs": "0.78125rem",
    "text-sm": "0.875rem",
    "text-md": "0.9375rem",
    "text-lg": "1.1875rem",
    "text-xl": "1.375rem",
    "text-hero": "4rem",
    "weight-normal": "400",
    "weight-strong": "650",
    "weight-heavy": "750",
    "space-1": "4px",
    "space-2": "8px",
    "space-3": "12px",
    "space-4": "16px",
    "space-5": "20px",
    "space-6": "24px",
    "space-8": "32px",
    "radius-chip": "9px",
    "radius-control": "14px",
    "radius-card": "20px",
    "radius-sheet": "24px",
    "radius-full": "999px",
    "touch": "44px",
    "panel-width": "404px",
    "edge": "16px",
    "ease": "cubic-bezier(0.2, 0.7, 0.2, 1)",
    "quick": "150ms",
    "calm": "250ms",
}

PHONE_MAX_PX = 767
"""Up to this width the panel is a bottom sheet."""


def _block(selector: str, values: dict[str, str], scheme: str) -> str:
    lines = "".join(f"  --{name}: {value};\n" for name, value in values.items())
    return f"{selector} {{\n{lines}  color-scheme: {scheme};\n}}\n"


def stylesheet() -> str:
    """All tokens as CSS: light on the root, dark under ``.dark`` or ``[data-theme=dark]``."""
    return (
        "/* Generated from chargesphere/screens/design.py. */\n"
        + _block(":root", {**SCALE, **LIGHT}, "light")
        + _block('.dark, [data-theme="dark"]', DARK, "dark")
    )
