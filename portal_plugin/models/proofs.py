"""What the customer is to approve before it is made."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..statuses import FileCheckState
from .storage import private_name, private_storage
from .threads import ThreadQuerySet


class ProofQuerySet(ThreadQuerySet):
    is_also_of_whole = False


class Proof(models.Model):
    """A slot of an item that is proofed: its front, its back, the van's left side. A document that
    was made of another goes on in slots of its own, with the same labels and later numbers."""

    document = models.ForeignKey(
        "portal_plugin.SalesDocument", on_delete=models.PROTECT, related_name="proofs"
    )
    item_key = models.UUIDField()
    label = models.CharField(_("what it shows"), max_length=100, blank=True)
    position = models.PositiveIntegerField(default=0)

    objects = ProofQuerySet.as_manager()

    class Meta:
        ordering = ["item_key", "position", "pk"]
        verbose_name = _("proof")
        verbose_name_plural = _("proofs")

    def __str__(self):
        return self.label or str(_("Proof"))


class ProofVersionQuerySet(ThreadQuerySet):
    through = "proof__"
    is_also_of_whole = False

    def released(self):
        return self.exclude(released_at=None)

    def damaged(self):
        """The storage holds other bytes than were uploaded, and no later version has come."""
        newer = self.model.objects.filter(
            proof=models.OuterRef("proof"), number__gt=models.OuterRef("number")
        )
        return self.filter(~models.Exists(newer), damaged_at__isnull=False)

    def waiting(self, document):
        """What goes out with the document's next version: for the items that it has."""
        keys = [line.key for line in document.lines]
        return self.of_thread(document).filter(proof__item_key__in=keys, released_at=None)


class ProofVersion(models.Model):
    """One picture or PDF in a slot, with the text on it in words, for whoever cannot see it."""

    proof = models.ForeignKey(Proof, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    public_id = models.UUIDField(unique=True, editable=False)
    file = models.FileField(upload_to=private_name, storage=private_storage, max_length=255)
    name = models.CharField(_("name"), max_length=120)
    content_type = models.CharField(_("kind"), max_length=100)
    size = models.PositiveBigIntegerField(_("size"))
    digest = models.CharField(max_length=64)
    check_state = models.CharField(
        max_length=10, choices=FileCheckState.choices, default=FileCheckState.UNCHECKED
    )
    wording = models.TextField(
        _("wording"), blank=True, help_text=_("The exact text on it, letter by letter.")
    )
    description = models.TextField(
        _("description"), blank=True, help_text=_("What it looks like, for whoever cannot see it.")
    )
    damaged_at = models.DateTimeField(null=True, blank=True, editable=False)
    released_at = models.DateTimeField(_("sent"), null=True, blank=True)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = ProofVersionQuerySet.as_manager()

    class Meta:
        ordering = ["proof", "number"]
        verbose_name = _("proof version")
        verbose_name_plural = _("proof versions")
        constraints = [
            models.UniqueConstraint(fields=["proof", "number"], name="portal_proof_version_number")
        ]

    def __str__(self):
        return f"{self.proof} · {self.number}"

    @property
    def slot(self):
        """What it is a version of, on whichever document of the thread it was added."""
        return self.proof.item_key, self.proof.label

    def folder(self):
        return f"proofs/{self.proof.document.public_id}"
