"""People sign in with SAML, and nobody else does."""

from __future__ import annotations

import base64
import copy
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import SESSION_KEY
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from lxml import etree
from onelogin.saml2.response import OneLogin_Saml2_Response
from pytest_django import Settings

from dashboard.accounts.models import Session, User
from dashboard.environment.ways_in import GroupMap
from tests.factories import administrator, person, team_called
from tests.screen import Screen
from tests.sso.identity_provider import (
    SIGN_OUT,
    IdentityProvider,
    NameID,
    decoded,
    encoded,
)
from tests.sso.provider import address_of
from tests.sso.test_oidc import causes, is_refused, is_signed_in

LINK = "/appoints/?state=due&agent=101%2C102#call-7"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
ANA = {"uid": "ana", "mail": "ana@example.org", "givenName": "Ana", "sn": "Ng"}
NAMESPACES = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}


def begin(browser: Client, link: str = "") -> str:
    return address_of(browser.post("/accounts/saml/", {"next": link}))


def come_back(browser: Client, answer: str) -> HttpResponse:
    """Post an answer, as a page of the identity provider does; then follow on."""
    # Another site's form brings no cookie of ours.
    outside = Client()
    response = outside.post("/accounts/saml/acs/", {"SAMLResponse": answer, "RelayState": ""})
    if response.status_code != 302:
        return response
    browser.cookies.update(outside.cookies)
    return browser.get(response["Location"])


def sign_in(browser: Client, idp: IdentityProvider, **attributes: Any) -> HttpResponse:
    return come_back(browser, idp.answer(begin(browser), "7", {**ANA, **attributes}))


def test_who_is_new_is_created_without_a_password_and_any_right(
    client: Client, idp: IdentityProvider
) -> None:
    assert sign_in(client, idp)["Location"] == "/"
    ana = User.objects.get()
    assert (ana.username, ana.email, ana.get_full_name()) == ("ana", "ana@example.org", "Ana Ng")
    assert not ana.has_usable_password()
    assert client.session[SESSION_KEY] == str(ana.pk)


def test_the_same_subject_is_the_same_person_and_a_name_is_nobodys_proof(
    client: Client, idp: IdentityProvider
) -> None:
    SocialAccount.objects.create(user=person("ben"), provider=idp.entity_id, uid="7")
    administrator("ana")
    sign_in(client, idp)
    assert User.objects.get(pk=client.session[SESSION_KEY]).username == "ben"
    response = come_back(Client(), idp.answer(begin(client), "8", ANA))
    assert is_refused(response, "This sign-in was begun elsewhere")
    other = Client()
    response = come_back(other, idp.answer(begin(other), "8", ANA))
    assert is_refused(response, "An account of your name exists here, and is not linked")


def test_who_is_inactive_stays_out(client: Client, idp: IdentityProvider) -> None:
    sign_in(Client(), idp)
    User.objects.update(is_active=False)
    assert is_refused(sign_in(client, idp), "Your account here is closed")


def test_groups_give_teams_and_take_them_away_at_the_next_sign_in(
    client: Client, idp: IdentityProvider, settings: Settings
) -> None:
    settings.GROUP_MAP = GroupMap(teams={"sales": frozenset({"north"})}, roles={})
    north = team_called("North")
    sign_in(client, idp, isMemberOf=["sales", "other"])
    assert [each.username for each in north.members.all()] == ["ana"]
    sign_in(Client(), idp, isMemberOf=["other"])
    assert not north.members.exists()
    assert is_refused(sign_in(Client(), idp), "does not say which groups you are in")
    there = {"http://schemas.microsoft.com/claims/groups.link": "https://graph.example"}
    response = sign_in(Client(), idp, **there)
    assert is_refused(response, "more groups than the sign-in service tells")


# What is no answer to this sign-in


def test_the_whole_link_opens_after_the_sign_in(client: Client, idp: IdentityProvider) -> None:
    response = come_back(client, idp.answer(begin(client, LINK), "7", ANA))
    assert response["Location"] == LINK


