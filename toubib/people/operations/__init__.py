"""The only writers of people."""

from toubib.people.operations.accounts import (
    LastAdministrator,
    MayNotManage,
    close_account,
    create_account,
    grant_role,
    reopen_account,
    revoke_role,
    send_invitation,
)
from toubib.people.operations.codes import (
    CodeDead,
    CodeRequest,
    TooManyCodes,
    WrongCode,
    erase_old_codes,
    request_code,
    use_code,
)
from toubib.people.operations.links import LinkExists, NotAMinor, add_relative, link_person, revoke_link
from toubib.people.operations.passwords import (
    TooManyTries,
    WrongPassword,
    check_credentials,
    count_try,
    erase_old_tries,
    forget_tries,
    note_sign_in,
    set_password,
)
from toubib.people.operations.patients import (
    BadInsiAnswer,
    IdentityLocked,
    MayNotValidate,
    create_patient,
    record_ins_from_insi,
    set_own_identity,
    update_identity,
    validate_identity,
)
from toubib.people.operations.professionals import (
    CannotActivate,
    MayNotJudge,
    activate_professional,
    add_evidence,
    check_professionals_daily,
    create_professional,
    suspend_professional,
)

__all__ = [
    "BadInsiAnswer", "CannotActivate", "CodeDead", "CodeRequest", "IdentityLocked", "LastAdministrator", "LinkExists",
    "MayNotJudge", "MayNotManage", "MayNotValidate", "NotAMinor", "TooManyCodes", "TooManyTries", "WrongCode",
    "WrongPassword", "activate_professional", "add_evidence", "add_relative", "check_credentials",
    "check_professionals_daily", "close_account", "count_try", "create_account", "create_patient",
    "create_professional", "erase_old_codes", "erase_old_tries", "forget_tries", "grant_role", "link_person",
    "note_sign_in", "record_ins_from_insi", "reopen_account", "request_code", "revoke_link", "revoke_role",
    "send_invitation", "set_own_identity", "set_password", "suspend_professional", "update_identity", "use_code",
    "validate_identity",
]
