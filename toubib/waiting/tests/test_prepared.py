"""Statements compiled once answer as the ORM does, whatever the values, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Exists
from django.forms.models import model_to_dict

from toubib.ground.prepared import ask, insert, read, read_one, update
from toubib.people.models import RoleGrant
from toubib.people.tests.factories import NOW, make_cast
from toubib.waiting.models import Ticket
from toubib.waiting.tests.factories import make_scene, prepare_ticket

pytestmark = pytest.mark.django_db


def in_line(scene, **over):
    return prepare_ticket(scene, **{"state": "waiting", "pool": scene.pool, "arrived_at": NOW, **over})


def whole(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_same_rows_as_the_orm_for_one_value_then_another():
    scene = make_scene()
    tickets = [in_line(scene), in_line(scene, signs_yes=["chest_pain"])]
    rows = Ticket.objects.select_related("pool", "place_commune", "patient", "encounter")
    for ticket in tickets:
        asked, expected = read_one(rows, pk=ticket.id), rows.get(pk=ticket.id)
        assert (whole(asked), whole(asked.pool), whole(asked.patient), asked.encounter) == (
            whole(expected), whole(expected.pool), whole(expected.patient), None,
        )  # fmt: skip
        assert (asked._state.adding, asked._state.db) == (False, "default")
    assert read_one(rows, pk=scene.pool.id) is None


def test_statement_is_written_once_and_asked_each_time(django_assert_num_queries):
    ticket = in_line(make_scene())
    with django_assert_num_queries(2) as asked:
        for state in ("waiting", "offered"):
            read(Ticket.objects.all(), account_id=ticket.account_id, state=state)
    first, second = (query["sql"] for query in asked.captured_queries)
    assert (first.replace("waiting'", "'"), first) == (second.replace("offered'", "'"), first)


def test_moments_null_and_models_are_given_as_to_the_orm():
    account = make_cast().jeanne
    rows = RoleGrant.objects.order_by("starts_at")
    late = NOW + timedelta(days=400)
    for since in (datetime(2000, 1, 1, tzinfo=UTC), late):
        where = {"account": account, "starts_at__gte": since, "ends_at__isnull": True}
        assert [model_to_dict(one) for one in read(rows, **where)] == [
            model_to_dict(one) for one in rows.filter(**where)
        ]


def served(*, pool_id, since, size):
    rows = Ticket.objects.filter(pool_id=pool_id, arrived_at__gte=since, state="waiting")
    return rows.order_by("arrived_at").values_list("id", "signs_yes", "patient__birth_name")[:size]


def away_or_not(*, pool_id):
    with_orders = Ticket.objects.filter(pool_id=pool_id).annotate(
        is_first=Exists(Ticket.objects.filter(tier=0))
    )
    return with_orders.select_related("pool").order_by("id")


def day_of(*, moment):
    return Ticket.objects.filter(created_at__gte=moment, created_at__lt=moment + timedelta(days=1))


def test_a_query_built_by_a_function_answers_as_it_does_alone():
    scene = make_scene()
    for _n in range(3):
        in_line(scene, signs_yes=["chest_pain"])
    for since, size in ((NOW, 2), (NOW, 3), (NOW + timedelta(days=1), 2)):
        given = {"pool_id": scene.pool.id, "since": since, "size": size}
        assert ask(served, **given) == list(served(**given))
    for pool_id in (scene.pool.id, scene.cast.jeanne.id):
        asked, expected = ask(away_or_not, pool_id=pool_id), list(away_or_not(pool_id=pool_id))
        assert [(whole(one), one.is_first) for one in asked] == [
            (whole(one), one.is_first) for one in expected
        ]


def test_what_is_computed_from_a_value_is_never_remembered():
    scene = make_scene()
    ticket = in_line(scene)
    late = Ticket.objects.get(pk=ticket.id).created_at
    assert [ask(day_of, moment=at) for at in (late, late - timedelta(days=9), late)] == [
        [ticket],
        [],
        [ticket],
    ]


def test_narrowed_rows_go_through_the_orm():
    scene = make_scene()
    first, second = in_line(scene), in_line(scene)
    assert read(Ticket.objects.exclude(pk=first.id), pool_id=scene.pool.id) == [second]
    assert read(Ticket.objects.only("state"), id=first.id)[0].get_deferred_fields()
    assert {one.id for one in read(Ticket.objects.all(), pk__in=[first.id, second.id])} == {
        first.id,
        second.id,
    }


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_lock_outside_a_transaction_is_refused_the_second_time_too():
    ticket = in_line(make_scene())
    rows = Ticket.objects.select_for_update(of=("self",))
    with transaction.atomic():
        assert read_one(rows, pk=ticket.id) == ticket
        assert "FOR UPDATE" in rows.filter(pk=ticket.id).query.get_compiler(connection=connection).as_sql()[0]
    with pytest.raises(transaction.TransactionManagementError):
        read_one(rows, pk=ticket.id)


def test_update_writes_the_columns_named_and_says_when_the_row_is_gone():
    ticket = in_line(make_scene())
    ticket.signs_yes, ticket.tier, ticket.language = ["chest_pain"], 0, "en"
    update(ticket, ["signs_yes"])
    found = Ticket.objects.get(pk=ticket.id)
    assert (found.signs_yes, found.language) == (["chest_pain"], "fr")
    gone = Ticket(id=ticket.patient_id)
    with pytest.raises(Ticket.DoesNotExist):
        update(gone, ["state"])


def test_insert_writes_the_rows_as_bulk_create_does():
    scene = make_scene()
    pattern = in_line(scene)
    rows = [
        Ticket(state="signs", created_at=NOW, touched_at=NOW, draft={"n": n}, reason_text=None)
        for n in range(2)
    ]
    insert(rows)
    assert [whole(Ticket.objects.get(pk=row.id)) for row in rows] == [whole(row) for row in rows]
    assert [(row._state.adding, row.pk == pattern.pk) for row in rows] == [(False, False)] * 2


def test_an_id_written_as_text_finds_its_row_as_through_the_orm():
    ticket = prepare_ticket(make_scene())
    for _ in range(2):
        assert read_one(Ticket.objects.all(), pk=str(ticket.id)) == ticket
        assert [row.id for row in read(Ticket.objects.all(), account_id=str(ticket.account_id))] == [
            ticket.id
        ]
