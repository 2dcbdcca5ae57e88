"""`toubib record sample`, its files opened again."""

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from lxml import etree

from toubib.config.cli import main
from toubib.documents.tests.factories import claims_of, text_of

pytestmark = pytest.mark.once
PDFS = {
    "arret-de-travail-specimen",
    "certificat",
    "compte-rendu",
    "ordonnance-bizone",
    "ordonnance-biologie",
    "ordonnance-medicaments",
    "recu",
}


def test_sample_writes_one_of_each_and_repeats(capsys, tmp_path):
    for _ in range(2):
        assert main(["record", "sample", "--out", str(tmp_path / "a" / "b")]) == 0
    said = capsys.readouterr()
    files = {path.name: path.read_bytes() for path in (tmp_path / "a" / "b").iterdir()}
    assert (said.err, set(said.out.splitlines())) == ("", {f"{tmp_path}/a/b/{name}" for name in files})
    assert set(files) == (
        {f"{name}.pdf" for name in PDFS}
        | {f"{name}.fhir.json" for name in PDFS if name.startswith(("compte", "ordonnance"))}
        | {"compte-rendu.a1.pdf", "compte-rendu.cda.xml", "compte-rendu.mssante.eml", "IHE_XDM.ZIP"}
    )
    for name, content in files.items():
        if name.endswith(".json"):
            assert json.loads(content)["resourceType"] == "Bundle"
        elif name.endswith(".pdf"):
            assert claims_of(content)["pdfaid:part"] == ("1" if name.endswith(".a1.pdf") else "3")
            assert "Démonstration." in text_of(content)
            assert (b"/ETSI.CAdES.detached" in content) == (not name.endswith(".a1.pdf"))
    assert etree.fromstring(files["compte-rendu.cda.xml"]).tag == "{urn:hl7-org:v3}ClinicalDocument"
    assert ZipFile(BytesIO(files["IHE_XDM.ZIP"])).testzip() is None


def test_sample_without_a_seal_is_one_line(capsys, tmp_path, settings):
    settings.SEAL_FILE, settings.TRIAL = tmp_path / "none.pem", False
    assert main(["record", "sample", "--out", str(tmp_path)]) == 1
    assert capsys.readouterr().err == (
        f"toubib: {tmp_path}/none.pem cannot be read (No such file or directory)\n"
    )
