"""Names that Solara's page leaves out: its language, menu, light-or-dark switch and busy bars.

A widget that shows nothing. Where it is drawn it names these for screen readers, and says the page
is in English unless the page says otherwise; it changes nothing else.
"""

# ipyvue and traitlets ship no types.
# mypy: disable-error-code="import-untyped, no-untyped-call"

from __future__ import annotations

from typing import Any

import ipyvue
import traitlets

_NAMING = """
<template><span aria-hidden="true"></span></template>
<script>
module.exports = {
  mounted() {
    const named = [
      [".v-app-bar__nav-icon", "Menu"],
      [".mdi-weather-night, .mdi-weather-sunny, .mdi-brightness-auto", "Light or dark page"],
    ];
    const name = () => {
      if (!document.documentElement.lang) document.documentElement.lang = "en-GB";
      for (const [where, words] of named)
        for (const found of document.querySelectorAll(where)) {
          const button = found.closest("button");
          if (button && !button.getAttribute("aria-label"))
            button.setAttribute("aria-label", words);
        }
      for (const bar of document.querySelectorAll('[role="progressbar"]:not([aria-label])'))
        bar.setAttribute("aria-label", "Drawing");
    };
    name();
    this.watcher = new MutationObserver(name);
    this.watcher.observe(document.body, { childList: true, subtree: true });
  },
  beforeDestroy() { this.watcher.disconnect(); },
};
</script>
"""


class Names(ipyvue.VueTemplate):  # type: ignore[misc]
    """The naming, as a widget."""

    template = traitlets.Unicode(_NAMING).tag(sync=True)


def names() -> Any:
    """The naming, as an element of a page."""
    return Names.element()
