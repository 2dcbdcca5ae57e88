"""The district's directory, all invented: a CPTS, a company with its agrément, practices, and places of care."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from stdnum import luhn

from toubib.directory.checklist import checklist_on
from toubib.directory.enums import Access, Assistance, Device, Employer, OrganisationKind, PlaceKind, Verdict
from toubib.directory.models import Organisation, Place
from toubib.directory.operations import (
    PlaceFacts,
    agree_with,
    grant_agrement,
    keep_organisation,
    keep_place,
    open_place,
    say_evidence,
    say_practice_place,
)
from toubib.ground.actors import Actor
from toubib.kiosk.guides import GUIDES
from toubib.kiosk.operations import put_unit
from toubib.people.identity import local_day
from toubib.territory.enums import OrganisationKind as Territorial
from toubib.territory.operations import keep_coverage
from toubib.web.demo.law import SINCE
from toubib.web.demo.staff import DOCTORS, Staff
from toubib.web.demo.world import World

SEEN_BEFORE = timedelta(days=90)
INVENTED = "pour la démonstration, inventé"
MARK = "CPTS de la Brune (inventée)"
OUTSIDE = 6  # the rank of the commune that the CPTS does not cover
HEALTH_HOUSE, HALL, PHARMACY = (
    "Maison de santé du Pont",
    "Mairie de Saint-Orens-le-Vieux",
    "Pharmacie de la Brune",
)
AGREED = frozenset({HEALTH_HOUSE, "Cabinet des Tilleuls", PHARMACY})
KINDS = {HEALTH_HOUSE: OrganisationKind.HEALTH_HOUSE, "Centre du Marché": OrganisationKind.HEALTH_CENTRE}
BASIC = (Device.BLOOD_PRESSURE, Device.OXIMETER, Device.THERMOMETER, Device.SCALE)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of care: `home` is the rank of its commune, `seen` whether all the checklist asks was seen."""

    host: str
    body: OrganisationKind
    name: str
    kind: PlaceKind
    home: int
    address: str
    hours: str
    assistance: Assistance
    devices: tuple[Device, ...]
    access: tuple[Access, ...]
    way_in: str
    seen: bool = True


SPOTS = (
    Spot(
        PHARMACY, OrganisationKind.PHARMACY, "Borne de la Pharmacie de la Brune (inventée)", PlaceKind.PHARMACY, 0,
        "3 place de la Halle", "24/7", Assistance.ON_SITE,
        (*BASIC, Device.STETHOSCOPE, Device.OTOSCOPE, Device.PRINTER),
        (Access.STEP_FREE, Access.WHEELCHAIR, Access.SOUND, Access.LARGE_TYPE, Access.CHILD),
        "Entrez par la pharmacie et demandez la borne au comptoir.",
    ),
    Spot(
        HEALTH_HOUSE, OrganisationKind.HEALTH_HOUSE, "Salle connectée de la Maison de santé du Pont (inventée)",
        PlaceKind.HEALTH_HOUSE, 5, "12 chemin du Pont", "Mo-Fr 08:30-18:30; PH off", Assistance.ON_REQUEST,
        (*BASIC, Device.STETHOSCOPE, Device.DERMATOSCOPE, Device.SLIT_LAMP), (Access.STEP_FREE, Access.WHEELCHAIR, Access.PARKING),
        "Sonnez à l’accueil, premier couloir à gauche.",
    ),
    Spot(
        HALL, OrganisationKind.LOCAL_AUTHORITY, "Cabine de la mairie de Saint-Orens (inventée)", PlaceKind.TOWN_HALL, 1,
        "1 place de l’Église", "Tu,Th 09:00-12:00,13:30-17:00; PH off", Assistance.ON_SITE, BASIC,
        (Access.STEP_FREE, Access.HEARING_LOOP), "À droite de l’entrée, derrière l’accueil.",
    ),
    Spot(
        "Optique du Marché", OrganisationKind.OTHER, "Cabine d’Optique du Marché (inventée, pas encore ouverte)",
        PlaceKind.OPTICIAN, 0, "9 rue du Marché", "Mo-Sa 09:30-19:00; PH off", Assistance.NONE,
        (Device.SLIT_LAMP,), (Access.STEP_FREE,), "Au fond du magasin.", seen=False,
    ),
)  # fmt: skip


