"""Sign-in by a service of the company's own: OpenID Connect and SAML.

allauth speaks the protocols. Who comes in, and with which rights, is decided here: none of
allauth's own pages, sign-ups and adapters is used. Only ``ways`` may be imported where it is not
installed.
"""
