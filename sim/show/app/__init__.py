"""The app: a page on your own machine that runs plans live and shows what they change.

`page.py` is the marimo page; `parts.py` makes what the page shows; `server.py` serves it, to this
machine only. None of it sees a live model: the experiment runs, the app shows results.
"""
