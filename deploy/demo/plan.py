"""Each person's choices, so that every expected result can be computed beforehand."""

from dataclasses import dataclass

from deploy.demo.people import Person

INTRODUCTION, WORLD_CAFE, DIALOGUE = WEBINARS = ("introduction-large-urban", "world-cafe", "dialogue-to-change")
WORKSHOP = "workshop-large-urban"
SERIES, INITIATIVE = "large-urban-public", "ltc-models-for-change"


@dataclass(frozen=True)
class Sizes:
    """The size of the scenario: people, seats in the World Café webinar and in the workshop, seats given up,
    places given up.
    """

    people: int = 200
    webinar_seats: int = 120
    workshop_seats: int = 40
    seats_given_up: int = 10
    places_given_up: int = 5


def registers_again(person: Person) -> bool:
    """Some have forgotten that they had registered."""
    return person.number % 10 == 0


def takes_the_series(person: Person) -> bool:
    """Some register for all three at once, in the series' form."""
    return person.number % 6 == 1


def clicks_twice(person: Person) -> bool:
    """Some press the button twice, at the same moment."""
    return person.number % 15 == 0


def comes(person: Person, webinar: str) -> bool:
    """True if a person with a seat attends live."""
    return {
        INTRODUCTION: person.number % 4 != 0,
        WORLD_CAFE: person.number % 5 != 0,
        DIALOGUE: person.number % 3 != 0,
    }[webinar]


def stays(person: Person) -> bool:
    """Some leave after five minutes, which does not count."""
    return person.number % 23 != 0


def joins_twice(person: Person) -> bool:
    """Some lose the line, and join again under an address written otherwise."""
    return person.number % 9 == 0


def wants_the_newsletter(person: Person) -> bool:
    """Some want the newsletter as well, and say so each time they register."""
    return person.number % 5 == 0


def confirms_it(person: Person) -> bool:
    """Half of these follow the link in the mail that asks."""
    return person.number % 10 == 0


def watches_later(person: Person) -> bool:
    """Half of the people watch the recordings of what they missed; the other half never find the time."""
    return person.number % 2 == 0
