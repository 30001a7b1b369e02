"""What the domain tells whoever listens. Sent inside the transaction."""

from django.dispatch import Signal

#: merge, winner, losers
records_merged = Signal()

#: merge, winner, losers: the losers live again.
merge_undone = Signal()
