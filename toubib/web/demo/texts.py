"""Invented words: what people told of their health, notes by reason, ratings, complaints. None is of a real case."""

from __future__ import annotations

from dataclasses import dataclass

INVENTED = "Texte inventé pour la démonstration."

HEALTH = (
    {"allergies": "Aucune connue", "treatments": "Aucun", "history": "Aucun"},
    {
        "allergies": "Pénicilline (éruption, il y a dix ans)",
        "treatments": "Aucun",
        "history": "Appendicite opérée",
    },
    {"allergies": "Aucune connue", "treatments": "Amlodipine 5 mg le matin", "history": "Tension élevée"},
    {"allergies": "Pollens", "treatments": "Cétirizine au printemps", "history": "Asthme léger"},
    {"allergies": "Je ne sais pas", "treatments": "Lévothyroxine 75 µg", "history": "Thyroïde"},
    {
        "allergies": "Aucune connue",
        "treatments": "Metformine 500 mg deux fois par jour",
        "history": "Diabète de type 2",
    },
)


@dataclass(frozen=True, slots=True)
class Story:
    """One visit by reason: what was said, seen, concluded, advised; minutes it takes; where it leads."""

    findings: str
    conclusion: str
    advice: str
    low: int
    high: int
    orientation: str = "none"
    orientation_note: str = ""


