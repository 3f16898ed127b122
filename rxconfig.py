"""How Reflex builds and serves the app; everything that varies comes from the settings."""

import reflex as rx

from chargesphere.settings import settings

_settings = settings()

# Without a public address people type either name of this machine.
_own = (
    {_settings.origin}
    if _settings.public_url
    else {f"http://{name}:{_settings.port}" for name in ("localhost", "127.0.0.1")}
)

config = rx.Config(
    app_name="chargesphere",
    api_url=f"http://localhost:{_settings.port}",
    deploy_url=_settings.origin,
    backend_host=_settings.host,
    redis_url=_settings.redis_url or None,
    cors_allowed_origins=[*sorted(_own), *_settings.cors_origins],
    telemetry_enabled=False,
    show_built_with_reflex=False,
    frontend_compression_formats=["gzip"],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