def draw_directory(*, world: World, staff: Staff, now: datetime) -> None:
    """Once: the directory of the district, seen and opened three months ago."""
    if Organisation.objects.filter(name=MARK).exists():
        return
    at, by = now - SEEN_BEFORE, staff.directing
    with transaction.atomic():
        cpts = keep_coverage(
            kind=Territorial.CPTS,
            name=MARK,
            finess=_finess(900),
            communes=[one for rank, one in enumerate(world.communes) if rank != OUTSIDE],
            starts_on=SINCE,
            referenced_from=SINCE,
        )
        keep_organisation(kind=OrganisationKind.CPTS, name=MARK, territorial=cpts, by=by, now=at)
        company = keep_organisation(
            kind=OrganisationKind.COMPANY, name="Télésoin de la Brune (société inventée)", by=by, now=at
        )
        year = local_day(now).year
        grant_agrement(
            organisation=company,
            reference=f"Agrément inventé pour la démonstration, n° {year - 1}-000",
            starts_on=date(year - 1, 1, 1),
            ends_on=date(year + 1, 1, 1),
            by=by,
            now=at,
        )
        bodies = _practices(world, staff, by=by, now=at)
        hosts = {spot.host: bodies.get(spot.host) or _body(spot.host, spot.body, by, at) for spot in SPOTS}
        for name, body in {**bodies, **hosts, company.name: company}.items():
            if name in AGREED or body == company:
                agree_with(
                    organisation=body,
                    territorial=cpts,
                    reference=f"Convention {INVENTED}e",
                    starts_on=SINCE,
                    by=by,
                    now=at,
                )
        for spot in SPOTS:
            _place(spot, hosts[spot.host], company, world, by=by, now=at)


def _finess(serial: int) -> str:
    """Of département 99, which is none."""
    body = f"9900{serial:04}"
    return body + luhn.calc_check_digit(body)


def _body(name: str, kind: OrganisationKind, by: Actor, now: datetime) -> Organisation:
    return keep_organisation(kind=kind, name=f"{name} (nom inventé)", by=by, now=now)


def _practices(world: World, staff: Staff, *, by: Actor, now: datetime) -> dict[str, Organisation]:
    bodies: dict[str, Organisation] = {}
    for post in DOCTORS:
        if post.practice not in bodies:
            kind = KINDS.get(post.practice, OrganisationKind.OTHER)
            bodies[post.practice] = _body(post.practice, kind, by, now)
        say_practice_place(
            practitioner=staff.doctors[post.key].practitioner,
            organisation=bodies[post.practice],
            commune=world.communes[post.home],
            employer=Employer.LIBERAL,
            starts_on=SINCE,
            by=by,
            now=now,
        )
    return bodies


def _place(
    spot: Spot, host: Organisation, operator: Organisation, world: World, *, by: Actor, now: datetime
) -> Place:
    commune, day = world.communes[spot.home], local_day(now)
    facts = PlaceFacts(
        name=spot.name,
        kind=spot.kind,
        address=spot.address,
        postal_code=commune.postal_codes[0],
        lat=commune.lat or 0.0,
        lon=commune.lon or 0.0,
        hours=spot.hours,
        assistance=spot.assistance,
        devices=spot.devices,
        access=spot.access,
        phone=f"+3353649{8000 + SPOTS.index(spot):04}",  # of the range kept for fiction
        way_in=spot.way_in,
        ars_declared_on=day if spot.seen else None,
        ars_reference="Déclaration inventée" if spot.seen else "",
    )
    place = keep_place(facts=facts, host=host, operator=operator, commune=commune, by=by, now=now)
    checklist = checklist_on(on=day)
    for item in checklist.asked_of(spot.kind) if checklist and spot.seen else ():
        say_evidence(
            place=place, item=item.id, verdict=Verdict.MET, words=f"Vu sur place ({INVENTED}).", seen_on=day, by=by, now=now
        )  # fmt: skip
    put_virtual_units(place=place, by=by, now=now)
    return open_place(place=place, on=day, by=by, now=now) if spot.seen else place


UNITS = {
    Device.BLOOD_PRESSURE: "mm[Hg]",
    Device.THERMOMETER: "Cel",
    Device.SCALE: "kg",
    Device.GLUCOMETER: "mg/dL",
}


def put_virtual_units(*, place: Place, by: Actor, now: datetime) -> None:
    """Its devices, each with a number: thermometer 1, cuff 2, as the pictures of the kiosk have it. None exists."""
    first = (Device.THERMOMETER, Device.BLOOD_PRESSURE, Device.OXIMETER, Device.SCALE, Device.STETHOSCOPE)
    there = [Device(one) for one in place.devices if Device(one) in GUIDES]
    ordered = [one for one in first if one in there] + [one for one in there if one not in first]
    for number, kind in enumerate(ordered, start=1):
        put_unit(
            place=place,
            number=number,
            kind=kind,
            maker="Toubib",
            model="virtual",
            serial=f"VIRT-{number:03}" if GUIDES[kind].codes else "",
            ucum=UNITS.get(kind, ""),
            virtual=True,
            by=by,
            now=now,
        )
