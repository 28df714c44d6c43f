"""What a model town was drawn from, as figures: how much of its place it is, and whom it lacks.

Looks at a model's sample of neighbourhoods and changes nothing. A report says it in words.
"""

from __future__ import annotations

from typing import Any

from sim.world.bands import QUINTILES

KEY = "model_town"


def of_model(model: Any) -> dict[str, Any]:
    """The sample's figures under `KEY`; empty where the model draws none."""
    sample: Any = getattr(model, "sample", None)
    if sample is None:
        return {}
    every = range(1, len(QUINTILES) + 1)
    return {
        KEY: {
            "whole_place": bool(sample.whole),
            "neighbourhoods": len(sample.neighbourhoods),
            "people_16_plus": int(sample.residents),
            "people_asked_for": sample.asked,
            # 1 is the most deprived fifth of England's neighbourhoods
            "fifths_too_few_to_show": [
                each for each in every if each not in sample.quintiles_shown
            ],
        }
    }
