"""Rows as iSales may send them, odd ones included, and what may be asked of them."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from appoints.query.columns import COMPARED_COLUMNS
from appoints.query.query import STATES, Query
from tests.factories import MINUTE, NOON

NOW = round(NOON.timestamp() * 1000)

words = st.one_of(
    st.none(),
    st.sampled_from(
        ["=1+1", "+86138", "-1", "@x", "＝1", "00604", "1" * 30, 'a "b", c', "外呼", 7]
    ),
    st.sampled_from(["13812345678", "+8613812345678", 7]),
    st.text("aAé外=+-@ \n,\"'0", max_size=4),
    st.sampled_from([{"first": "É外"}, ["0b"], True]),
)
moments = st.one_of(
    st.none(),
    st.integers(-11, 11).map(lambda minutes: NOW + minutes * MINUTE),
    st.integers(NOW - 5, NOW + 5),
    st.sampled_from(["", "soon", str(NOW), 1.5, -1, 10**20]),
)
rows_with_fields = st.fixed_dictionaries(
    {},
    optional={
        "appointId": st.sampled_from([*map(str, range(30)), "1" * 30, "", None, 7]),
        "callType": st.sampled_from(["1", "2", 2, None, "9"]),
        "appointTime": moments,
        "calledNo": words,
        "taskId": st.sampled_from(["1106025109", "2", None]),
        "taskName": words,
        "taskStatus": st.sampled_from(["2", "8", None]),
        "timeout": st.sampled_from([True, False, None, "true", "perhaps"]),
        "userAccount": st.sampled_from(["116", "117", 118, None, [116]]),
        "userName": words,
        "beginTime": moments,
        "endTime": moments,
        "callFlag": st.sampled_from(["0", "1", "2", "", None, 1]),
        "callerNo": words,
        "failCode": st.sampled_from(["00000", "00604", "34601", "99999", "=1", "", None]),
        "result": st.sampled_from(["0000", "0900", "0101", "-1", "0601", "zz", None]),
        "busiResult": words,
        "createTime": moments,
        "extra": st.just("kept"),
    },
)
raw_rows = st.one_of(rows_with_fields, st.sampled_from([None, "no row", 3]))
# Rows of some pages, each with the seconds after which it came.
pages = st.lists(
    st.tuples(st.lists(raw_rows, min_size=4, max_size=12), st.integers(0, 2)), max_size=3
)
bounds = st.one_of(
    st.none(), st.integers(-11, 11).map(lambda minutes: NOON + timedelta(minutes=minutes))
)
columns = st.sampled_from([*COMPARED_COLUMNS, *(f"-{name}" for name in COMPARED_COLUMNS), ""])
filters = st.sampled_from(
    [
        {"preset": "overdue"},
        {"agents": ("116", "118")},
        {"number": "7"},
        {"task": "2"},
        *({"states": (name,)} for name in STATES),
        {"states": ("failed", "reached")},
        {"late": True},
        {"call_type": "2"},
        {"causes": ("00604", "99999")},
        {"cause_groups": ("customer",)},
        {"cause_groups": ("platform", "other")},
        *(
            {"repeats": ways}
            for ways in (("open",), ("reached",), ("unknown",), ("open", "reached"))
        ),
        *({"text": text} for text in ("É", "外", "0", "=", "b", "+86 138-1234 5678", "138 1234")),
    ]
)
queries = st.builds(
    lambda found, sort: Query(
        **{key: part for each in found for key, part in each.items()}, sort=sort
    ),
    st.lists(filters, max_size=2),
    columns,
)
