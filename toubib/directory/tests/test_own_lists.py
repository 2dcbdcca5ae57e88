"""A list of our own is put on file whole or not at all; a place on it is not opened."""

from datetime import date

import pytest

from toubib.directory.enums import OrganisationKind
from toubib.directory.models import Organisation, Place
from toubib.directory.operations import (
    import_organisations,
    import_places,
    import_practices,
    keep_organisation,
    say_practice_place,
)
from toubib.directory.queries import has_agrement, is_organised, organisation_of
from toubib.directory.tests.factories import BY, NOW, TODAY, make_practitioner
from toubib.ground.models import JournalEntry
from toubib.ground.tables import BadTable
from toubib.territory.enums import OrganisationKind as Territorial
from toubib.territory.operations import keep_coverage
from toubib.territory.tests.factories import make_commune

pytestmark = pytest.mark.django_db
ROW = {
    "name": "Borne du Port", "kind": "pharmacy", "host": "Pharmacie du Port", "host_kind": "pharmacy",
    "host_finess": "120780044", "address": "5 rue du Port", "postal_code": "12990", "code_insee": "12202",
    "lat": "44,41", "lon": "2,65", "hours": "Mo-Sa 08:30-20:00; PH off", "assistance": "on_site",
    "devices": "oximeter otoscope", "access": "step_free|parking", "ars_declared_on": "2026-05-04",
}  # fmt: skip
RUN = {
    "operator": "Société d’essai", "operator_kind": "company", "agrement": "Agrément d’essai",
    "agrement_from": "2026-01-01", "agrement_until": "2028-01-01",
}  # fmt: skip


def write(tmp_path, *rows):
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    file = tmp_path / "lieux.csv"
    file.write_text("".join(";".join(f'"{one}"' for one in line) + "\n" for line in lines), encoding="utf-8")
    return file


def take_in(file):
    return import_places(file=file, by=BY, now=NOW)


@pytest.fixture(autouse=True)
def commune():
    return make_commune(code_insee="12202", name="Rodez")


def test_a_place_is_put_on_file_with_who_shelters_and_runs_it_and_is_not_open(tmp_path, commune):
    keep_coverage(
        kind=Territorial.CPTS, name="CPTS d’essai", finess="120000021", communes=[commune],
        starts_on=date(2025, 1, 1), referenced_from=date(2025, 1, 1),
    )  # fmt: skip
    agreed = {"cpts_finess": "120000021", "convention": "Convention d’essai", "convention_from": "2026-01-01"}
    assert take_in(write(tmp_path, {**ROW, **RUN, **agreed})) == {"added": 1, "known": 0}
    place = Place.objects.select_related("host", "operator").get()
    assert (place.name, place.kind, place.host.finess, place.operator.kind, place.lat, place.opened_on) == (
        "Borne du Port", "pharmacy", "120780044", "company", 44.41, None,
    )  # fmt: skip
    assert (place.devices, place.access, place.ars_declared_on) == (
        ["otoscope", "oximeter"], ["parking", "step_free"], date(2026, 5, 4),
    )  # fmt: skip
    assert has_agrement(organisation=place.operator, on=TODAY)
    assert place.host.conventions.get().territorial.finess == "120000021"
    assert JournalEntry.objects.filter(action="directory.place.keep").count() == 1


def test_what_is_on_file_stays_as_it_is(tmp_path):
    host = keep_organisation(
        kind=OrganisationKind.PHARMACY, name="Grande pharmacie", finess="120780044", by=BY, now=NOW
    )
    file = write(tmp_path, ROW)
    assert [take_in(file), take_in(write(tmp_path, {**ROW, "hours": "24/7"}))] == [
        {"added": 1, "known": 0},
        {"added": 0, "known": 1},
    ]
    assert list(Place.objects.values_list("host", "operator", "hours")) == [(host.pk, host.pk, ROW["hours"])]
    assert list(Organisation.objects.values_list("name", flat=True)) == ["Grande pharmacie"]


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"kind": "moon"}, "3: kind: 'moon' is none of 'pharmacy', "),
        ({"code_insee": "99999"}, "3: code_insee: '99999' is no commune that we know"),
        ({"lat": ""}, "3: lat: empty"),
        ({"devices": "otoscope laser"}, "3: devices: 'laser' is none of blood_pressure, "),
        ({"hours": "le matin"}, "3: hours: Les heures ne se lisent pas."),
        ({"host": "Autre", "host_finess": "120780045"}, "3: host_finess: Ce numéro FINESS ne va pas."),
        ({**RUN, "agrement_until": ""}, "3: agrement_until: empty"),
        ({"convention": "x", "cpts_finess": "1"}, "3: cpts_finess: '1' is no CPTS that we know"),
    ],
)
def test_a_bad_row_leaves_nothing_on_file(tmp_path, over, said):
    file = write(tmp_path, ROW, {**ROW, "name": "Seconde", **over})
    with pytest.raises(BadTable) as refused:
        take_in(file)
    assert str(refused.value).startswith(f"{file}:{said}")
    assert (Place.objects.count(), Organisation.objects.count()) == (0, 0)


