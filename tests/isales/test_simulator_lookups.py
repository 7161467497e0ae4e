"""What the simulator serves beside the list."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from appoints.isales.codes import FAIL_WORDS
from appoints.isales.simulator import Options, Simulator
from tests.isales.test_simulator_list import NOW, Line


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(Options(rows=500, now=lambda: NOW)).running() as running:
        yield running


@pytest.fixture(scope="module")
def line(simulator: Simulator) -> Line:
    return Line(simulator)


def test_the_tasks_are_listed_with_their_names(simulator: Simulator, line: Line) -> None:
    answer = line.get("?status=0&deviceType=0&curPage=1&rowsPerPage=100")
    assert all(isinstance(task["id"], int) for task in answer["data"])
    named = {str(task["id"]): task["name"] for task in answer["data"]}
    assert answer["totalSize"] == len(named) == 7
    shown = {(each.get("taskId"), each.get("taskName")) for each in simulator.rows()}
    assert set(named.items()) <= shown


def test_a_required_parameter_of_the_tasks_is_missed(line: Line) -> None:
    assert line.get("?status=0&curPage=1&rowsPerPage=100")["error"] == 400


def test_the_platform_tells_its_codes_page_by_page_and_in_two_languages(line: Line) -> None:
    pages = [
        line.get(f"/queryOBSResultCode?pageSize=50&pageNum={page}", locale="en_US")
        for page in (1, 2, 3)
    ]
    words = {code["obsCode"]: code["obsCodeDesc"] for page in pages for code in page["obsCodes"]}
    assert pages[0]["totalCount"] == len(words)
    assert words["98765"] == "blocked by the carrier's spam filter"
    assert {code: words[code] for code in FAIL_WORDS} == FAIL_WORDS
    assert set(words) - set(FAIL_WORDS) == {"98765"}
    chinese = line.get("/queryOBSResultCode?pageSize=100&pageNum=1")["obsCodes"]
    assert {"obsCode": "98765", "obsCodeDesc": "被运营商骚扰拦截"} in chinese


def test_the_business_results_are_a_tree_of_the_names_in_the_rows(
    simulator: Simulator, line: Line
) -> None:
    parents = line.get("/queryBusinessResults?pageSize=50&pageNum=1")["data"]
    tree = {f"{each['name']} > {child['name']}" for each in parents for child in each["children"]}
    assert len({each["name"] for each in parents}) == len(parents)
    shown = {each["busiResult"] for each in simulator.rows()[::2] if each.get("busiResult")}
    ours = {name for name in shown if not name.startswith(("=", "Reservation business"))}
    assert ours and ours <= tree