def test_an_answer_is_good_once(client: Client, idp: IdentityProvider) -> None:
    answer = idp.answer(begin(client), "7", ANA)
    come_back(client, answer)
    client.post("/accounts/logout/")
    assert is_refused(come_back(client, answer), "was used already")
    assert client.get("/accounts/saml/finish/").status_code == 403
    assert causes() == ["unknown request", "no answer"]
    assert not is_signed_in(client)


def test_an_answer_that_nobody_asked_for_is_refused(client: Client, idp: IdentityProvider) -> None:
    answer = idp.answer(begin(client), "7", ANA, in_response_to=None)
    assert is_refused(come_back(client, answer), "This sign-in was begun elsewhere")
    assert causes() == ["not asked for"]


def test_an_answer_to_another_request_is_refused(client: Client, idp: IdentityProvider) -> None:
    answer = idp.answer(begin(client), "7", ANA, in_response_to="another")
    assert is_refused(come_back(client, answer), "This sign-in was begun elsewhere")
    assert causes() == ["unknown request"]


def test_a_name_for_this_sign_in_alone_is_nobodys(client: Client, idp: IdentityProvider) -> None:
    name = NameID(format=TRANSIENT, text="7")
    response = come_back(client, idp.answer(begin(client), "7", ANA, name_id=name))
    assert is_refused(response, "in a way that no account here can have")
    assert causes() == ["a name for this sign-in alone"]


def test_an_answer_for_everybody_is_refused(
    client: Client, idp: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OneLogin_Saml2_Response, "get_audiences", lambda _: [])
    assert is_refused(sign_in(client, idp), "The answer of the sign-in service is not valid")
    assert causes() == ["wrong audience"]


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"issuer": "https://evil.example"}, "wrong issuer"),
        ({"destination": "https://other.example/acs/"}, "wrong destination"),
        ({"sign_assertion": False}, "assertion not signed"),
        ({"sign_response": False}, "message not signed"),
        ({"sign_response": False, "sign_assertion": False}, "assertion not signed"),
    ],
)
def test_an_answer_for_another_or_without_its_signatures_is_refused(
    client: Client, idp: IdentityProvider, change: dict[str, Any], cause: str
) -> None:
    answer = idp.answer(begin(client), "7", ANA, **change)
    assert is_refused(come_back(client, answer), "The answer of the sign-in service is not valid")
    assert causes() == [cause]
    assert not User.objects.exists()


def test_an_answer_for_another_audience_is_refused(
    client: Client, idp: IdentityProvider, settings: Settings
) -> None:
    answer = idp.answer(begin(client), "7", ANA)
    settings.SAML = replace(settings.SAML, entity_id="https://other.example")
    assert is_refused(come_back(client, answer), "The answer of the sign-in service is not valid")
    assert causes() == ["wrong audience"]


def test_an_answer_that_comes_late_is_refused(client: Client, idp: IdentityProvider) -> None:
    answer = idp.answer(begin(client), "7", ANA)
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        response = come_back(client, answer)
        assert is_refused(response, "The answer of the sign-in service is not valid")
        assert causes() == ["expired"]


def test_the_signature_of_another_key_is_refused(
    client: Client, idp: IdentityProvider, impostor: IdentityProvider
) -> None:
    answer = impostor.answer(begin(client), "7", ANA)
    assert is_refused(come_back(client, answer), "The answer of the sign-in service is not valid")
    assert causes() == ["wrong signature"]


def changed(tree: Any) -> None:
    [name] = tree.xpath("//saml:NameID", namespaces=NAMESPACES)
    name.text = "8"


def forged(tree: Any) -> Any:
    """Return an assertion of somebody else, without a signature."""
    [true] = tree.xpath("//saml:Assertion", namespaces=NAMESPACES)
    other = copy.deepcopy(true)
    other.set("ID", "other")
    changed(other)
    for signature in other.xpath("./ds:Signature", namespaces=NAMESPACES):
        other.remove(signature)
    return other


def beside(tree: Any) -> None:
    [true] = tree.xpath("//saml:Assertion", namespaces=NAMESPACES)
    true.addprevious(forged(tree))


