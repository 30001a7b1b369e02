"""Calls as the team sees them: the hosts' weeks, and what can be done with a call."""
