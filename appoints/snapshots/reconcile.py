"""One set of rows from pages that were read while rows were inserted, deleted and shifted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl


class PageInfo(NamedTuple):
    """The total that iSales reported with a page, and the page's number of rows."""

    total: int
    rows: int


def deduplicated(pages: pl.DataFrame) -> pl.DataFrame:
    """Return each reservation once, as last fetched, in the order of iSales' pages.

    ``pages`` has the columns of ``frame.plain`` and ``offset``, the page's. Rows without an ID are
    all kept, for nothing tells them apart.
    """
    if pages["offset"].is_sorted() and not _has_twins(pages["appoint_id"].drop_nulls()):
        return pages  # as nearly always, and then without a copy
    last = pl.col("fetched_at") == pl.col("fetched_at").max().over("appoint_id")
    named = pl.col("appoint_id").is_not_null()
    latest = pages.sort("offset", maintain_order=True).filter(~named | last)
    return latest.filter(~named | pl.col("appoint_id").is_first_distinct())


def _has_twins(names: pl.Series) -> bool:
    """Tell whether any two are the same; of as many hashes as names nothing is to be compared."""
    return names.hash().n_unique() < len(names) and bool(names.is_duplicated().any())


def has_new_rows(pages: pl.DataFrame, offset: int) -> bool:
    """Tell whether a page has a row that no other has; a server may send one page for all.

    Rows without an ID are told apart by all that they hold.
    """
    here = pl.col("offset") == offset
    named = pages.filter(pl.col("appoint_id").is_not_null())
    if set(named.filter(here)["appoint_id"]) - set(named.filter(~here)["appoint_id"]):
        return True
    nameless = pages.filter(pl.col("appoint_id").is_null())
    others = nameless.filter(~here)
    columns = [name for name in pages.columns if name not in ("offset", "fetched_at")]
    return (
        not nameless.filter(here).join(others, on=columns, how="anti", nulls_equal=True).is_empty()
    )


def pages_to_refetch(
    pages: pl.DataFrame, infos: Mapping[int, PageInfo], total: int, received: int
) -> list[int]:
    """Return the offsets of pages that may hide what shifted away from them while others were read.

    When rows vanished, a page that was read before may still hold one of them and lack another,
    though the counts agree. When the counts differ, so may every page that was read under another
    total, or that shares a row with another; failing those, the last page.
    """
    before = {offset for offset, info in infos.items() if info.total > total}
    if received == total:
        return sorted(before)
    other = {offset for offset, info in infos.items() if info.total != total}
    shared = pages.filter(
        pl.col("appoint_id").is_not_null() & pl.col("appoint_id").is_duplicated()
    )["offset"]
    return sorted(before | other | set(shared)) or [max(infos)]


def last_fetched(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the rows of several frames, each reservation once, as last fetched.

    Only frames that share a reservation with another are copied.
    """
    names = pl.concat(rows["appoint_id"] for rows in frames)
    if not _has_twins(names.drop_nulls()):
        return pl.concat(frames)  # as nearly always
    seen = pl.concat(
        [
            rows.select("appoint_id", "fetched_at", part=pl.lit(number))
            for number, rows in enumerate(frames)
        ]
    ).filter(pl.col("appoint_id").is_not_null() & pl.col("appoint_id").is_duplicated())
    kept = seen.sort("fetched_at", "part").unique("appoint_id", keep="last")
    older = seen.join(kept, on=["appoint_id", "part"], how="anti")
    return pl.concat(
        _without(rows, older.filter(pl.col("part") == number)["appoint_id"])
        for number, rows in enumerate(frames)
    )


def _without(rows: pl.DataFrame, names: pl.Series) -> pl.DataFrame:
    if names.is_empty():
        return rows
    return rows.filter(~pl.col("appoint_id").is_in(names.to_list()).fill_null(value=False))
