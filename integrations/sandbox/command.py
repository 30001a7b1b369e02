"""The sandbox in a process of its own."""

import argparse
import os
import signal
import threading
from collections.abc import Sequence

from integrations.sandbox.app import Sandbox
from integrations.sandbox.pipedrive.budget import PLANS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Those of ``python -m integrations.sandbox`` and of ``manage.py sandbox``."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--port", type=int, default=int(os.environ.get("SANDBOX_PORT") or 8001), help="0: any"
    )
    parser.add_argument("--data", default=None, help="folder to keep the records in")
    parser.add_argument("--record", default=None, help="file that gets every call")
    parser.add_argument("--plan", choices=["unlimited", *PLANS], default="premium")


def serve(options: argparse.Namespace) -> None:
    """Run until interrupted or terminated."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    sandbox = Sandbox(
        options.data, options.record, options.port, host=options.host, plan=options.plan
    )
    with sandbox:
        print(f"Sandbox at {sandbox.url}", flush=True)
        stop.wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point."""
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    add_arguments(parser)
    serve(parser.parse_args(arguments))
