"""TutorCruncher (TC2), as its API, in both role versions, and its webhooks show it.

The API is at ``/tc2/api/``; the key is "sandbox-tc2-key" unless ``TC2_API_KEY`` names another,
and signs the webhooks too. They go to ``SANDBOX_TC2_WEBHOOK_URL``, or where the page says.
What people do in TC2, and how it is made to send, is under ``/_sandbox/tc2/``.
"""

SYSTEM = "tc2"
