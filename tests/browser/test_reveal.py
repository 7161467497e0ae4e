"""A person whose numbers are masked reveals one in Chromium, and axe finds nothing on the way."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser

from dashboard.operations import demo
from tests.browser.axe import bring, look
from tests.browser.conftest import settle, sign_in

MAY_REVEAL = """INSERT INTO accounts_user_user_permissions (user_id, permission_id)
    SELECT person.id, permission.id FROM accounts_user person, auth_permission permission
    WHERE person.username = ? AND permission.codename = 'reveal_number'"""


def test_a_masked_number_is_revealed_for_a_reason(
    stack: demo.Stack, chromium: Browser, folder: Path
) -> None:
    with closing(sqlite3.connect(folder / "demo.sqlite3")) as database, database:
        database.execute(MAY_REVEAL, [demo.NORTH])
    with chromium.new_context(base_url=stack.address, bypass_csp=True, locale="en-GB") as context:
        bring(context)
        page = context.new_page()
        sign_in(page, demo.NORTH)
        settle(page)
        masked = page.locator("tbody .col-called_no bdi").first.inner_text()
        page.locator("tbody .col-appoint_time a").first.click()
        reason, button = page.get_by_label("Why you need"), page.get_by_role("button", name="Show")
        reason.fill("abc")
        button.click()
        assert not reason.evaluate("field => field.validity.valid")  # Chromium itself asks for more
        reason.evaluate("field => field.removeAttribute('minlength')")
        button.click()
        page.locator("form.reveal .errorlist").wait_for()
        found = look(page)
        reason.fill("The customer asked for a call back.")
        button.click()
        number = page.locator(".revealed").inner_text()
        found += look(page)
    assert masked.startswith("•") and "•" not in number and number[-3:] == masked[-3:]
    assert not found, "\n".join(found)
