"""A QR drawn with the quicker choice of its mask is segno's own, module by module."""

import random

import pytest
import segno

from toubib.documents.codes import new_code, verify_url
from toubib.documents.masks import qr_matrix


def test_matrix_of_many_codes_is_that_of_segno():
    texts = [verify_url(new_code()) for _ in range(40)]
    assert [qr_matrix(one) for one in texts] == [segno.make_qr(one, error="m").matrix for one in texts]


@pytest.mark.parametrize("length", [1, 20, 60, 110, 150, 300, 700])
def test_matrix_of_each_size_is_that_of_segno(length):
    text = "".join(random.Random(length).choices("ABCxyz019:/-é", k=length))
    assert qr_matrix(text) == segno.make_qr(text, error="m").matrix
