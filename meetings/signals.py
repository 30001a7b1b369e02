"""What booking tells whoever listens. Sent inside the transaction."""

from django.dispatch import Signal

#: record, topic, message: something that a person has to see to.
for_staff = Signal()
