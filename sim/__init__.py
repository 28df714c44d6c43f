"""The front door: what a notebook needs, each fetched only when it is asked for.

    import sim

    sim.compare("services_only", "bevy_hub", place="Brighton and Hove", members=20)

`import sim` itself loads nothing, so the command line opens quickly. This room changes nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim import evidence as evidence
    from sim.agents.connector import Connector as Connector
    from sim.agents.council import Council as Council
    from sim.agents.hub import Hub as Hub
    from sim.agents.resident import Carer as Carer
    from sim.agents.resident import Resident as Resident
    from sim.agents.service import PaidCarer as PaidCarer
    from sim.agents.service import Service as Service
    from sim.experiment.analyses import table_of as table_of
    from sim.experiment.analyses import uncertainty as uncertainty
    from sim.experiment.analyses import validate as validate
    from sim.experiment.compare import compare as compare
    from sim.experiment.compare import ensemble as ensemble
    from sim.experiment.compare import run as run
    from sim.experiment.evaluation.evaluate import evaluate as evaluate
    from sim.experiment.network import network_table as network_table
    from sim.model import CommunityModel as CommunityModel
    from sim.scenario import Scenario as Scenario
    from sim.scenario import presets as presets
    from sim.world import places as places

__version__ = "0.1.0"

__all__ = [
    "Carer",
    "CommunityModel",
    "Connector",
    "Council",
    "Hub",
    "PaidCarer",
    "Resident",
    "Scenario",
    "Service",
    "__version__",
    "compare",
    "ensemble",
    "evaluate",
    "evidence",
    "network_table",
    "places",
    "presets",
    "run",
    "table_of",
    "uncertainty",
    "validate",
]

# Name at the front door -> the room, and the thing in it (empty: the room itself).
_ROOMS = {
    "Carer": ("sim.agents.resident", "Carer"),
    "CommunityModel": ("sim.model", "CommunityModel"),
    "Connector": ("sim.agents.connector", "Connector"),
    "Council": ("sim.agents.council", "Council"),
    "Hub": ("sim.agents.hub", "Hub"),
    "PaidCarer": ("sim.agents.service", "PaidCarer"),
    "Resident": ("sim.agents.resident", "Resident"),
    "Scenario": ("sim.scenario", "Scenario"),
    "Service": ("sim.agents.service", "Service"),
    "compare": ("sim.experiment.compare", "compare"),
    "ensemble": ("sim.experiment.compare", "ensemble"),
    "evaluate": ("sim.experiment.evaluation.evaluate", "evaluate"),
    "evidence": ("sim.evidence", ""),
    "network_table": ("sim.experiment.network", "network_table"),
    "places": ("sim.world.places", ""),
    "presets": ("sim.scenario", "presets"),
    "run": ("sim.experiment.compare", "run"),
    "table_of": ("sim.experiment.analyses", "table_of"),
    "uncertainty": ("sim.experiment.analyses", "uncertainty"),
    "validate": ("sim.experiment.analyses", "validate"),
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"sim has no {name!r}; it offers {', '.join(__all__)}")
    room, thing = _ROOMS[name]
    found = import_module(room)
    return getattr(found, thing) if thing else found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