def around(tree: Any) -> None:
    """Put a forged assertion in the place of the signed one, which moves into its signature."""
    [true] = tree.xpath("//saml:Assertion", namespaces=NAMESPACES)
    other = forged(tree)
    true.addprevious(other)
    [signature] = true.xpath("./ds:Signature", namespaces=NAMESPACES)
    kept = etree.SubElement(signature, f"{{{NAMESPACES['ds']}}}Object")
    other.insert(1, signature)
    kept.append(true)


def in_extensions(tree: Any) -> None:
    [true] = tree.xpath("//saml:Assertion", namespaces=NAMESPACES)
    true.addprevious(forged(tree))
    kept = etree.Element(f"{{{NAMESPACES['samlp']}}}Extensions")
    tree.insert(1, kept)
    kept.append(true)


@pytest.mark.parametrize("forge", [changed, beside, around, in_extensions])
def test_a_signature_is_good_for_what_it_signs_alone(
    client: Client, idp: IdentityProvider, forge: Callable[[Any], None]
) -> None:
    tree = etree.fromstring(decoded(idp.answer(begin(client), "7", ANA)))
    forge(tree)
    response = come_back(client, encoded(etree.tostring(tree, encoding="unicode")))
    assert is_refused(response, "The answer of the sign-in service is not valid")
    assert not User.objects.exists()


@pytest.mark.parametrize("answer", [None, "%%%", "AAAA", encoded("<!DOCTYPE a><a/>")])
def test_what_is_no_answer_at_all_is_refused_and_not_kept(
    client: Client, idp: IdentityProvider, answer: str | None
) -> None:
    data = {} if answer is None else {"SAMLResponse": answer}
    response = client.post("/accounts/saml/acs/", data)
    assert is_refused(response, "The answer of the sign-in service is not valid")
    assert len(causes()) == 1
    assert not Session.objects.exists()


# Signing out


def asked_for(address: str) -> Any:
    """Return the message that an address brings to the identity provider."""
    message = dict(parse_qsl(urlsplit(address).query))["SAMLRequest"]
    return etree.fromstring(zlib.decompress(base64.b64decode(message), -15))


def test_signing_out_ends_the_session_here_and_leads_to_the_providers_sign_out(
    client: Client, idp: IdentityProvider
) -> None:
    sign_in(client, idp)
    address = address_of(client.post("/accounts/logout/"))
    assert address.startswith(f"{SIGN_OUT}?")
    assert asked_for(address).xpath("./saml:NameID/text()", namespaces=NAMESPACES) == ["7"]
    assert not is_signed_in(client)
    back = idp.sign_out_answer(address)
    assert client.get(back)["Location"] == "/accounts/login/"


def test_signing_out_stays_here_where_the_provider_offers_nothing(
    client: Client, idp: IdentityProvider, settings: Settings
) -> None:
    sign_in(client, idp)
    found = {**settings.SAML.provider}
    del found["singleLogoutService"]
    settings.SAML = replace(settings.SAML, provider=found)
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"


def test_the_providers_sign_out_ends_the_session_here(
    client: Client, idp: IdentityProvider
) -> None:
    sign_in(client, idp)
    assert client.get(idp.sign_out_request("7"))["Location"].startswith(f"{SIGN_OUT}?SAMLResponse=")
    assert not is_signed_in(client)


def test_nobody_else_signs_people_out(
    client: Client, idp: IdentityProvider, impostor: IdentityProvider
) -> None:
    sign_in(client, idp)
    signed = impostor.sign_out_request("7")
    unsigned = signed.partition("&SigAlg")[0]
    for address in (signed, unsigned, "/accounts/saml/sign-out/?SAMLRequest=A"):
        assert is_refused(client.get(address), "The answer of the sign-in service is not valid")
    assert is_signed_in(client)


# What the page offers


def test_the_sign_in_page_offers_saml_in_plain_words(client: Client, db: None) -> None:
    page = Screen(client.get("/accounts/login/"))
    [button] = page.texts("form[action='/accounts/saml/'] button")
    assert button == "Sign in with your organisation's account"
