"""Names from a pusher, as they stand within a sentence."""

from __future__ import annotations

import pytest

from tagwarden.policy.wording import quoted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("churn@v1", "'churn@v1'"),
        ("caf\u00e9@v1", "'caf\u00e9@v1'"),
        ("m\udcff@v1", r"'m\xff@v1'"),
        ("m\x1b[31m", r"'m\x1b[31m'"),
        ("it's \udc80", r"'it\'s \x80'"),
        ("\u202e\u200b", r"'\u202e\u200b'"),
    ],
)
def test_what_is_not_utf_8_is_shown_byte_by_byte(text, shown):
    assert quoted(text) == shown
