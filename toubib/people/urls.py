from __future__ import annotations

from django.urls import path

from toubib.people.views import administration, contact, demo, direction, factors, links, mine, sign_in

app_name = "people"
urlpatterns = [
    path("connexion", sign_in.sign_in, name="sign_in"),
    path("connexion/code", sign_in.enter_code, name="code"),
    path("connexion/second-facteur", factors.second_factor, name="second_factor"),
    path("connexion/second-facteur/installer", factors.enrol, name="enrol"),
    path("connexion/codes-de-secours", factors.recovery_codes, name="recovery_codes"),
    path("connexion/invitation/<str:uid>/<str:token>", sign_in.accept_invitation, name="invitation"),
    path("deconnexion", sign_in.sign_out, name="sign_out"),
    path("demo/entrer/<slug:name>", demo.enter, name="demo_enter"),
    path("demo/messages", demo.messages, name="demo_messages"),
    path("mon-espace/profil", mine.profile, name="profile"),
    path("mon-espace/contact", contact.contact, name="contact"),
    path("mon-espace/contact/code", contact.contact_code, name="contact_code"),
    path("mon-espace/proches", mine.relatives, name="relatives"),
    path("mon-espace/proches/ajouter", mine.add_someone, name="relative_add"),
    path("mon-espace/proches/<uuid:link_id>", mine.edit_someone, name="relative"),
    path("mon-espace/proches/<uuid:link_id>/retirer", mine.end_link, name="relative_end"),
    path("direction/professionnels", direction.professionals, name="professionals"),
    path("direction/professionnels/<uuid:professional_id>", direction.professional, name="professional"),
    path("direction/liens", links.links, name="links"),
    path("administration/roles", administration.grants, name="grants"),
    path("administration/comptes", administration.accounts, name="accounts"),
    path("administration/comptes/nouveau", administration.new_account, name="account_new"),
    path("administration/comptes/<uuid:account_id>", administration.account, name="account"),
]
