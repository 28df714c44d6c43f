"""Which room draws each sort of picture.

It looks at a specification's sort and changes nothing. A room's drawing is opened only when a
picture of its sort is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sim.show.layout import Page


class Room(Protocol):
    """What a room that draws one sort of picture can do."""

    def paint(self, page: Page, spec: Any, top: float, bottom: float, /) -> None:
        """Draw between two heights of the page."""

    def tall(self, page: Page, spec: Any, /) -> float:
        """Pixels the drawing needs on a phone, where only the width is given."""


def room_of(spec: Any) -> Room:
    """The room that draws this specification."""
    from sim.show import (
        charts,
        dots,
        flow_chart,
        gap_charts,
        multiples_chart,
        network_chart,
        plane_chart,
        story_chart,
        trust_card,
    )

    rooms: dict[str, Room] = {
        "FigureSpec": charts,
        "DotSpec": dots,
        "FlowSpec": flow_chart,
        "GapSpec": gap_charts,
        "PlaneSpec": plane_chart,
        "MultiplesSpec": multiples_chart,
        "NetworkSpec": network_chart,
        "StorySpec": story_chart,
        "CardSpec": trust_card,
    }
    return rooms[type(spec).__name__]
