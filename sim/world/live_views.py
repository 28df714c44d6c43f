"""Copies of state that shows parts of its arrays: a copy's views look at the copy's own arrays.

Looks at nothing but the state it is mixed into; changes it only when a copy is made. Without it a
deep copy or a pickle would hold each view as an array of its own, cut off from what it shows, and
a copied model would live another life than its original.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray


class LiveViews:
    """State that keeps arrays with slack in `_full` and shows them as attributes of their names."""

    _full: dict[str, NDArray[Any]]

    def _show(self) -> None:
        """Make each attribute a view of its array."""
        raise NotImplementedError

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the views."""
        return {name: each for name, each in self.__dict__.items() if name not in self._full}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the state over and make the views anew."""
        self.__dict__.update(state)
        self._show()
