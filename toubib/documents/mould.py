"""The parts of a seal's signature that never change, made once by pyHanko: each file adds its digest and its signature.

pyHanko builds and encodes the whole structure anew for each file, which costs more CPU than the page itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from asn1crypto import cms

SEQUENCE, SET, OCTETS, EXPLICIT_0 = 0x30, 0x31, 0x04, 0xA0
DIGEST_TYPE: bytes = cms.CMSAttributeType("message_digest").dump()


@dataclass(frozen=True, slots=True)
class Mould:
    """DER, in the order of RFC 5652. `attributes`: what is signed, but for the digest."""

    content_type: bytes
    before: bytes  # of SignedData: version, algorithms, what it encloses, certificates
    signer: bytes  # of SignerInfo: version, certificate's name, digest algorithm
    attributes: tuple[bytes, ...]
    algorithm: bytes

    def fill(self, digest: bytes, sign: Callable[[bytes], bytes]) -> bytes:
        """The whole signature, in DER."""
        told = _der(SEQUENCE, DIGEST_TYPE, _der(SET, _der(OCTETS, digest)))
        signed = b"".join(sorted((*self.attributes, told)))
        signature = _der(OCTETS, sign(_der(SET, signed)))
        info = _der(SEQUENCE, self.signer, _der(EXPLICIT_0, signed), self.algorithm, signature)
        data = _der(SEQUENCE, self.before, _der(SET, info))
        return _der(SEQUENCE, self.content_type, _der(EXPLICIT_0, data))


def mould_of(made: cms.ContentInfo) -> Mould:
    """Of a signature that pyHanko made with the same key, certificates and settings."""
    data = made["content"]
    info = data["signer_infos"][0]
    kept = [one.dump() for one in info["signed_attrs"] if one["type"].native != "message_digest"]
    return Mould(
        content_type=made["content_type"].dump(),
        before=_dumped(data, "version", "digest_algorithms", "encap_content_info", "certificates"),
        signer=_dumped(info, "version", "sid", "digest_algorithm"),
        attributes=tuple(kept),
        algorithm=info["signature_algorithm"].dump(),
    )


def _dumped(whole: cms.SignedData | cms.SignerInfo, *names: str) -> bytes:
    return b"".join(whole[name].dump() for name in names)


def _der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes((tag, len(body))) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body
