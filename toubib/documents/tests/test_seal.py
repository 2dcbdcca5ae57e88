"""The seal holds, breaks with one byte, and leaves the claims of the file as they were."""

import asyncio
import io
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from toubib.documents.seal import NoSeal, current_seal, load_seal, make_trial_seal, seal_pdf
from toubib.documents.tests.factories import CONTENTS, attachments_of, claims_of, codes_of, make_pdf, text_of

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def pdf():
    return make_pdf(CONTENTS["compte-rendu"])


@pytest.fixture
def seal(tmp_path):
    make_trial_seal(tmp_path / "seal.pem", now=NOW)
    return load_seal(tmp_path / "seal.pem")


def check(sealed, seal):
    signature = PdfFileReader(io.BytesIO(sealed)).embedded_signatures[0]
    trust = ValidationContext(trust_roots=[seal.signer.signing_cert], allow_fetching=False)
    return signature, validate_pdf_signature(signature, signer_validation_context=trust)


def test_sealed_file_begins_with_the_file_and_validates_whole(pdf, seal):
    sealed = seal_pdf(pdf, seal=seal)
    signature, status = check(sealed, seal)
    assert sealed.startswith(pdf)
    assert (status.bottom_line, status.coverage.name, status.docmdp_ok) == (True, "ENTIRE_FILE", True)
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert str(signature.docmdp_level) == "MDPPerm.NO_CHANGES"
    assert (signature.sig_object["/Name"], signature.sig_object["/Reason"]) == (
        "Cachet d’essai fait par ce serveur, sans valeur",
        "Cachet électronique de l’opérateur",
    )


def test_seal_leaves_claims_text_codes_and_attachment(pdf, seal):
    sealed = seal_pdf(pdf, seal=seal)
    assert claims_of(sealed) == claims_of(pdf)
    assert (text_of(sealed), codes_of(sealed)) == (text_of(pdf), codes_of(pdf))
    assert attachments_of(sealed) == attachments_of(pdf)


def test_field_prints_is_named_and_lies_outside_the_page(pdf, seal):
    with pikepdf.open(io.BytesIO(seal_pdf(pdf, seal=seal))) as document:
        field = document.pages[0].Annots[0]
        box, page = [float(x) for x in field.Rect], [float(x) for x in document.pages[0].mediabox]
        assert (int(field.F) & 4, int(field.F) & 2) == (4, 0)  # printable, not hidden
        assert box[2] < page[0] and box[3] < page[1]
        assert (str(field.T), str(field.TU)) == ("Cachet", "Cachet électronique de l’opérateur")
        assert str(document.pages[0].Tabs) == "/S"


def test_one_byte_changed_breaks_the_seal(pdf, seal):
    sealed = seal_pdf(pdf, seal=seal)
    signature, _ = check(sealed, seal)
    start, length, after, rest = [int(part) for part in signature.byte_range]
    for at in (len(pdf) // 3, length - 40, after + rest - 30):
        changed = bytearray(sealed)
        changed[at] ^= 1
        try:
            _, status = check(bytes(changed), seal)
        except (PdfReadError, SignatureValidationError, ValueError, IndexError, KeyError):
            continue  # no longer a PDF with a seal
        assert not status.bottom_line, at
    appended = sealed + b"\n% more\n"
    _, status = check(appended, seal)
    assert status.coverage.name != "ENTIRE_FILE"


def test_rsa_key_with_its_chain_seals_too(pdf, tmp_path):
    path = write_pem(tmp_path, rsa.generate_private_key(65537, 2048))
    seal = load_seal(path)
    assert check(seal_pdf(pdf, seal=seal), seal)[1].bottom_line
    assert (seal.trial, seal.name) == (True, "Essai RSA")


def test_signature_from_the_mould_is_that_of_pyhanko_byte_for_byte(tmp_path):
    signer = load_seal(write_pem(tmp_path, rsa.generate_private_key(65537, 2048))).signer
    for digest in (bytes(32), bytes(range(32)), b"\xff" * 32):
        ours = asyncio.run(signer.async_sign(digest, "sha256", use_pades=True))
        theirs = asyncio.run(SimpleSigner.async_sign(signer, digest, "sha256", use_pades=True))
        assert ours.dump() == theirs.dump()


def test_elliptic_signature_from_the_mould_says_the_same(pdf, seal):
    seal_pdf(pdf, seal=seal)
    digest = bytes(range(32))
    ours = asyncio.run(seal.signer.async_sign(digest, "sha256", use_pades=True)).native
    theirs = asyncio.run(SimpleSigner.async_sign(seal.signer, digest, "sha256", use_pades=True)).native
    for made in (ours, theirs):  # drawn by chance each time; the file sealed second validates below
        made["content"]["signer_infos"][0]["signature"] = b""
    assert ours == theirs
    assert check(seal_pdf(pdf, seal=seal), seal)[1].bottom_line


def test_trial_server_makes_its_seal_once(settings, tmp_path):
    settings.SEAL_FILE, settings.TRIAL = tmp_path / "a" / "seal.pem", True
    first = current_seal()
    assert (first.trial, oct(settings.SEAL_FILE.stat().st_mode)[-3:]) == (True, "600")
    assert current_seal() is first


def test_seal_is_missed_outside_a_trial(settings, tmp_path):
    settings.SEAL_FILE, settings.TRIAL = tmp_path / "none.pem", False
    with pytest.raises(NoSeal, match=r"none.pem cannot be read \(No such file or directory\)"):
        current_seal()
    assert list(tmp_path.iterdir()) == []


def test_unfit_files_are_refused_with_their_reason(tmp_path):
    other = rsa.generate_private_key(65537, 2048)
    (tmp_path / "words.pem").write_text("rien")
    key_alone = pem_key(other)
    (tmp_path / "key.pem").write_bytes(key_alone)
    write_pem(tmp_path, rsa.generate_private_key(65537, 2048), name="crossed.pem", key_of=other)
    write_pem(tmp_path, ed25519.Ed25519PrivateKey.generate(), name="ed.pem")
    reasons = {}
    for name in ("words.pem", "key.pem", "crossed.pem", "ed.pem"):
        with pytest.raises(NoSeal) as refused:
            load_seal(tmp_path / name)
        reasons[name] = str(refused.value).removeprefix(f"{tmp_path}/")
    unread = "is not a PEM file of a private key without password and its certificate"
    assert reasons == {
        "words.pem": f"words.pem {unread}",
        "key.pem": f"key.pem {unread}",
        "crossed.pem": "crossed.pem: the first certificate is not that of the key",
        "ed.pem": "ed.pem holds a key that is neither RSA nor of an elliptic curve",
    }


def pem_key(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def write_pem(folder, key, *, name="other.pem", key_of=None):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Essai RSA")])
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    usage = dict.fromkeys(
        (
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=2))
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .sign(key, algorithm)
    )
    path = folder / name
    path.write_bytes(pem_key(key_of or key) + certificate.public_bytes(serialization.Encoding.PEM))
    return path
