import json

import pytest

from toubib.documents.kept import content_kept, header_kept, keep
from toubib.documents.tests.factories import CONTENTS, make_header


@pytest.mark.parametrize("name", CONTENTS)
def test_what_was_kept_reads_back_the_same(name):
    kept = json.loads(json.dumps(keep(header=make_header(), content=CONTENTS[name])))
    assert (header_kept(kept), content_kept(kept)) == (make_header(), CONTENTS[name])


def test_fields_of_another_version_take_their_default_or_are_left():
    kept = keep(header=make_header(), content=CONTENTS["certificat"])
    kept["content"]["gone"] = 1
    del kept["header"]["replaces_code"]
    assert (header_kept(kept), content_kept(kept)) == (make_header(), CONTENTS["certificat"])
