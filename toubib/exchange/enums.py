from django.db import models
from django.utils.translation import gettext_lazy as _


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("à envoyer")
    SENT = "sent", _("remis à la messagerie")
    DELIVERED = "delivered", _("arrivé")
    BOUNCED = "bounced", _("revenu")
    REFUSED = "refused", _("non envoyé")
    GIVEN_UP = "given_up", _("abandonné après plusieurs essais")


OVER = (DeliveryState.BOUNCED, DeliveryState.REFUSED, DeliveryState.GIVEN_UP)


class Refusal(models.TextChoices):
    """Why a report does not leave; the label is what the doctor reads."""

    CANCELLED = "cancelled", _("Ce compte rendu a été annulé.")
    NO_CONSENT = "no_consent", _("Le patient n’a pas donné son accord à l’envoi.")
    MINOR_SECRECY = (
        "minor_secrecy",
        _("Le patient mineur a demandé le secret et n’a pas lui-même donné son accord à l’envoi."),
    )
    NO_MEDECIN_TRAITANT = "no_medecin_traitant", _("Le patient n’a pas indiqué de médecin traitant.")
    NO_RPPS = "no_rpps", _("Le numéro RPPS du médecin traitant n’est pas connu.")
    NO_ADDRESS = "no_address", _("Ce médecin n’a pas d’adresse MSSanté dans l’annuaire.")
    DOMAIN = "domain", _("L’adresse de ce médecin n’est pas une adresse MSSanté.")
    CHECKS = "checks", _("Le document n’a pas passé nos contrôles. L’équipe technique est prévenue.")
    RELAY = "relay", _("La messagerie a refusé ce message.")
    NOT_SET_UP = "not_set_up", _("La messagerie MSSanté n’est pas en service ici.")


class Returned(models.TextChoices):
    """What came back about a message."""

    DELIVERED = "delivered", _("remis dans la boîte du destinataire")
    READ = "read", _("reçu par le logiciel ou lu")
    BOUNCED = "bounced", _("non remis")
    REJECTED = "rejected", _("non intégré par le logiciel du destinataire")
    DELAYED = "delayed", _("retardé")
    OTHER = "other", _("sans rapport")
