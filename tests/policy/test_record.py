"""Records behave as typing.NamedTuple does."""

from __future__ import annotations

import copy
import pickle

import pytest

from tagwarden.policy.push import RefUpdate
from tagwarden.policy.record import Record


class Point(Record):
    """A point."""

    x: int
    y: int = 2

    @property
    def sum(self) -> int:
        return self.x + self.y


def test_fields_have_names_defaults_and_an_order():
    assert Point(1) == (1, 2)
    assert Point(y=1, x=3) == (3, 1)
    assert Point(1).sum == 3
    assert repr(Point(1)) == "Point(x=1, y=2)"
    assert Point(1)._asdict() == {"x": 1, "y": 2}
    assert Point.__doc__ == "A point."


def test_a_record_is_frozen_and_hashable():
    with pytest.raises(AttributeError):
        Point(1).x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Point(1).z = 2  # type: ignore[attr-defined]
    assert len({Point(1), Point(1, 2)}) == 1


def test_missing_and_unknown_fields_are_errors():
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Point(1, z=2)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="no field z"):
        Point(1)._replace(z=2)


def test_a_record_can_be_changed_into_another_matched_copied_and_pickled():
    match Point(1)._replace(y=5):
        case Point(x, y):
            assert (x, y) == (1, 5)
    update = RefUpdate(None, "a", "refs/tags/x")
    assert copy.deepcopy(update) == pickle.loads(pickle.dumps(update)) == update
