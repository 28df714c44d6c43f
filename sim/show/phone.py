"""How tall each sort of picture stands on a phone, where only the width is given.

It looks at a specification and page sizes and changes nothing. A phone's page is as tall as its
words and its drawing ask for, so that nothing has to be made small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from sim.show.layout import Page


def tall(page: Page, spec: Any) -> float:
    """Height in pixels of what lies between title and source line."""
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

    known: dict[str, Callable[[Page, Any], float]] = {
        "FigureSpec": charts.tall,
        "DotSpec": dots.tall,
        "FlowSpec": flow_chart.tall,
        "GapSpec": gap_charts.tall,
        "PlaneSpec": plane_chart.tall,
        "MultiplesSpec": multiples_chart.tall,
        "NetworkSpec": network_chart.tall,
        "StorySpec": story_chart.tall,
        "CardSpec": trust_card.tall,
    }
    return known[type(spec).__name__](page, spec)
