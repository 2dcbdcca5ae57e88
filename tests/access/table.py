"""What each address answers to whom: one line an address; anyone not named gets 404, or the sign-in page when nobody.

`get`, `post`: who is let in with the ids of one's own case (see world.py); None: the address does not know this method.
`args`: where the argument of the address is not the id of the case. `data`: what is posted, where nothing is no act.
`record`: the page shows a patient's record, so each GET leaves an entry with that patient in the journal.
`on_path`: a step of the path: who is not at this step is sent to where they are. `blind`: ids that name nothing are
answered like those that do, to whom may post at all.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Any

from tests.access.world import (
    ADMINISTRATOR,
    ASSISTANT,
    COMPLIANCE,
    DIRECTOR,
    DOCTOR,
    DOCTORS,
    EVERYONE,
    GUEST,
    OWNER,
    PARENT,
    PATIENTS,
    PREPARING,
    SIGNED_IN,
)


@dataclass(frozen=True)
class Rule:
    get: Set[str] | None = None
    post: Set[str] | None = None
    args: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    record: bool = False
    on_path: bool = False
    blind: bool = False
    csrf: bool = True


PAGE, FORM = Rule(get=EVERYONE), Rule(get=EVERYONE, post=EVERYONE)
STEP = Rule(get={PREPARING}, post={PREPARING}, on_path=True)
MINE, MINE_ACT = Rule(get={OWNER}), Rule(post={OWNER})
MINE_FORM = Rule(get={OWNER}, post={OWNER})  # GET leads to the page of the form
DESK, DESK_ACT = Rule(get=DOCTORS), Rule(post=DOCTORS)
ROOM_ACT = Rule(post={DOCTOR})
IN_ROOM = {OWNER, DOCTOR, GUEST}
OF_MACHINE = Rule()
OF_DIRECTOR, OF_COMPLIANCE = Rule(get={DIRECTOR}), Rule(get={COMPLIANCE})

TABLE: dict[str, Rule] = {
    # Of machines
    "healthz": FORM,
    "readyz": FORM,
    "metrics": FORM,
    # Everyone's
    "ui:language": Rule(post=EVERYONE),
    "ui:theme": Rule(post=EVERYONE),
    "ui:sheet": FORM,
    "web:start": PAGE,
    "web:line_now": PAGE,
    "web:line_rule": PAGE,
    "web:rules": PAGE,
    "web:observatory": PAGE,
    "web:observatory_reforms": PAGE,
    "web:observatory_reforms_csv": PAGE,
    "web:observatory_reforms_png": PAGE,
    "web:observatory_reforms_svg": PAGE,
    "web:observatory_csv": PAGE,
    "web:observatory_map_png": PAGE,
    "web:observatory_map_svg": PAGE,
    "web:observatory_curve_png": PAGE,
    "web:observatory_curve_svg": PAGE,
    "web:your_data": PAGE,
    "web:places": Rule(get=EVERYONE, post=EVERYONE, csrf=False),  # a search: nothing changes
    "web:places_communes": Rule(post=EVERYONE, csrf=False),
    "web:places_csv": PAGE,
    "web:places_geojson": PAGE,
    "web:fhir_location": PAGE,
    "web:fhir_location_read": Rule(get=EVERYONE, args={"place": "open_place"}),
    "web:place": Rule(get=EVERYONE, args={"place": "open_place"}),
    "web:accessibility": PAGE,
    "web:test_relays": Rule(get={PREPARING}),
    "consultation:ice_test": Rule(get=SIGNED_IN),
    # The door
    "people:sign_in": FORM,
    "people:code": FORM,
    "people:second_factor": FORM,
    "people:enrol": FORM,
    "people:recovery_codes": Rule(get=SIGNED_IN, post=SIGNED_IN),
    "people:invitation": Rule(get=EVERYONE, post=EVERYONE, args={"token": "account_token"}),
    "people:sign_out": Rule(post=EVERYONE),
    "people:demo_enter": Rule(post=EVERYONE),
    "people:demo_messages": PAGE,
    # The patient's path: no address carries an id but that of a file
    "waiting:path": PAGE,
    "waiting:signs": FORM,
    "waiting:call_now": PAGE,
    "waiting:place": STEP,
    "waiting:communes": Rule(post=EVERYONE),
    "waiting:for_whom": STEP,
    "waiting:reason": STEP,
    "waiting:medecin_traitant": STEP,
    "waiting:doctors": Rule(post=EVERYONE),
    "waiting:identity": STEP,
    "waiting:identity_code": Rule(get={PREPARING}, post={PREPARING}, on_path=True),
    "waiting:price": STEP,
    "billing:payer": STEP,
    "waiting:health": STEP,
    "waiting:file": Rule(get={PREPARING}, post={PREPARING}, on_path=True, record=True),
    "waiting:file_remove": Rule(get={PREPARING}, post={PREPARING}, on_path=True, blind=True),
    "waiting:consents": STEP,
    "waiting:test": STEP,
    "waiting:test_result": STEP,
    "waiting:ready": STEP,
    "waiting:pause": Rule(get={PREPARING}, on_path=True),
    "waiting:stop": Rule(post=EVERYONE),
    # The waiting room: of the account that asked, alone
    "web:waiting_room": Rule(get={OWNER}, record=True),
    "web:waiting_state": MINE,
    "web:waiting_worsening": Rule(get={OWNER}, post={OWNER}),
    "web:waiting_go_out": MINE_FORM,
    "web:waiting_return": MINE_FORM,
    "web:waiting_leave": MINE_FORM,
    "web:waiting_decline": MINE_FORM,
    "web:waiting_place": Rule(get={OWNER}, post={OWNER}),
    "web:waiting_photo": Rule(get={OWNER}, post={OWNER}),
    "web:waiting_invite": MINE_FORM,
    "web:waiting_invites": MINE,
    "web:waiting_uninvite": MINE_FORM,
    # The call
    "web:call": Rule(get=IN_ROOM),
    "web:measures": Rule(get={OWNER}, record=True),
    "web:take_reading": Rule(
        post={OWNER},
        data={
            "client_id": "01970000-0000-7000-8000-000000000001",
            "kind": "scale",
            "typed": "1",
            "m_weight": "65",
        },
    ),
    "web:call_guests": MINE,
    "web:call_guest_answer": Rule(post={OWNER}, data={"answer": "yes"}),
    "web:call_assisted_answer": Rule(post={OWNER}, args={"about": "presence"}, data={"answer": "yes"}),
    "web:call_over": Rule(get=IN_ROOM),
    "consultation:credentials": Rule(post=IN_ROOM),
    "consultation:measures": Rule(
        post=EVERYONE, blind=True, csrf=False
    ),  # the pass in the body says who reports
    "consultation:messages": Rule(get=IN_ROOM, post=IN_ROOM, record=True),
    "web:guest_door": Rule(get={GUEST}),
    "web:guest_door_state": Rule(get={GUEST}),
    "web:invitation": FORM,
    # After the call: whoever acts for the patient, and the doctor
    "web:visit": Rule(get={OWNER, PARENT, DOCTOR}, record=True),
    "web:visit_state": Rule(get={OWNER, PARENT, DOCTOR}),
    "web:visit_price": Rule(get={OWNER, PARENT, DOCTOR}),
    "web:visit_documents": Rule(get={OWNER, PARENT, DOCTOR}),
    "web:visit_rate": Rule(get={OWNER, PARENT}, post={OWNER, PARENT}),
    "web:visit_task": Rule(get={OWNER, PARENT}, post={OWNER, PARENT}),
    "web:visit_complaint": Rule(get={OWNER, PARENT}, post={OWNER, PARENT}),
    # Documents: as the signed note; whether one is genuine, to anyone who has its code
    "documents:show": Rule(get={OWNER, PARENT, DOCTOR}, record=True),
    "documents:verify": FORM,
    "documents:verify_code": PAGE,
    # « Mon espace »
    "web:space": Rule(get=SIGNED_IN),
    "web:visits": Rule(get=PATIENTS),
    "web:documents": Rule(get=PATIENTS),
    "web:document": Rule(get={OWNER, PARENT}, record=True),
    "web:accesses": Rule(get=PATIENTS),
    "web:consents": Rule(get=PATIENTS),
    "web:consent_withdraw": Rule(post={OWNER, PARENT}),
    "web:my_data": Rule(get=PATIENTS),
    "web:my_data_copies": Rule(get=PATIENTS),
    "web:my_data_copy": MINE,
    "web:my_data_export": Rule(post=PATIENTS),
    "web:my_data_erase": Rule(post=PATIENTS),
    "people:profile": Rule(get=SIGNED_IN, post=SIGNED_IN),
    "people:contact": Rule(get=PATIENTS, post=PATIENTS),
    "people:contact_code": Rule(get=PATIENTS, post=PATIENTS),
    "people:relatives": Rule(get=PATIENTS, post=PATIENTS),
    "people:relative_add": Rule(get=PATIENTS, post=PATIENTS),
    "people:relative": Rule(get={OWNER}, post={OWNER}, record=True),
    "people:relative_end": MINE_ACT,
    # The desk: a doctor's own duty, offers and consultations
    "consultation:desk": DESK,
    "consultation:cap": Rule(get=DOCTORS, post=DOCTORS),
    "consultation:line": DESK,
    "consultation:diagnoses": DESK_ACT,
    "consultation:templates": DESK,
    "consultation:template": Rule(get={DOCTOR}, post={DOCTOR}, data={"do": "delete"}),
    "consultation:panel": DESK,
    "consultation:priority": Rule(get=DOCTORS, post=DOCTORS, args={"ticket": "waiting_ticket"}),
    "consultation:start_duty": DESK_ACT,
    "consultation:change_duty": DESK_ACT,
    "consultation:take": ROOM_ACT,
    "consultation:refuse": ROOM_ACT,
    "consultation:piece": Rule(get={DOCTOR}, record=True),
    "consultation:room": Rule(get={DOCTOR}, record=True),
    "consultation:room_status": Rule(get={DOCTOR}),
    "consultation:room_watch": Rule(get={DOCTOR}),
    "consultation:documents": Rule(get={DOCTOR}),
    "billing:doctor_claim": Rule(
        get={DOCTOR}, post={DOCTOR}, args={"encounter": "billed"}, data={"waived": "no"}, record=True
    ),
    "consultation:room_open": ROOM_ACT,
    "consultation:room_end": ROOM_ACT,
    "consultation:room_leave": Rule(post={DOCTOR}, args={"act": "leaving"}),
    "consultation:note": ROOM_ACT,
    "consultation:sign": ROOM_ACT,
    "consultation:amend": ROOM_ACT,
    "consultation:correct": ROOM_ACT,
    "consultation:template_keep": ROOM_ACT,
    "consultation:leave": ROOM_ACT,
    "consultation:certificate": ROOM_ACT,
    "consultation:leave_receipt": ROOM_ACT,
    "consultation:medicines": DESK_ACT,
    "consultation:rx_put": ROOM_ACT,
    "consultation:rx_renew": ROOM_ACT,
    "consultation:rx_weight": ROOM_ACT,
    "consultation:rx_line": Rule(get={DOCTOR}, record=True),
    "consultation:rx_change": Rule(post={DOCTOR}, data={"do": "up"}),
    "consultation:past": Rule(get={DOCTOR}, record=True),
    "consultation:law": Rule(get={DOCTOR}),
    "consultation:attest": ROOM_ACT,
    "consultation:check": ROOM_ACT,
    "consultation:second_parent": ROOM_ACT,
    "consultation:secrecy": ROOM_ACT,
    "consultation:orient": ROOM_ACT,
    "consultation:guests": Rule(get={DOCTOR}),
    "consultation:readings": Rule(get={DOCTOR}, record=True),
    "consultation:invite": ROOM_ACT,
    "consultation:admit": ROOM_ACT,
    "consultation:refuse_guest": ROOM_ACT,
    "consultation:remove": ROOM_ACT,
    "consultation:withdraw": Rule(get={DOCTOR}, post={DOCTOR}, record=True),
    "consultation:send_again": Rule(post={DOCTOR}),
    "consultation:rework": Rule(post={DOCTOR}),
    "consultation:rework_end": ROOM_ACT,
    # The medical director
    "people:professionals": OF_DIRECTOR,
    "people:links": Rule(get={DIRECTOR}, post={DIRECTOR}),
    "people:professional": Rule(get={DIRECTOR}, post={DIRECTOR}, data={"do": "suspend"}),
    "web:direction": OF_DIRECTOR,
    "web:direction_follow_ups": OF_DIRECTOR,
    "web:direction_follow_up": Rule(get={DIRECTOR}, post={DIRECTOR}, record=True),
    "web:direction_unanswered": OF_DIRECTOR,
    "web:direction_delivery": Rule(get={DIRECTOR}, post={DIRECTOR}, record=True),
    "web:direction_task": Rule(get={DIRECTOR}, post={DIRECTOR}, record=True),
    "web:direction_complaints": OF_DIRECTOR,
    "web:direction_complaint": Rule(get={DIRECTOR}, post={DIRECTOR}, record=True),
    "billing:claims": OF_DIRECTOR,
    "billing:claim": Rule(get={DIRECTOR}, post={DIRECTOR}, record=True),
    "billing:export": Rule(post={DIRECTOR}),
    "billing:batch_csv": OF_DIRECTOR,
    "billing:batch_json": OF_DIRECTOR,
    "billing:plans": Rule(get={DIRECTOR}, post={DIRECTOR}),
    "billing:end_cover": Rule(post={DIRECTOR}),
    "web:direction_quality": OF_DIRECTOR,
    "web:managed_places": OF_DIRECTOR,
    "web:managed_place": Rule(
        get={DIRECTOR},
        post={DIRECTOR},
        args={"place_id": "open_place"},
        data={"do": "hours", "hours": "24/7"},
    ),
    "web:direction_caps": OF_DIRECTOR,
    "web:direction_caps_csv": OF_DIRECTOR,
    # The compliance officer
    "web:compliance": OF_COMPLIANCE,
    "web:compliance_find": Rule(get={COMPLIANCE}, post={COMPLIANCE}),
    "web:compliance_csv": OF_COMPLIANCE,
    "web:compliance_chain": Rule(get={COMPLIANCE}, post={COMPLIANCE}),
    "web:compliance_complaints": OF_COMPLIANCE,
    "web:compliance_complaints_csv": OF_COMPLIANCE,
    "web:compliance_processing": OF_COMPLIANCE,
    "web:compliance_processing_csv": OF_COMPLIANCE,
    "web:compliance_rights": OF_COMPLIANCE,
    "web:compliance_rights_csv": OF_COMPLIANCE,
    "web:compliance_erasure": Rule(get={COMPLIANCE}, post={COMPLIANCE}),
    "web:compliance_record": Rule(
        get={COMPLIANCE}, post={COMPLIANCE}, args={"patient_id": "patient"}, data={"do": "lift"}, record=True
    ),
    # A kiosk: its own machine alone (test_kiosk.py); nobody else finds anything there but the door
    "kiosk:idle": PAGE,
    "kiosk:offline": PAGE,
    "kiosk:worker": PAGE,
    "kiosk:enrol": Rule(get=EVERYONE, post=EVERYONE, csrf=False),
    "kiosk:key": Rule(post=EVERYONE, csrf=False),
    "kiosk:report": Rule(csrf=False),
    "kiosk:demo": Rule(post=EVERYONE),
    **dict.fromkeys(
        (
            "kiosk:wait_now",
            "kiosk:begin",
            "kiosk:help",
            "kiosk:phone",
            "kiosk:room",
            "kiosk:measures",
            "kiosk:leaving",
            "kiosk:papers",
            "kiosk:paper",
            "kiosk:wipe",
        ),
        OF_MACHINE,
    ),
    "web:units": Rule(
        get={ADMINISTRATOR, DIRECTOR},
        post={ADMINISTRATOR, DIRECTOR},
        args={"place": "open_place"},
        data={"number": "2", "kind": "scale"},
    ),
    "web:unit_away": Rule(post={ADMINISTRATOR, DIRECTOR}),
    "kiosk:machines": Rule(get={ADMINISTRATOR, DIRECTOR}, post={ADMINISTRATOR, DIRECTOR}),
    # The counter beside it: who assists, at their own place
    "counter:counter": Rule(get={ASSISTANT}),
    "counter:part": Rule(get={ASSISTANT}),
    "counter:acts": Rule(get={ASSISTANT}),
    "counter:acts_file": Rule(post={ASSISTANT}),
    "counter:fifteen": Rule(post={ASSISTANT}, args={"place": "open_place"}),
    "counter:cabin": Rule(get={ASSISTANT}, post={ASSISTANT}, args={"machine": "cabin"}),
    "counter:open": Rule(post={ASSISTANT}, args={"machine": "cabin"}),
    "counter:stop": Rule(post={ASSISTANT}, args={"session": "kiosk_session"}),
    "counter:vouch": Rule(post={ASSISTANT}, args={"session": "kiosk_session"}),
    "counter:beside": Rule(post={ASSISTANT}, args={"session": "kiosk_session"}),
    "counter:leave": Rule(post={ASSISTANT}),
    "counter:back": Rule(post=set()),  # these two ask from home
    "counter:gesture": Rule(get=set(), post=set(), args={"gesture": "encounter"}),
    "counter:enter": OF_MACHINE,
    "counter:direction": Rule(get={DIRECTOR}, post={DIRECTOR}),
    "counter:end_post": Rule(post={DIRECTOR}),
    "counter:end_protocol": Rule(post=set(), args={"protocol": "encounter"}),
    "consultation:gestures": Rule(get={DOCTOR}),
    "consultation:gesture_ask": ROOM_ACT,
    "consultation:gesture_stop": Rule(post=set(), args={"gesture": "encounter"}),
    "kiosk:machine_revoke": Rule(post={ADMINISTRATOR, DIRECTOR}),
    # The administrator
    "people:grants": Rule(
        get={ADMINISTRATOR, DIRECTOR}, post={ADMINISTRATOR, DIRECTOR}, data={"do": "confirm"}
    ),
    "people:accounts": Rule(get={ADMINISTRATOR}),
    "people:account_new": Rule(get={ADMINISTRATOR}, post={ADMINISTRATOR}),
    "people:account": Rule(get={ADMINISTRATOR}, post={ADMINISTRATOR}, data={"do": "invite"}),
}
