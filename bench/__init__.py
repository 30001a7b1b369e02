"""``make bench``: how fast Hermes is, against targets and floors of the same run."""
