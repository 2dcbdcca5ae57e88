"""What is found in memory is what a plain reading of the list finds, in an order that holds."""

import threading
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from toubib.nomenclature.index import ASIDE, Held, Index
from toubib.nomenclature.words import words_of

WORDS = ("aba", "abac", "bac", "baco", "caba", "cab", "12", "125")


def rows(lists):
    return [(str(number), [(word, 3) for word in words]) for number, words in enumerate(lists)]


@given(
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), max_size=12),
    st.lists(st.sampled_from([*WORDS, "ab", "ba", "c", "1"]), min_size=1, max_size=3),
)
def test_all_and_only_things_that_hold_every_beginning_are_found(lists, typed):
    text = " ".join(typed)
    if len(text) < 2 or not any(word.startswith(start) for start in typed for one in lists for word in one):
        return
    wanted = {
        str(number)
        for number, words in enumerate(lists)
        if all(any(word.startswith(start) for word in words) for start in words_of(text))
    }
    assert wanted <= set(Index(rows(lists)).find(text, 50))
    if all(any(word.startswith(start) for one in lists for word in one) for start in typed):
        assert wanted == set(Index(rows(lists)).find(text, 50))


def test_better_fit_comes_first_then_the_given_order():
    index = Index([
        ("elsewhere", [("fer", 3)]),
        ("begun", [("ferrum", 1)]),
        ("substance", [("fer", 2)]),
        ("name", [("fer", 1)]),
        ("both", [("fer", 0)]),
        ("name too", [("fer", 1)]),
        ("off sale", [("fer", 0 + ASIDE)]),
    ])  # fmt: skip
    assert index.find("fer", 9) == [
        "both",
        "name",
        "name too",
        "begun",
        "substance",
        "elsewhere",
        "off sale",
    ]
    assert index.find("fer", 2) == ["both", "name"]


def test_slip_is_forgiven_only_where_nothing_is_written_so():
    index = Index([("one", [("amoxicilline", 0)]), ("two", [("amoxapine", 0)])])
    assert index.find("amox", 9) == ["one", "two"]
    assert index.find("amosicilline", 9) == ["one"]
    assert index.find("emox", 9) == ["one", "two"]
    assert index.find("emo", 9) == []
    assert index.find("amoxicillinexx", 9) == []


def test_list_is_built_once_by_version_and_again_for_another():
    built = []

    def build():
        built.append(1)
        return Index([("one", [("word", 0)])])

    held = Held(build)
    first, second = uuid4(), uuid4()
    assert held.get(first) is held.get(first)
    assert len(built) == 1
    held.get(second)
    assert len(built) == 2


def test_while_one_thread_builds_anew_the_others_go_on_with_the_list_before():
    going, done = threading.Event(), threading.Event()
    old, new = Index([]), Index([])

    def build():
        if not going.is_set() and not started:
            started.append(1)
            return old
        going.set()
        assert done.wait(10)
        return new

    started: list[int] = []
    held = Held(build)
    first, second = uuid4(), uuid4()
    held.get(first)
    thread = threading.Thread(target=held.get, args=(second,))
    going.clear()
    thread.start()
    assert going.wait(10)
    assert held.get(second) is old
    done.set()
    thread.join(10)
    assert held.get(second) is new
