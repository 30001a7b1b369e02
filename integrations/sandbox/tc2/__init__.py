"""TutorCruncher (TC2), as its API, in both role versions, and its webhooks show it."""

SYSTEM = "tc2"
