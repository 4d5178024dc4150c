"""The states and provinces that a library can be in, by their two-letter postal codes, and how people write them.

The one table of them. `OUTSIDE` is for all that is neither in the United States nor in Canada: a code that ISO 3166
leaves to its users, and that no post office will ever give to anything.
"""

import re
import unicodedata

OUTSIDE = "XX"

# Code, name, and other spellings, folded as `fold` does it. Those of provinces include their French names.
STATES = """
AL Alabama: ala
AK Alaska: alas
AZ Arizona: ariz
AR Arkansas: ark
CA California: calif cal cali
CO Colorado: colo
CT Connecticut: conn
DE Delaware: del
DC District of Columbia: washingtondc washdc washingtondistrictofcolumbia thedistrictofcolumbia distofcolumbia
FL Florida: fla flor
GA Georgia: geo
HI Hawaii: haw hawai
ID Idaho: ida
IL Illinois: ill ills
IN Indiana: ind
IA Iowa: ia
KS Kansas: kan kans
KY Kentucky: ken kent
LA Louisiana: lou
ME Maine: me
MD Maryland: mary mld
MA Massachusetts: mass
MI Michigan: mich
MN Minnesota: minn
MS Mississippi: miss
MO Missouri: mo
MT Montana: mont
NE Nebraska: neb nebr
NV Nevada: nev
NH New Hampshire: nhamp newh nhampshire
NJ New Jersey: newj njersey
NM New Mexico: nmex newm nmexico newmex
NY New York: nyork newy
NC North Carolina: ncarolina ncar nocarolina northcar
ND North Dakota: ndak ndakota nodakota northdak
OH Ohio: oh
OK Oklahoma: okla
OR Oregon: ore oreg
PA Pennsylvania: penn penna pennsyl
RI Rhode Island: rhodeisl rhodeislandandprovidenceplantations
SC South Carolina: scarolina scar socarolina southcar
SD South Dakota: sdak sdakota sodakota southdak
TN Tennessee: tenn
TX Texas: tex
UT Utah: ut
VT Vermont: verm
VA Virginia: virg
WA Washington: wash
WV West Virginia: wva wvirginia westva wvirg westvirg
WI Wisconsin: wis wisc
WY Wyoming: wyo
"""
TERRITORIES = """
AS American Samoa: amsamoa amersamoa
GU Guam: guahan
MP Northern Mariana Islands: cnmi northernmarianas nmarianaislands nmarianas northernmarianaisl
PR Puerto Rico: prico portorico
VI Virgin Islands: usvi usvirginislands unitedstatesvirginislands virginislandsoftheunitedstates virginisl
"""
# What the United States Postal Service delivers to besides.
FURTHER = """
AA Armed Forces Americas: armedforcesamericasexceptcanada
AE Armed Forces Europe: armedforcesafrica armedforcesmiddleeast armedforcescanada
AP Armed Forces Pacific:
FM Federated States of Micronesia: micronesia
MH Marshall Islands: rmi
PW Palau: belau
"""
PROVINCES = """
AB Alberta: alta alb
BC British Columbia: britcol bcolumbia colombiebritannique
MB Manitoba: man manit
NB New Brunswick: nbrunswick newbruns nouveaubrunswick
NL Newfoundland and Labrador: newfoundland labrador nf nfld nfldandlab terreneuve terreneuveetlabrador
NS Nova Scotia: novascot nscotia nouvelleecosse
NT Northwest Territories: nwt nwterritories northwestterr territoiresdunordouest
NU Nunavut: nun
ON Ontario: ont
PE Prince Edward Island: pei princeedwardisl ileduprinceedouard
QC Quebec: pq que qu
SK Saskatchewan: sask
YT Yukon: yk yuk yukonterritory yukonterr
"""
ELSEWHERE = f"""
{OUTSIDE} Outside the US and Canada: outside outsideus outsidetheus outsideusandcanada outsideuscanada international \
outsidetheunitedstates outsidetheunitedstatesandcanada outsideunitedstates outsideunitedstatesandcanada foreign abroad
"""
Place = tuple[str, str, tuple[str, ...]]

BEFORE = re.compile(r"^(the)?(state|province|commonwealth|territory)(of|de|du)")
AFTER = re.compile(r"(usa|unitedstates|unitedstatesofamerica|canada|state|province)$")
# What is written after a country, or before it, is no code of the other one: `CA Canada` is not California.
SHORTEST_NAME = 3
LETTER = re.compile(r"[^\W\d_]")
LONGEST = 60


def fold(text: str) -> str:
    """A spelling as it is compared: its letters, small and without accents; nothing where it has others than Latin
    ones. `D.C.`, `d c` and `DC` are one.
    """
    letters = "".join(LETTER.findall(unicodedata.normalize("NFKD", text.replace("&", "and")).lower()))
    return letters if letters.isascii() else ""


def read(text: str) -> str | None:
    """The postal code of a state or province, however it is written (`IL`, `il`, `Ill.`, `Illinois`, `US-IL`); None
    where it is none.
    """
    if len(text) > LONGEST:
        return None
    folded = fold(text)
    bare = BEFORE.sub("", folded)
    name = AFTER.sub("", bare)
    return CODES.get(folded) or CODES.get(bare) or (CODES.get(name) if len(name) >= SHORTEST_NAME else None)


def _parse(table: str) -> list[Place]:
    lines = [line.partition(":") for line in table.strip().splitlines()]
    return [(head[:2], head[3:], tuple(spellings.split())) for head, _, spellings in lines]


# By group, for a form: code and name.
GROUPS: dict[str, list[Place]] = {
    "United States": _parse(STATES),
    "US territories": _parse(TERRITORIES),
    "Other US mail": _parse(FURTHER),
    "Canada": _parse(PROVINCES),
    "Elsewhere": _parse(ELSEWHERE),
}
NAMES: dict[str, str] = {code: name for places in GROUPS.values() for code, name, _ in places}
# What the database knows too, since code of 0.1.0 keeps what was typed (migration 0015).
SPELLINGS: dict[str, str] = {
    one: code
    for places in GROUPS.values()
    for code, name, others in places
    for one in (code.lower(), fold(name), *others)
}
# And what only a person or a program writes who means it exactly: `US-IL` (ISO 3166-2), `Illinois (IL)`, `IL Illinois`.
CODES: dict[str, str] = SPELLINGS | {
    one: code
    for group, places in GROUPS.items()
    for code, name, _ in places
    for one in (
        f"{'ca' if group == 'Canada' else 'us'}{code.lower()}",
        f"{code.lower()}{'canada' if group == 'Canada' else 'usa'}",
        fold(name) + code.lower(),
        code.lower() + fold(name),
    )
}
