"""Parameters of the law that no rule and no page of work reads: told to readers for information, and marked so.

tests/test_unread.py derives the list anew: of the subjects of the rules, what no rule asks for in any period; of the
others, what no code names.
"""

from __future__ import annotations

UNREAD = frozenset({
    "agrement.duration_years", "agrement.instruction_months", "amo.rate.ald_related", "amo.rate.at_mp",
    "amo.rate.maternity", "c2s.ceiling_single_year", "c2s.third_party_payment",
    "cap.exempt.pregnant_doctor", "cap.exempt.retired_doctor", "cap.numerator.conventioned_only",
    "cap.nurse_telecare", "cap.period", "cap.rate.psychiatry_local_derogation_max", "cap.scope",
    "eprescription.mandatory", "eprescription.paper_copy", "eprescription.retention_years",
    "er.visit_cost", "hds.full_conformity", "ins.mandatory", "ins.qualified_needed_for_dmp",
    "nurse.telecare.known_within_months", "participation.applies_to_midwife_nurse_pharmacist",
    "pharmacist.equipment_first_year", "pharmacist.equipment_later_years", "pharmacist.pay_per_act",
    "pharmacist.pay_yearly_max", "prescription.restricted_categories", "reimb.alternance.waived_by_sas",
    "reimb.live_exchange_for_prescription", "reimb.out_of_pathway_rate.in_person",
    "reimb.out_of_pathway_rate.teleconsultation", "reimb.pathway.psychiatry_direct_age_from",
    "reimb.pathway.psychiatry_direct_age_to", "reimb.pharmacy_patient_fee_allowed",
    "reimb.phone_covid.max_per_month", "reimb.territorial_org.required_when_no_mt",
    "reimb.territoriality.distance_in_law", "sickleave.form", "sickleave.platform_main_purpose_forbidden",
    "sickleave.secured_paper_required", "sickleave.tele.prolongation_banned",
    "sickleave.tele.subscription_forbidden", "sickleave.waiting_days", "subscription.amo",
    "subscription.example.acts_cap", "subscription.example.parenting_price_month",
    "subscription.example.price_month", "subscription.prescriptions_reimbursed", "tariff.G",
    "tariff.G.child", "tariff.RQD", "tariff.RQD.drom", "tariff.RQD.level_1", "tariff.SNP",
    "tariff.SNP.max_per_week", "tariff.TE1", "tariff.TMI", "tariff.in_person.neurology", "tariff.in_person.psychiatry", "te.amo_rate",
    "te.max_per_patient_per_year.level_1",
    "te.requester_professions", "te.rqd_yearly_max_per_requester", "third_party_payment.compulsory",
    "zone.authority", "zone.population_share.ZAC", "zone.population_share.ZIP", "zone.types",
    "zone.underserved_communes",
})  # fmt: skip
