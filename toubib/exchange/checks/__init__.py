"""The project's own checks, run before anything leaves: CDA, METADATA, archive and message.

They read the bytes and know nothing of the letter that these were made from. They are not a certification: official
conformity is pronounced by the ANS (EVSClient) and the CNDA.
"""

from toubib.exchange.checks.archive import check_archive
from toubib.exchange.checks.cda import check_cda
from toubib.exchange.checks.finding import Finding
from toubib.exchange.checks.message import check_message
from toubib.exchange.checks.metadata import check_metadata

__all__ = ["Finding", "check_archive", "check_cda", "check_message", "check_metadata"]
