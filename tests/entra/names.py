"""Names and places the source tenant draws its people from.

Chosen for what breaks servers: several scripts, combining marks, apostrophes, hyphens, particles,
one-letter and very long names, right-to-left text. All persons are invented; the domains that
`directory` adds are reserved ones (RFC 2606).
"""

from typing import NamedTuple


class Name(NamedTuple):
    """A person's name with the ASCII spelling an administrator would use in an account name."""

    given: str
    surname: str
    account: str
    language: str


class Place(NamedTuple):
    """An office."""

    office: str
    street: str
    city: str
    state: str
    postal_code: str
    country: str
    dial: str


NAMES = (
    Name("Mira", "Halvorsen", "mira.halvorsen", "nb-NO"),
    Name("Søren", "Ærøskjold", "soeren.aeroeskjold", "da-DK"),
    Name("Siobhán", "O'Brien", "siobhan.obrien", "en-IE"),
    Name("María José", "de la Cruz Núñez", "maria.delacruz", "es-MX"),
    Name("Jürgen", "Groß-Müller", "juergen.gross-mueller", "de-DE"),
    Name("Łucja", "Żółkiewska", "lucja.zolkiewska", "pl-PL"),
    Name("Nguyễn", "Thị Ánh", "nguyen.thianh", "vi-VN"),
    Name("İbrahim", "Ağaoğlu", "ibrahim.agaoglu", "tr-TR"),
    Name("Ольга", "Петрова", "olga.petrova", "ru-RU"),
    Name("Αθηνά", "Παπαδοπούλου", "athina.papadopoulou", "el-GR"),
    Name("محمد", "الفاسي", "mohammed.elfassi", "ar-MA"),
    Name("נועה", "בן־דוד", "noa.bendavid", "he-IL"),
    Name("太郎", "山田", "taro.yamada", "ja-JP"),
    Name("小龙", "李", "xiaolong.li", "zh-CN"),
    Name("지민", "박", "jimin.park", "ko-KR"),
    Name("प्रिया", "शर्मा", "priya.sharma", "hi-IN"),
    Name("Chloé", "L'Écuyer", "chloe.lecuyer", "fr-CA"),
    Name("Þórdís", "Jónsdóttir", "thordis.jonsdottir", "is-IS"),
    Name("Zoe\u0308", "van 't Hof", "zoe.vanthof", "nl-NL"),
    Name("Ana-Luísa", "Gonçalves e Sá", "ana.goncalves", "pt-BR"),
    Name("Kalani", "Kauʻi", "kalani.kaui", "en-US"),
    Name("Chukwuemeka", "Okonkwo-Adébáyọ̀", "emeka.okonkwo", "en-NG"),
    Name("Y", "Ng", "y.ng", "en-SG"),
    Name("Åsa", "Öhrn", "asa.ohrn", "sv-SE"),
)

# Given so that the account name alone is close to the 64 characters Entra allows before the `@`.
LONG_NAME = Name(
    "Maximiliane Alexandra",
    "von Hohenberg zu Wallersee und Altenfeld",
    "maximiliane-alexandra.von-hohenberg-zu-wallersee",
    "de-AT",
)

PLACES = (
    Place("Building 7 / 2.14", "Strandgaten 18", "Bergen", "Vestland", "5003", "Norway", "+47 55"),
    Place("18/2111", "1 Raffles Place", "Singapore", "", "048616", "Singapore", "+65 6"),
    Place("Haus „Süd“, 3. OG", "Königstraße 12 b", "Köln", "Nordrhein-Westfalen", "50667", "Germany", "+49 221"),
    Place("Torre B, piso 9º", "Av. Paulista, 1.578", "São Paulo", "SP", "01310-200", "Brazil", "+55 (11)"),
    Place("本社 5F", "千代田区丸の内1-1-1", "東京", "東京都", "100-0005", "Japan", "+81-3"),
    Place("Suite 400", "221B O'Connell St.", "Dublin", "Leinster", "D01 X2Y3", "Ireland", "+353 1"),
)

# A backslash, quotes, an ampersand and comparison signs: what slashing and escaping layers lose.
DEPARTMENTS = (
    "Platform",
    "R&D",
    'Sales "North"',
    "Ops\\Night shift",
    "Finance < 5M > 1M",
    "Überwachung",
    "人事部",
    "Customer's Voice",
)

TITLES = (
    "Release Manager",
    "Analyst",
    "Buyer",
    "VP, Growth / EMEA",
    "Sachbearbeiter·in",
    "主任",
    "Chef d'équipe",
    "C++ Engineer",
)
