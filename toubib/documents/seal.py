"""The operator's seal: a PAdES baseline B signature on the file, by a key of the operator and not of the doctor.

It tells that the file comes from this operator and has not changed by a byte since. It is not the prescriber's
signature (design rule: each is named for what it is), and no time-stamping authority has a part in it.
"""

from __future__ import annotations

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from asn1crypto import cms
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils import timezone
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from toubib.documents.mould import Mould, mould_of
from toubib.ground.private import write_private

FIELD = "Cachet"
READABLE = "Cachet électronique de l’opérateur"
TRIAL_NAME = "Cachet d’essai fait par ce serveur, sans valeur"
TRIAL_YEARS = 3
ROOM = 3072  # bytes of a signature beside its certificates
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class NoSeal(Exception):
    """The operator's seal is missing or unfit; the reason names the file, for an operator."""


@dataclass(frozen=True, slots=True)
class Seal:
    """`name`: as the certificate says it. `trial`: signed by itself, so that nobody vouches for it."""

    name: str
    trial: bool
    ends_at: datetime
    signer: _Signer
    reserved: int


class _Signer(signers.SimpleSigner):
    """pyHanko's, with the key loaded once (reading an RSA key checks it each time, for 36 ms), and its first signature
    kept as the mould of the next ones."""

    loaded: Key
    mould: Mould | None = None

    async def async_sign(  # type: ignore[override]
        self, data_digest: bytes, digest_algorithm: str, **settings: Any
    ) -> cms.ContentInfo:
        """Only `seal_pdf` calls it, always with the same settings."""
        if self.mould is None:
            self.mould = mould_of(await super().async_sign(data_digest, digest_algorithm, **settings))
        return cms.ContentInfo.load(
            self.mould.fill(data_digest, lambda data: self.sign_raw(data, digest_algorithm))
        )

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        if isinstance(self.loaded, rsa.RSAPrivateKey):
            return self.loaded.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self.loaded.sign(data, ec.ECDSA(hashes.SHA256()))


def current_seal() -> Seal:
    """The seal of TOUBIB_SEAL_FILE; a trial's server makes its own, once. Raises NoSeal."""
    path: Path = settings.SEAL_FILE
    if settings.TRIAL and not path.exists():
        make_trial_seal(path, now=timezone.now())
    return load_seal(path)


@lru_cache(maxsize=4)
def load_seal(path: Path) -> Seal:
    """A PEM file: the private key (RSA or elliptic, no password), its certificate, then the chain. Raises NoSeal."""
    try:
        raw = path.read_bytes()
        key = serialization.load_pem_private_key(raw, password=None)
        chain = x509.load_pem_x509_certificates(raw)
    except OSError as error:
        raise NoSeal(f"{path} cannot be read ({error.strerror})") from None
    except (ValueError, TypeError):
        raise NoSeal(
            f"{path} is not a PEM file of a private key without password and its certificate"
        ) from None
    if not isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise NoSeal(f"{path} holds a key that is neither RSA nor of an elliptic curve")
    certificate = chain[0]
    if certificate.public_key() != key.public_key():
        raise NoSeal(f"{path}: the first certificate is not that of the key")
    return _seal_of(key, chain)


def _seal_of(key: Key, chain: list[x509.Certificate]) -> Seal:
    ders = [one.public_bytes(serialization.Encoding.DER) for one in chain]
    read = [asn1_x509.Certificate.load(der) for der in ders]
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signer = _Signer(
        signing_cert=read[0],
        signing_key=asn1_keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore.from_certs(read),
    )
    signer.loaded = key
    names = chain[0].subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Seal(
        name=str(names[0].value) if names else chain[0].subject.rfc4514_string(),
        trial=chain[0].issuer == chain[0].subject,
        ends_at=chain[0].not_valid_after_utc,
        signer=signer,
        reserved=2 * (sum(len(der) for der in ders) + ROOM),
    )


def make_trial_seal(path: Path, *, now: datetime) -> None:
    """A key and a certificate that vouches for itself and says so; a file that is there already stays."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"), x509.NameAttribute(NameOID.COMMON_NAME, TRIAL_NAME)]
    )
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
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * TRIAL_YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, (secret + certificate.public_bytes(serialization.Encoding.PEM)).decode())


def seal_pdf(pdf: bytes, *, seal: Seal) -> bytes:
    """The same file with the seal added at its end; what came before stays as it was, byte for byte.

    The field lies outside the page and prints: PDF/A wants printable, PDF/UA wants hidden or outside. The time in it is
    the server's own.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=READABLE,
        name=seal.name,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    spec = fields.SigFieldSpec(
        FIELD,
        readable_field_name=READABLE,
        invis_sig_settings=fields.InvisSigSettings(
            set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True
        ),
    )
    signing = signers.PdfSigner(metadata, signer=seal.signer, new_field_spec=spec)
    return _signed(signing, writer, reserved=seal.reserved)


def _signed(signing: signers.PdfSigner, writer: IncrementalPdfFileWriter, *, reserved: int) -> bytes:
    """pyHanko runs a loop of its own: apart, where this thread has one already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return signing.sign_pdf(writer, bytes_reserved=reserved).getvalue()
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(signing.sign_pdf, writer, bytes_reserved=reserved).result().getvalue()
