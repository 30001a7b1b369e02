"""The page: static files, and no script or style but its own."""

from functools import cache
from pathlib import Path

from integrations.sandbox.routing import Request, Response, json_response

_FOLDER = Path(__file__).parent / "page"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@cache
def _files() -> dict[str, Path]:
    files = {f"/page/{file.name}": file for file in _FOLDER.iterdir() if file.suffix in _TYPES}
    return files | {"/": _FOLDER / "index.html"}


def answer_page(request: Request) -> Response:
    """A file of the page; 404 for everything else."""
    file = _files().get(request.path)
    if file is None:
        return json_response({"success": False, "error": "Not found"}, 404)
    if request.method not in ("GET", "HEAD"):
        return json_response({"success": False, "error": "Method not allowed"}, 405)
    return Response(200, file.read_bytes(), dict(_HEADERS), _TYPES[file.suffix])
