"""``python -m integrations.sandbox``."""

from integrations.sandbox.command import main

main()
