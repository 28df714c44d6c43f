"""The command that fits the model's least known numbers to published figures: calibrate.

It asks the calibration's rooms and shows their answers; it writes into the folder named, and with
--ship beside the evidence. Everything heavy is imported inside the command.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim import cli_screen as screen
from sim.cli_exit import ME, STOPPED
from sim.cli_options import (
    JobsOption,
    JsonOption,
    OutOption,
    QuietOption,
    ResidentsOption,
    SeedOption,
    WriteOption,
    words,
)
from sim.errors import UserMistake

PosteriorOption = Annotated[
    str | None,
    typer.Option("--posterior", parser=words, metavar="WHICH",
                 help="forward, hindcast or both: what the draws are for. "
                 "Both, unless --synthetic asks for the proof alone."),
]  # fmt: skip
ShipOption = Annotated[
    bool, typer.Option("--ship", help="Put the draws beside the evidence: every run draws there.")
]
SmallOption = Annotated[
    bool, typer.Option("--small", help="The whole chain with too few runs to believe.")
]
SyntheticOption = Annotated[
    int,
    typer.Option("--synthetic", help="Prove the fit on so many worlds whose numbers are known."),
]
MOST_WORLDS = 200
FOLDER = Path("outputs/calibration")


def calibrate(
    posterior: PosteriorOption = None,
    residents: ResidentsOption = None,
    seed: SeedOption = None,
    jobs: JobsOption = None,
    synthetic: SyntheticOption = 0,
    small: SmallOption = False,
    ship: ShipOption = False,
    out: OutOption = None,
    write: WriteOption = None,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Fit the least known numbers to published figures; stop and run again to go on."""
    from sim.experiment.calibration import fitting

    if not 0 <= synthetic <= MOST_WORLDS:
        raise UserMistake(f"--synthetic {synthetic}: give 0 to {MOST_WORLDS} worlds.")
    if small and ship:
        raise UserMistake("--ship: draws of a --small calibration are not to be believed. "
                          "Leave one of the two out.")  # fmt: skip
    alone = synthetic > 0 and posterior is None
    if alone and (ship or residents is not None):
        raise UserMistake(f"{'--ship' if ship else '--residents'}: --synthetic alone fits nothing "
                          "to England. Add --posterior both.")  # fmt: skip
    kinds = () if alone else fitting.kinds_asked(posterior or "both")
    if small and residents is not None:
        raise UserMistake("--residents: a --small calibration has a size of its own. Leave it out.")
    first = 1 if seed is None else seed
    _calibrate(kinds, residents, first, jobs, synthetic, small, ship, out or FOLDER, write,
               quiet or as_json, as_json)  # fmt: skip


def _calibrate(
    kinds: tuple[str, ...],
    residents: int | None,
    seed: int,
    jobs: int | None,
    worlds: int,
    small: bool,
    ship: bool,
    out: Path,
    write: str | None,
    silent: bool,
    as_json: bool,
) -> None:
    from dataclasses import replace

    from sim.experiment import atomic
    from sim.experiment.calibration import fitting, history, page, shipping, synthetic
    from sim.experiment.ensemble import default_jobs

    workers = jobs or default_jobs(MOST_WORLDS)
    typed = [f"--posterior {kinds[0] if len(kinds) == 1 else 'both'}"] if kinds else []
    typed += [f"--residents {residents}"] if residents else []
    typed += [f"--synthetic {worlds}"] if worlds else []
    typed += [f"--seed {seed}", *(["--small"] if small else []), *(["--ship"] if ship else [])]
    command = f"{ME} calibrate {' '.join(typed)}"
    fits, files = [], []
    try:
        for kind in kinds:
            size = (fitting.SMALL if small else fitting.FULL)[kind]
            if residents:
                size = replace(size, residents=residents)
            with screen.Progress(silent, f"runs of this wave ({kind})") as progress:
                fit = fitting.calibrate(kind, out, size, seed, workers, progress)
            fits.append(fit)
            files += shipping.write(fit, out, command, ship)
        setting = synthetic.QUICK if small else synthetic.Setting()
        with screen.Progress(silent, "synthetic runs") as progress:
            proof = synthetic.prove(worlds, out, setting, seed, workers, progress) if worlds else []
    except KeyboardInterrupt:
        kept = len(list(out.glob("*/points/*.json")))
        screen.complain(f"Stopped. {kept} runs are kept in {out}. Run the same command again to "
                        "go on.")  # fmt: skip
        raise typer.Exit(STOPPED) from None
    if write is not None:
        told = page.page(fits, proof, f"{command} --write {write}", history.SETTLED)
        atomic.write_page(Path(write), told)
    if as_json:
        screen.say_json({
            "posteriors": [shipping.account(fit, command) for fit in fits],
            "worlds": [vars(world) | {"recovered": world.recovered} for world in proof],
        })  # fmt: skip
        return
    screen.say(*(page.headline(fit) for fit in fits))
    if proof:
        screen.say(page.recovered_line(proof))
    if files:
        screen.say(f"Written to {out}: " + ", ".join(path.name for path in files))
