"""What was measured, as tables a person can read (and paste into README.md)."""

from __future__ import annotations

from typing import Any

HEAD = """\
| residents | resident-months a second (CPU) | (wall) | one month (CPU) | opening | opening again |
|---:|---:|---:|---:|---:|---:|"""


def told(found: dict[str, Any]) -> str:
    """The whole answer as Markdown."""
    first = found["first_opening_seconds"]
    return "\n\n".join(
        [
            _months(found["months"]),
            f"Before that, once in a process: {first['cpu']:.1f} s (CPU) to read the evidence and "
            "settle the reference population.",
            _phases(found["months"]),
            _rule(found["rule"]),
            _draws(found["draws"]),
        ]
    )


def held(compared: dict[str, Any]) -> str:
    """How this checkout's month compares with another's."""
    turns = ", ".join(f"{ratio:.2f}" for ratio in compared["ratio_by_turn"])
    return (
        f"{compared['residents']:,} residents, {compared['turns']} turns of {compared['months']} "
        f"months: {compared['here']:,.0f} resident-months a second (CPU) here, "
        f"{compared['there']:,.0f} there; {compared['ratio']:.2f} times as fast ({turns})."
    )


def _months(months: list[dict[str, Any]]) -> str:
    lines = [HEAD]
    for each in months:
        rate = each["resident_months"]
        lines.append(
            f"| {each['residents']:,} | {rate['per_cpu_second']:,.0f} "
            f"| {rate['per_wall_second']:,.0f} | {_ms(each['month_seconds']['cpu'])} "
            f"| {each['opening_seconds']['cpu']:.1f} s "
            f"| {each['opening_again_seconds']['cpu']:.1f} s |"
        )
    return "\n".join(lines)


def _phases(months: list[dict[str, Any]]) -> str:
    sizes = [f"{each['residents']:,}" for each in months]
    lines = [
        "| share of the month | " + " | ".join(sizes) + " |",
        "|---|" + "---:|" * len(sizes),
    ]
    for phase in months[0]["phase_share"]:
        shares = (f"{each['phase_share'][phase]:.0%}" for each in months)
        lines.append(f"| {phase} | " + " | ".join(shares) + " |")
    return "\n".join(lines)


def _rule(rule: dict[str, Any]) -> str:
    def line(name: str, seconds: dict[str, float], cpu: str, wall: str) -> str:
        return f"| {name} | {_ms(seconds['cpu'])} | {_ms(seconds['wall'])} | {cpu} | {wall} |"

    def times(key: str) -> tuple[str, str]:
        return f"{rule[f'ratio_cpu{key}']:.0f}", f"{rule[f'ratio_wall{key}']:.0f}"

    return "\n".join(
        [
            f"Loneliness on ties, {rule['residents']:,} residents and {rule['ties']:,} ties; "
            f"largest difference between the two {rule['largest_difference']:.1g}, "
            f"mean change in the month {rule['mean_change']:.2f}.",
            "",
            "| | CPU | wall | times as fast (CPU) | (wall) |",
            "|---|---:|---:|---:|---:|",
            line("plain Mesa, luck drawn before", rule["plain_seconds"], "1", "1"),
            line(
                "the same, without making the new state the old", rule["plain_feel_seconds"], "", ""
            ),
            line("columns, luck drawn before", rule["columns_seconds"], *times("")),
            line(
                "columns, drawing their luck",
                rule["columns_drawing_luck_seconds"],
                *times("_drawing_luck"),
            ),
            "",
            f"Against the plain model without its second pass, the columns are "
            f"{rule['ratio_cpu_feel_only']:.0f} times as fast (CPU).",
        ]
    )


def _draws(draws: dict[str, dict[str, float]]) -> str:
    lines = ["| luck | million draws a second (CPU) |", "|---|---:|"]
    lines += [f"| {kind} | {rate['per_cpu_second'] / 1e6:.0f} |" for kind, rate in draws.items()]
    return "\n".join(lines)


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms"
