import json

import pytest

from toubib.documents.contents import kind_of
from toubib.documents.enums import DocumentKind
from toubib.documents.kept import CONTENTS as KEPT_TYPES
from toubib.documents.kept import content_kept, header_kept, keep
from toubib.documents.tests.factories import CONTENTS, make_header


@pytest.mark.parametrize("name", CONTENTS)
def test_what_was_kept_reads_back_the_same(name):
    kept = json.loads(json.dumps(keep(header=make_header(), content=CONTENTS[name])))
    assert (header_kept(kept), content_kept(kept)) == (make_header(), CONTENTS[name])


def test_each_kind_of_document_has_a_content_that_is_kept_and_a_sample():
    assert {kind_of(one) for one in CONTENTS.values()} == set(DocumentKind)
    assert {type(one) for one in CONTENTS.values()} == set(KEPT_TYPES.values())


def test_fields_of_another_version_take_their_default_or_are_left():
    kept = keep(header=make_header(), content=CONTENTS["certificat"])
    kept["content"]["gone"] = 1
    del kept["header"]["replaces_code"]
    assert (header_kept(kept), content_kept(kept)) == (make_header(), CONTENTS["certificat"])
