"""Who works in the simulated centre, on what, and what comes of it."""

from __future__ import annotations

from typing import NamedTuple


class Agent(NamedTuple):
    """An agent: one may ask by business account or agent ID; rows show but one of them."""

    account: str
    id: str
    name: str
    shown: str


class Task(NamedTuple):
    """An outbound task and the share of its reservations that the platform dials itself."""

    id: str
    name: str
    status: str
    automatic: float


NAMES = (
    "Ana Souza", "王芳", "Yusuf Demir", "Émilie Laurent", "李伟", "محمد العلي", "Carlos Núñez",
    "Ngozi Okafor", "陈静", "Priya Sharma", "Jürgen Weiß", "Sofia Rossi", "刘洋", "فاطمة حسن",
    "Tom Becker", "Łukasz Nowak", "Mei Tanaka", "João Pereira", "赵敏", "Olga Ivanova",
    "Deniz Kaya", "Björk Jónsdóttir", "周杰", "Samuel Mensah",
)  # fmt: skip
WITHOUT_ACCOUNT = frozenset({106, 113, 120})  # rows show these agents' IDs
AGENTS = tuple(
    Agent(str(account), str(id_), name, str(id_ if account in WITHOUT_ACCOUNT else account))
    for account, id_, name in zip(range(101, 125), range(880001, 880025), NAMES, strict=True)
)
TASKS = (
    Task("1106025101", "Renewal wave", "2", 0.8),
    Task("1106025102", "客户回访", "2", 0.5),
    Task("1106025103", "Cobrança amigável", "2", 0.7),
    Task("1106025104", "Welcome calls", "2", 0.2),
    Task("1106025105", "متابعة العملاء", "3", 0.3),
    Task(
        "1106025106",
        "Survey Q4: satisfaction with delivery and installation, all regions",
        "2",
        0.9,
    ),
    Task("1106025107", "VIP callbacks", "2", 0.0),
    Task("1106025108", "Winback", "4", 0.6),
)

# How calls end: code, result, weight, and the longest that such a call lasts, in seconds.
SUCCESS = "00000"
ENDINGS = (
    (SUCCESS, "0900", 46, 600),
    ("00603", "0101", 14, 45),
    ("00145", "0101", 8, 10),
    ("00604", "0101", 6, 30),
    ("00208", "0101", 5, 8),
    ("00601", "0101", 4, 25),
    ("00549", "0101", 3, 12),
    ("00538", "0101", 2, 5),
    ("00263", "0101", 2, 20),
    ("01040", "0101", 3, 60),
    ("00702", "0601", 2, 90),
    ("34606", "0101", 3, 2),
    ("00605", "0101", 1, 2),
    ("00155", "0101", 1, 4),
    ("34611", "0101", 1, 1),
    ("98765", "0101", 1, 3),
)
BUSINESS = {
    True: ("Sale > closed", "Sale > sent offer", "Reservation > again", "Not interested > price",
           "已成交 > 续费", "Complaint > delivery"),
    False: ("No contact > try again", "No contact > wrong number", ""),
}  # fmt: skip
# Words that only this platform knows.
OWN_WORDS = {"98765": ("blocked by the carrier's spam filter", "被运营商骚扰拦截")}
