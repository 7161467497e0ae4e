"""Passwords hashed by Argon2id, as Django's own hasher writes them, without a further package.

PBKDF2 of equal strength takes ten times the CPU: fifty people who sign in within the same minute
took both cores for twenty seconds, and nobody's page came.
"""

from __future__ import annotations

import base64
from threading import Lock
from typing import Any

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from django.contrib.auth.hashers import BasePasswordHasher, mask_hash, must_update_salt

from dashboard.concurrency import LIMIT

# What OWASP's Password Storage Cheat Sheet asks for at least, in KiB.
MEMORY, ITERATIONS, LANES = 19 * 1024, 2, 1
LENGTH = 32  # bytes
ONE_AT_A_TIME = Lock()


class Argon2idHasher(BasePasswordHasher):
    """One hash at a time in a process, whose pages need the other core: each takes 19 MB."""

    algorithm = "argon2"

    def encode(self, password: str, salt: str) -> str:
        made = Argon2id(
            salt=salt.encode(), length=LENGTH, iterations=ITERATIONS, lanes=LANES,
            memory_cost=MEMORY,
        )  # fmt: skip
        with LIMIT.released(), ONE_AT_A_TIME:
            return self.algorithm + made.derive_phc_encoded(password.encode())

    def verify(self, password: str, encoded: str) -> bool:
        try:
            with LIMIT.released(), ONE_AT_A_TIME:
                Argon2id.verify_phc_encoded(password.encode(), encoded[len(self.algorithm) :])
        except InvalidKey:
            return False
        return True

    def decode(self, encoded: str) -> dict[str, str]:
        algorithm, variety, version, costs, salt, hashed = encoded.split("$")
        salt = base64.b64decode(salt + "=" * (-len(salt) % 4)).decode("latin1")
        return {
            "algorithm": algorithm, "variety": variety, "version": version, "costs": costs,
            "salt": salt, "hash": hashed,
        }  # fmt: skip

    def safe_summary(self, encoded: str) -> dict[Any, str]:
        shown = self.decode(encoded)
        return {**shown, **{name: mask_hash(shown[name]) for name in ("salt", "hash")}}

    def must_update(self, encoded: str) -> bool:
        held = self.decode(encoded)
        costs = f"m={MEMORY},t={ITERATIONS},p={LANES}"
        return held["costs"] != costs or must_update_salt(held["salt"], self.salt_entropy)

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Do nothing: no other costs were ever in use."""
