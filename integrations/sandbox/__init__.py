"""Simulators of the outside systems, speaking their real wire formats over real HTTP.

``Sandbox`` runs them in this process, for tests; ``python -m integrations.sandbox``
runs them in one of their own, for the demo and for benchmarks. Nothing here needs Django.
"""

from integrations.sandbox.app import Sandbox

__all__ = ["Sandbox"]
