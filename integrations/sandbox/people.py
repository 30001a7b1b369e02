"""The staff, who are the same people in every simulated system."""

_STAFF = ("Anna Whitlock", "Ben Adeyemi", "Carla Mendes", "Dev Sharma")


def founders() -> list[tuple[str, str]]:
    """Name and e-mail address of those who are there from the start."""
    return [(name, f"{name.split()[0].lower()}@larkfield.example") for name in _STAFF]