STORIES: dict[str, tuple[Story, ...]] = {
    "fever": (
        Story(
            "Fièvre à 38,4 °C dite par la personne depuis deux jours, toux sèche. Parle sans gêne, se lève.",
            "Rhino-pharyngite probable.",
            "Boire, se reposer, paracétamol si besoin. Rappeler si la fièvre dure plus de trois jours.",
            6,
            12,
        ),
        Story(
            "Mal de gorge depuis hier, pas de gêne pour avaler la salive. Gorge rouge à la caméra.",
            "Angine probable, test en pharmacie proposé.",
            "Passer à la pharmacie pour le test. Rappeler avec le résultat.",
            7,
            13,
        ),
        Story(
            "Fièvre et essoufflement à la parole, respiration rapide à l’image.",
            "Examen en vrai nécessaire ce jour.",
            "Aller aux urgences accompagné, ne pas conduire.",
            8,
            14,
            "emergency_department",
            "Accompagné par un proche, d’accord pour y aller.",
        ),
    ),
    "ear": (
        Story(
            "Douleur de l’oreille droite depuis la nuit, pas d’écoulement. Tympan non vu.",
            "Otalgie, tympan à voir.",
            "Aller à une borne avec otoscope ou chez le médecin sous 24 h. Paracétamol.",
            7,
            12,
            "kiosk",
            "Borne avec otoscope, demain matin.",
        ),
        Story(
            "Oreille douloureuse après la piscine, douleur quand on touche le pavillon.",
            "Otite externe probable.",
            "Ne pas mouiller l’oreille. Rappeler si fièvre.",
            6,
            11,
        ),
    ),
    "skin": (
        Story(
            "Plaques rouges qui grattent aux plis des coudes, anciennes. Photo nette.",
            "Poussée d’eczéma.",
            "Émollient deux fois par jour. Revoir si cela suinte.",
            7,
            14,
        ),
        Story(
            "Éruption apparue ce matin après un repas, pas de gonflement du visage, voix claire.",
            "Urticaire sans signe de gravité.",
            "Noter les aliments. Appeler le 15 si le visage gonfle ou si la respiration gêne.",
            6,
            12,
        ),
    ),
    "urine": (
        Story(
            "Brûlures depuis hier, pas de fièvre, pas de douleur du dos, pas de grossesse dite.",
            "Cystite simple probable.",
            "Boire, bandelette en pharmacie. Rappeler si fièvre ou frissons.",
            6,
            10,
        ),
    ),
    "belly": (
        Story(
            "Vomissements et diarrhée depuis la nuit, boit par petites gorgées, urine encore.",
            "Gastro-entérite probable.",
            "Soluté de réhydratation, petites gorgées. Rappeler si plus rien ne passe.",
            7,
            13,
        ),
        Story(
            "Douleur en bas à droite depuis ce matin, plus forte debout, nausées.",
            "Ventre à examiner sans attendre.",
            "À jeun, aller aux urgences de l’hôpital le plus proche.",
            8,
            14,
            "emergency_department",
            "Part avec sa voisine.",
        ),
    ),
    "back": (
        Story(
            "Lombalgie après un effort, marche et se penche à l’image, pas de perte de force.",
            "Lombalgie commune.",
            "Bouger doucement, chaleur. Rappeler si une jambe faiblit.",
            8,
            15,
        ),
        Story(
            "Douleur du genou depuis une semaine, enflé à l’image.",
            "Genou à examiner.",
            "Voir un médecin sur place cette semaine.",
            7,
            12,
            "in_person",
            "Rendez-vous à prendre au cabinet.",
        ),
    ),
    "mind": (
        Story(
            "Dort mal depuis un mois, soucis au travail, mange et sort. Pas d’idées de mort dites.",
            "Insomnie avec anxiété.",
            "Écran coupé le soir, rendez-vous avec le médecin traitant. 3114 à toute heure en cas d’idées noires.",
            12,
            20,
            "medecin_traitant",
            "Courrier à remettre.",
        ),
    ),
    "renewal": (
        Story(
            "Traitement stable depuis des mois, ordonnance vue en photo, tensions dites correctes.",
            "Traitement à poursuivre.",
            "Contrôle sur place dans trois mois.",
            5,
            9,
        ),
    ),
    "wound": (
        Story(
            "Coupure du doigt ce matin, bords écartés de quelques millimètres, saignement arrêté.",
            "Plaie à suturer peut-être.",
            "Aller au cabinet dans les six heures, doigt comprimé et levé.",
            5,
            9,
            "in_person",
            "Cabinet des Tilleuls, prévenu.",
        ),
    ),
    "dermatology": (
        Story(
            "Grain de beauté qui change selon la personne, deux photos. Bords flous.",
            "Lésion à voir au dermatoscope.",
            "Rendez-vous sur place sous un mois.",
            6,
            11,
            "in_person",
            "Centre du Marché.",
        ),
        Story(
            "Acné du visage, deux photos, traitement local déjà essayé.",
            "Acné modérée.",
            "Poursuivre le traitement local, revoir dans deux mois.",
            7,
            12,
        ),
    ),
    "other": (
        Story(
            "Question sur un vaccin avant un voyage, carnet montré à la caméra.",
            "Rappel à prévoir.",
            "Prendre rendez-vous pour l’injection.",
            5,
            9,
        ),
    ),
}
WORDS = {
    "fever": "Fièvre et toux",
    "ear": "Oreille douloureuse",
    "skin": "Boutons qui grattent",
    "urine": "Brûlures urinaires",
    "belly": "Mal au ventre",
    "back": "Mal de dos",
    "mind": "Sommeil difficile",
    "renewal": "Renouvellement",
    "wound": "Coupure",
    "dermatology": "Avis sur la peau",
    "other": "Question de vaccin",
}
AMENDMENT = f"Résultat de laboratoire reçu depuis : normal. Rien à changer. {INVENTED}"
COMPLAINTS = (
    (
        "J’ai attendu plus longtemps que ce qui était écrit, et personne ne m’a prévenue.",
        "Vous avez raison : deux médecins sont partis ensemble ce soir-là. Les départs sont maintenant décalés. Merci de l’avoir dit.",
    ),
    ("Le médecin n’a presque pas regardé ma photo.", ""),
)
OUTCOMES = ("Rappelé le soir même, a vu un dermatologue en ville.", "Rappelé le lendemain, va mieux.")
TIER_REASON = "Enfant très fatigué vu par la pharmacie, à voir sans attendre"
