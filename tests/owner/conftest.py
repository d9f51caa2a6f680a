"""A shop for a flow, as the tests of the flows have it; no server is needed here."""

from tests.flows.conftest import counter, lab, shown

__all__ = ["counter", "lab", "shown"]
