"""The documentation as one plain page of our own, made from the OpenAPI: no script, no CDN."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_STYLE = """
:root{color-scheme:light dark;font:16px/1.55 system-ui,sans-serif}
body{max-width:56rem;margin:0 auto;padding:2rem 1.25rem 5rem}
h1{margin:0 0 .25rem}h2{margin:3rem 0 .25rem;font-size:1.15rem}
code{font:.9em ui-monospace,monospace}
.verb{background:#0a7d55;color:#fff;border-radius:.35rem;padding:.15rem .5rem;margin-right:.5rem}
table{border-collapse:collapse;width:100%;margin:.75rem 0}
th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-top:1px solid #8885}
th{font-weight:600}a{color:inherit}
"""
POLICY = (
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; style-src "
    f"'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
)
"""The page's content security policy: its own style and nothing else."""


def docs_page(schema: Mapping[str, Any]) -> str:
    """The whole page."""
    info = schema["info"]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(info['title'])}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])}</h1><p>{_text(info['description'])}</p>"
        '<p>Machine-readable: <a href="/api/v1/openapi.json"><code>/api/v1/openapi.json</code></a>'
        "</p>" + "".join(_operations(schema)) + "</body></html>"
    )


def _operations(schema: Mapping[str, Any]) -> Iterator[str]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield (
                f'<h2 id="{escape(operation["operationId"])}"><code><span class="verb">'
                f"{method.upper()}</span>{escape(path)}</code></h2>"
                f"<p>{_text(operation.get('summary', ''))}. "
                f"{_text(operation.get('description', ''))}</p>"
                + _parameters(operation.get("parameters", []))
                + _responses(operation["responses"])
            )


def _parameters(parameters: list[Mapping[str, Any]]) -> str:
    if not parameters:
        return ""
    rows = "".join(
        f"<tr><td><code>{escape(p['name'])}</code>{' (needed)' if p.get('required') else ''}</td>"
        f"<td>{_text(p.get('description', ''))}</td><td>{_limits(p.get('schema', {}))}</td></tr>"
        for p in parameters
    )
    return (
        "<table><thead><tr><th>Parameter</th><th>Meaning</th><th>Values</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _limits(schema: Mapping[str, Any]) -> str:
    words = [str(schema.get("type", ""))]
    if "enum" in schema:
        words = [", ".join(schema["enum"])]
    elif str(schema.get("pattern", "")).startswith("^(") and "|" in schema["pattern"]:
        words = [schema["pattern"][2 : schema["pattern"].index(")")].replace("|", ", ")]
    for name in ("minimum", "exclusiveMinimum", "maximum", "maxLength", "default"):
        if name in schema:
            words.append(f"{name} {schema[name]}")
    return escape("; ".join(words))


def _responses(responses: Mapping[str, Mapping[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(status)}</code></td><td>{_text(said['description'])}</td></tr>"
        for status, said in responses.items()
    )
    return (
        f"<table><thead><tr><th>Answer</th><th>When</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _text(text: str) -> str:
    parts = escape(text).split("`")
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))
