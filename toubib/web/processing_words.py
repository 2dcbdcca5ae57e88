"""The record of processing in words: each table's name, what it holds and why; how long; how it is erased.

Keys are the models and the words of their data notes. A test fails where one is missing.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

TABLES = {
    "ChatMessage": (_("Messages de l’appel"), _("Ce qui s’écrit pendant la consultation.")),
    "Complaint": (_("Réclamations"), _("Pour y répondre et améliorer les soins.")),
    "Feedback": (_("Avis"), _("Deux questions après l’appel, pour mesurer la qualité.")),
    "Invite": (_("Invitations"), _("Le lien d’un proche ou d’un interprète ; il sert une fois.")),
    "Measurement": (
        _("Mesures de la vidéo"),
        _("Les secondes d’image et de son reçues, preuve de l’échange."),
    ),
    "Participant": (_("Personnes dans la salle"), _("Qui était présent, avec rôle et RPPS.")),
    "Room": (
        _("Salles d’appel"),
        _("Quand l’appel a commencé et fini. L’image ne passe pas par le serveur."),
    ),
    "Practitioner": (_("Professionnels"), _("Nom, RPPS et lieu d’exercice, comme l’annuaire public.")),
    "Beat": (_("Signes de vie"), _("L’heure du dernier passage de chaque tâche.")),
    "Medicine": (_("Médicaments"), _("La base publique des médicaments, pour prescrire.")),
    "Presentation": (_("Boîtes de médicaments"), _("Les présentations de la base publique.")),
    "Diagnosis": (_("Diagnostics"), _("Les codes de la CIM-10.")),
    "NomenclatureImport": (_("Listes importées"), _("La source et la date de chaque liste.")),
    "JournalEntry": (_("Journal des accès"), _("Qui a lu ou écrit quoi, sans le contenu.")),
    "OutboundMessage": (
        _("Messages à envoyer"),
        _("Codes et rappels, par e-mail ou SMS, sans mot de santé."),
    ),
    "StoredFile": (_("Fichiers"), _("Photos et documents, chiffrés.")),
    "Account": (_("Comptes"), _("Pour se connecter : adresse ou numéro.")),
    "Evidence": (_("Justificatifs"), _("Les preuves datées du droit d’exercer.")),
    "FailedSignIn": (_("Essais manqués"), _("Une empreinte, pour freiner qui devine un mot de passe.")),
    "Patient": (_("Identités des patients"), _("Les traits de l’INS, pour ne pas se tromper de personne.")),
    "PatientLink": (_("Liens avec un proche"), _("Qui agit pour qui, avec quelle preuve.")),
    "ProfessionalAccount": (_("Comptes de professionnels"), _("L’activation et la suspension de la garde.")),
    "RoleGrant": (_("Rôles"), _("Ce que chaque compte peut faire, et depuis quand.")),
    "GrantRequest": (_("Rôles demandés"), _("Qui a demandé un rôle pour qui, et qui l’a confirmé.")),
    "SignInCode": (_("Codes de connexion"), _("L’empreinte d’un code qui sert une fois.")),
    "Attachment": (_("Photos et documents envoyés"), _("Ce que le patient montre au médecin.")),
    "Consent": (_("Accords"), _("Ce que chacun a accepté, refusé ou retiré.")),
    "Encounter": (_("Consultations"), _("L’acte de soin, de l’arrivée à la signature.")),
    "HealthSummary": (
        _("Informations de santé"),
        _("Allergies, traitements, antécédents dits par le patient."),
    ),
    "Note": (_("Notes du médecin"), _("Le compte rendu de la consultation, avec ses ajouts.")),
    "Prescription": (_("Feuilles d’ordonnance"), _("Ce que le médecin prescrit, une feuille par sorte.")),
    "PrescriptionLine": (_("Lignes d’ordonnance"), _("Le médicament ou l’acte, sa posologie, sa durée.")),
    "SickLeave": (
        _("Avis d’arrêt de travail"),
        _("Ce que le médecin saisit dans le téléservice de l’Assurance maladie."),
    ),
    "Certificate": (_("Certificats"), _("Le texte signé, par modèle.")),
    "PatientTask": (_("Tâches du patient"), _("Trouver un médecin traitant : ce que le patient en dit.")),
    "NoteTemplate": (_("Modèles de note"), _("Les phrases qu’un médecin garde pour commencer ses notes.")),
    "Document": (
        _("Documents remis"),
        _("Comptes rendus, ordonnances, certificats et reçus, avec le code qui les vérifie."),
    ),
    "EncounterDecision": (
        _("Décisions sur un acte"),
        _("Ce que la règle disait à la signature, avec les faits et la version du droit."),
    ),
    "Attestation": (_("Réponses sur le prix"), _("Ce qui a été dit pour estimer le prix, par qui et quand.")),
    "DeclaredActivity": (
        _("Activité déclarée"),
        _("Les actes d’un médecin hors de la plateforme, sur sa parole."),
    ),
    "CountedAct": (
        _("Actes comptés"),
        _("Ce que chaque acte signé pèse dans la part à distance du médecin."),
    ),
    "Zone": (_("Zones"), _("La zone de chaque commune, datée, avec son arrêté.")),
    "Commune": (_("Communes"), _("Pour savoir quel SAMU répond.")),
    "Samu": (_("SAMU"), _("Le numéro direct du lieu du patient.")),
    "Duty": (_("Gardes"), _("Les présences des médecins.")),
    "FollowUp": (_("Personnes à rappeler"), _("Les demandes que personne n’a pu recevoir.")),
    "Offer": (_("Propositions"), _("Quelle demande fut proposée à qui, et la réponse.")),
    "Pool": (_("Files"), _("Leurs heures et qui y reçoit.")),
    "SignStop": (_("Arrêts sur un signe d’alerte"), _("Un nombre par jour, rien d’autre.")),
    "Ticket": (_("Demandes"), _("Une demande de soin : motif, lieu, place dans la file.")),
}
KEPT = {
    "1 year after it is done": _("1 an après le rappel"),
    "10 years": _("10 ans"),
    "10 years after the last act": _("10 ans après le dernier acte"),
    "2 years": _("2 ans"),
    "3 years after the last sign-in": _("3 ans après la dernière connexion"),
    "30 days": _("30 jours"),
    "5 years": _("5 ans"),
    "5 years active, then 15 archived (CNIL, practices); 20 years for establishments": _(
        "5 ans en base active, puis 15 en archive (CNIL, cabinets) ; 20 ans en établissement"
    ),
    "6 months to 3 years (CNIL 2021-122)": _("de 6 mois à 3 ans (CNIL 2021-122)"),
    "abandoned: 7 days; served: as the record": _("abandonnée : 7 jours ; reçue : comme le dossier"),
    "always": _("toujours"),
    "as the account": _("comme le compte"),
    "as the public directory": _("comme l’annuaire public"),
    "as the record": _("comme le dossier"),
    "as the record it belongs to": _("comme son dossier"),
    "one day": _("un jour"),
    "one row a part": _("une ligne par tâche"),
    "until the next import": _("jusqu’à l’import suivant"),
    "until its doctor deletes it": _("jusqu’à ce que son médecin le supprime"),
    "while in service": _("tant qu’il sert"),
    "while in use": _("tant qu’elle sert"),
}
ERASED = {
    "as the record (GDPR 17.3)": _("comme le dossier (RGPD, article 17.3)"),
    "by its doctor, or with the account": _("par son médecin, ou avec le compte"),
    "by the next import": _("par l’import suivant"),
    "by the worker": _("par la tâche de fond"),
    "by the worker, daily": _("par la tâche de fond, chaque jour"),
    "never": _("jamais"),
    "never alone": _("jamais seule"),
    "never, closed instead": _("jamais, mais fermée"),
    "on request, links end": _("sur demande, les liens prennent fin"),
    "then": _("à ce terme"),
    "then, figures stay": _("à ce terme, les chiffres restent"),
    "then; never while the law keeps it": _("à ce terme ; jamais tant que la loi le garde"),
    "when closed": _("à sa fermeture"),
    "with its encounter": _("avec sa consultation"),
    "with its request": _("avec sa demande"),
    "with its record": _("avec son dossier"),
    "with the account": _("avec le compte"),
    "with the account, acts keep the name": _("avec le compte ; les actes gardent le nom"),
    "with the record": _("avec le dossier"),
}
