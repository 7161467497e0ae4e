"""Links beside counts lead to just the rows that they count, or nowhere."""

from __future__ import annotations

import pytest

from appoints.choices import facets
from appoints.results.counts import Line
from appoints.results.query import Query


@pytest.mark.parametrize(
    ("name", "value"),
    [("agents", "a,b"), ("agents", "a b"), ("call_type", "7"), ("causes", "1 2")],
)
def test_a_value_that_no_address_can_name_is_counted_without_a_link(name: str, value: str) -> None:
    counted = {name: [Line(value, None, 3), Line("1", None, 2)]}
    odd, plain = facets(counted, Query(), {})[0].choices
    assert (odd.rows, odd.address) == (3, None)
    assert plain.address
