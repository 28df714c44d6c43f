"""The app's page in marimo cells: a form, a run with progress, a picture and files to keep.

Started by `python -m sim app`; `marimo edit sim/show/app/page.py` opens it as a notebook. It looks
at what `parts` makes and changes nothing.
"""

# A cell's arguments and what it returns are how marimo joins cells; they have no types.
# mypy: disable-error-code="no-untyped-def, no-untyped-call, untyped-decorator"

from __future__ import annotations

import marimo

app = marimo.App(
    width="medium", app_title="What would this plan do here?", html_head_file="head.html"
)


@app.cell
def _():
    import time

    import marimo as mo

    from sim.experiment import app_choices as choices
    from sim.show.app import parts

    return choices, mo, parts, time


@app.cell
def _(mo, parts):
    mo.md(f"""
    # What would this plan do here?

    Choose a place and up to four plans, then run them against a baseline. Modelled, not observed.

    {parts.HOW}

    {parts.FEW}
    """)
    return


@app.cell
def _(choices, mo):
    def number(name, label, step=1):
        # A slider, for its name is read out; marimo's number field reads out its markup.
        least, most = choices.LEAST[name], choices.MOST[name]
        return mo.ui.slider(
            least,
            most,
            step=step,
            value=choices.USUAL[name],
            label=label,
            show_value=True,
            full_width=True,
        )

    form = (
        mo.md("{place}\n\n{presets}\n\n{residents}\n\n{years}\n\n{members}\n\n{seed}")
        .batch(
            place=mo.ui.dropdown(
                choices.place_names(),
                value="Brighton and Hove",
                label="Place",
                searchable=True,
                full_width=True,
            ),
            presets=mo.ui.multiselect(
                choices.preset_titles(),
                value=[
                    title
                    for title, name in choices.preset_titles().items()
                    if name == "local_area_coordination"
                ],
                label="Plans to compare",
                max_selections=choices.MOST["presets"],
                full_width=True,
            ),
            residents=number("residents", "People to simulate", 500),
            years=number("years", "Years"),
            members=number("members", "Paired runs"),
            seed=number("seed", "Seed: where luck starts"),
        )
        .form(submit_button_label="Run", bordered=True)
    )
    form  # noqa: B018 - what a cell shows
    return (form,)


@app.cell
def _(mo):
    # How far the run is as a tuple, then what came of it.
    news, tell = mo.state(None)
    return news, tell


@app.cell
def _(form, mo, parts, tell, time):
    mo.stop(
        form.value is None,
        mo.md("Press **Run** when you have chosen. The run as it stands takes a minute or two."),
    )
    wish, started = parts.Wish(), time.monotonic()

    def live():
        thread = mo.current_thread()

        def advance(done, asked, note):
            # Gone with the page too: nobody is waiting for it any more.
            wish.heed(closed=thread.should_exit)
            tell((done, asked, time.monotonic() - started))

        ended = parts.run(form.value, advance)
        if not thread.should_exit:  # a run begun after it has the page now
            tell(ended)

    tell((0, int(form.value["members"]), 0.0))
    mo.Thread(target=live).start()
    stop = mo.ui.button(label="Stop", tooltip=parts.STOPS, on_click=lambda _: wish.stop())
    return (stop,)


@app.cell
def _(mo, news, parts, stop):
    mo.stop(not isinstance(news(), tuple))
    mo.vstack([mo.Html(parts.under_way(*news())), stop])
    return


@app.cell
def _(mo, news):
    found = news()
    mo.stop(found is None or isinstance(found, tuple))
    said = found if isinstance(found, str) else ""  # the files of a run are no words to lay out
    mo.stop(bool(said), mo.callout(mo.md(said), kind="warn"))
    return (found,)


@app.cell
def _(found, mo, parts):
    options = parts.measures(found)
    measure = mo.ui.dropdown(options, value=next(iter(options)), label="Outcome", full_width=True)
    mo.vstack([mo.md(f"## Results\n\n{parts.told(found)}"), measure])
    return (measure,)


@app.cell
def _(found, measure, mo, parts):
    shown = (parts.answer, parts.picture, parts.table)
    mo.vstack([mo.Html(each(found, measure.value)) for each in shown])
    return


@app.cell
def _(found, mo):
    mo.hstack(
        [
            mo.download(found.report, filename="report.html", label="Report"),
            mo.download(found.summary, filename="summary.csv", label="Figures (CSV)"),
            mo.download(found.everything, filename="results.zip", label="Everything (zip)"),
        ],
        justify="start",
        wrap=True,
    )
    return


if __name__ == "__main__":
    app.run()
