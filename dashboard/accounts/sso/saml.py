"""SAML: the dashboard as a service provider, by python3-saml, as strict as it gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from lxml.etree import LxmlError
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Names
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from xmlsec import Error as SignatureError

from dashboard.accounts.sso.refusals import SignInRefused
from dashboard.environment.single_sign_on import Saml

Invalid = OneLogin_Saml2_ValidationError
# What the log calls the errors that somebody may cause on purpose.
CAUSES = {
    Invalid.ASSERTION_EXPIRED: "expired",
    Invalid.ASSERTION_TOO_EARLY: "not valid yet",
    Invalid.INVALID_SIGNATURE: "wrong signature",
    Invalid.NO_SIGNATURE_FOUND: "not signed",
    Invalid.NO_SIGNED_ASSERTION: "assertion not signed",
    Invalid.NO_SIGNED_MESSAGE: "message not signed",
    Invalid.SESSION_EXPIRED: "expired",
    Invalid.STATUS_CODE_IS_NOT_SUCCESS: "no success",
    Invalid.WRONG_AUDIENCE: "wrong audience",
    Invalid.WRONG_DESTINATION: "wrong destination",
    Invalid.WRONG_ISSUER: "wrong issuer",
    Invalid.WRONG_NUMBER_OF_ASSERTIONS: "not one assertion",
    Invalid.WRONG_SUBJECTCONFIRMATION: "expired, or for another",
}
ADDRESSES = ("saml_metadata", "saml_acs", "saml_sign_out")
SECURITY = {
    "allowRepeatAttributeName": True,
    "allowSingleLabelDomains": True,  # an intranet has such
    "rejectDeprecatedAlgorithm": True,
    "requestedAuthnContext": False,  # how people prove who they are is the provider's matter
    "wantAssertionsSigned": True,
    "wantAttributeStatement": False,
    "wantMessagesSigned": True,
}


def described() -> Saml:
    """Return the identity provider that is set; only where one is."""
    assert settings.SAML
    return settings.SAML


def entity_id() -> str:
    """Return what the identity provider calls itself."""
    return str(described().provider["entityId"])


def configuration(request: HttpRequest) -> dict[str, Any]:
    """Return both parties, and what is asked of messages."""
    at = {name: request.build_absolute_uri(reverse(name)) for name in ADDRESSES}
    return {
        "strict": True,
        "security": SECURITY,
        "sp": {
            "entityId": described().entity_id or at["saml_metadata"],
            "assertionConsumerService": {"url": at["saml_acs"]},
            "singleLogoutService": {"url": at["saml_sign_out"]},
            "NameIDFormat": Names.NAMEID_PERSISTENT,
        },
        "idp": described().provider,
    }


def own_metadata(request: HttpRequest) -> str:
    """Return what an identity provider needs to know of the dashboard."""
    own = OneLogin_Saml2_Settings(configuration(request), sp_validation_only=True)
    return str(own.get_sp_metadata())


def party(request: HttpRequest) -> Any:
    """Return what sends and reads messages, for one request."""
    return OneLogin_Saml2_Auth(_told(request), configuration(request))


def answered(request: HttpRequest) -> Any:
    """Return the identity provider's answer, which is valid. Raises SignInRefused."""
    with _understood():
        own = OneLogin_Saml2_Settings(configuration(request))
        answer = OneLogin_Saml2_Response(own, request.POST["SAMLResponse"])
        answer.is_valid(_told(request), raise_exceptions=True)
        # Without any it would be for everybody.
        if own.get_sp_data()["entityId"] not in answer.get_audiences():
            raise SignInRefused("invalid", "wrong audience")
        if answer.get_nameid_format() == Names.NAMEID_TRANSIENT:
            raise SignInRefused("name", "a name for this sign-in alone")
        return answer


def sign_out_address(request: HttpRequest, about: Mapping[str, Any]) -> str:
    """Return where the identity provider ends its own session, empty where it does not."""
    asking = party(request)
    if not asking.get_slo_url():
        return ""
    return str(asking.logout(return_to="", **about))


def signed_out(request: HttpRequest) -> str:
    """Return where to answer the identity provider's request to sign out. Raises SignInRefused."""
    with _understood():
        asking = party(request)
        address = asking.process_slo(keep_local_session=True)
        if asking.get_errors() or not address:
            raise SignInRefused("invalid", "request to sign out not valid")
        return str(address)


@contextmanager
def _understood() -> Iterator[None]:
    """Raise SignInRefused for whatever may come from anybody in place of an answer."""
    try:
        yield
    except OneLogin_Saml2_ValidationError as error:
        kind = "cancelled" if error.code == Invalid.STATUS_CODE_IS_NOT_SUCCESS else "invalid"
        raise SignInRefused(kind, CAUSES.get(error.code, "not valid")) from error
    except (OneLogin_Saml2_Error, LxmlError, SignatureError) as error:
        raise SignInRefused("invalid", "not valid") from error
    except (AttributeError, LookupError, SyntaxError, TypeError, ValueError) as error:
        raise SignInRefused("invalid", "no answer") from error


def _told(request: HttpRequest) -> dict[str, Any]:
    """Return a request as python3-saml takes it."""
    return {
        "https": "on" if request.is_secure() else "off",
        "http_host": request.get_host(),
        "script_name": request.path,
        "get_data": request.GET.dict(),
        "post_data": request.POST.dict(),
        "query_string": request.META.get("QUERY_STRING", ""),
        "validate_signature_from_qs": True,
    }
