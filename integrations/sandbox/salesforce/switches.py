"""How this org behaves where real ones differ, or where trouble is wanted."""

from dataclasses import dataclass

from integrations.sandbox import switches


@dataclass
class Switches(switches.Switches):
    """All of them, at what a real org most likely does."""

    #: Whether client credentials are refused at the host where every org logs in.
    my_domain_only: bool = True
    #: A session that was not used for so long is over.
    session_seconds: float = 7200.0
    #: Of a page at most; a caller may ask for fewer.
    page_size: int = 2000
    #: Calls in 24 hours; those above are refused.
    daily_calls: int = 100_000
    #: API versions before this one are no more.
    oldest_version: float = 31.0
    #: Which writes a relay tells of, and which go out as Outbound Messages.
    change_events: bool = True
    outbound_messages: bool = False