def test_for_whom_a_professional_practises_is_put_on_file_by_day(tmp_path, commune):
    doctor = make_practitioner()
    row = {
        "rpps": doctor.rpps, "organisation": "Centre d’essai", "organisation_kind": "health_centre", "code_insee": "12202",
        "employer": "health_centre", "from": "2026-01-01",
    }  # fmt: skip
    later = {
        **row,
        "organisation": "Société d’essai",
        "organisation_kind": "company",
        "from": "2026-11-01",
        "employer": "",
    }
    file = write(tmp_path, row, later)
    for _twice in range(2):
        assert import_practices(file=file, by=BY, now=NOW) == {"practices": 2}
    days = (date(2025, 12, 31), date(2026, 10, 31), TODAY)
    found = [organisation_of(practitioner=doctor, on=day) for day in days]
    assert [one and one.name for one in found] == [None, "Centre d’essai", "Société d’essai"]
    assert [one.employer for one in doctor.places.order_by("starts_on")] == ["health_centre", ""]


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"rpps": "1"}, "3: rpps: '1' is no professional of this platform"),
        ({"from": ""}, "3: from: empty"),
        ({"employer": "nobody"}, "3: employer: 'nobody' is none of 'liberal', "),
    ],
)
def test_a_bad_practice_leaves_nothing_on_file(tmp_path, over, said):
    row = {
        "rpps": make_practitioner().rpps, "organisation": "Centre", "organisation_kind": "health_centre",
        "employer": "liberal", "from": "2026-01-01",
    }  # fmt: skip
    file = write(tmp_path, row, {**row, **over})
    with pytest.raises(BadTable) as refused:
        import_practices(file=file, by=BY, now=NOW)
    assert str(refused.value).startswith(f"{file}:{said}")
    assert Organisation.objects.count() == 0


def test_organisations_without_a_place_hold_what_the_facts_of_an_act_stand_on(tmp_path, commune):
    keep_coverage(
        kind=Territorial.CPTS, name="CPTS d’essai", finess="120000021", communes=[commune],
        starts_on=date(2025, 1, 1), referenced_from=date(2025, 1, 1),
    )  # fmt: skip
    rows = [
        {"organisation": "Télésoin SA", "organisation_kind": "company", **{name: RUN[name] for name in RUN if "agrement" in name}},
        {"organisation": "CPTS d’essai", "organisation_kind": "cpts", "organisation_finess": "120000021"},
        {"organisation": "Cabinet", "organisation_kind": "other", "cpts_finess": "120000021", "convention": "C", "convention_from": "2026-01-01"},
    ]  # fmt: skip
    for _twice in range(2):
        assert import_organisations(file=write(tmp_path, *rows), by=BY, now=NOW) == {"organisations": 3}
    company, cpts, practice = Organisation.objects.order_by("id")
    assert (has_agrement(organisation=company, on=TODAY), cpts.territorial.name) == (True, "CPTS d’essai")
    doctor = make_practitioner()
    facts = {"home": commune, "practitioner": doctor, "place": None, "on": TODAY}
    for number, (body, organised) in enumerate([(company, False), (cpts, True), (practice, True)]):
        say_practice_place(
            practitioner=doctor, organisation=body, starts_on=date(2026, 2, 1 + number), by=BY, now=NOW
        )
        assert is_organised(**facts) is organised
    import_organisations(
        file=write(tmp_path, {**rows[0], "agrement_withdrawn": "2026-03-01"}), by=BY, now=NOW
    )
    assert not has_agrement(organisation=company, on=TODAY)


def test_an_agrement_without_its_days_is_refused_and_nothing_is_kept(tmp_path):
    row = {"organisation": "Télésoin SA", "organisation_kind": "company", "agrement": "A"}
    with pytest.raises(BadTable, match="agrement_from: empty"):
        import_organisations(file=write(tmp_path, row), by=BY, now=NOW)
    assert not Organisation.objects.exists()
