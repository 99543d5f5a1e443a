"""Who listens to what: registration only, called once from ``AppConfig.ready()``."""

from django.apps import apps
from django.core.signals import request_finished
from django.db.models.signals import post_delete, post_migrate, post_save
from wagtail.signals import published, unpublished

from . import registry, tasks
from .actions import resuming
from .models import Customer, Estimate, Order, statistics, trigrams
from .portal import preview
from .services import (
    deadlines,
    due_instalments,
    listing,
    logged_names,
    outbox,
    pdfs,
    previews,
    publishing,
    scanning,
    telling_later,
    work,
)
from .services.payments import outdating, reconciling
from .webhooks import anymail


def connect():
    for model in (Estimate, Order):
        published.connect(released, sender=model, dispatch_uid=f"portal_release_{model.__name__}")
        unpublished.connect(taken_back, sender=model, dispatch_uid=f"portal_back_{model.__name__}")
    post_save.connect(renamed, sender=Customer, dispatch_uid="portal_renamed")
    post_delete.connect(deleted, sender=Customer, dispatch_uid="portal_deleted")
    registry.set_presenter("preview", preview.serve)
    request_finished.connect(work.drain_after_answer, dispatch_uid="portal_work")
    registry.set_enqueuer(tasks.enqueue)
    anymail.connect()
    ours = apps.get_app_config("portal_plugin")
    post_migrate.connect(trigrams.make_after_migrate, sender=ours, dispatch_uid="portal_letters")
    # First of all: until it is done, somebody may pay what is not due any more.
    registry.register_worker("outdated", outdating.drain)
    # In this order: what is told is an email, and an email may have to wait for its PDF.
    registry.register_worker("telling", telling_later.drain)
    registry.register_worker("deadlines", deadlines.drain)
    registry.register_worker("instalments", due_instalments.drain)
    registry.register_worker("pdf", pdfs.drain)
    registry.register_worker("mail", outbox.drain)
    registry.register_worker("upload", resuming.drain)
    registry.register_worker("scan", scanning.drain)
    registry.register_worker("preview", previews.drain)
    registry.register_worker("payments", reconciling.drain)
    registry.register_worker("lists", listing.drain)
    registry.register_worker("statistics", statistics.refresh)


def released(sender, instance, revision=None, **kwargs):
    """A document went live. A schedule for later sends this signal too, while it is not live."""
    if instance.live and revision is not None and instance.live_revision_id == revision.pk:
        publishing.release(instance, revision, user=revision.user)


def taken_back(sender, instance, **kwargs):
    """It waits for the shop, whomever it waited for while it was out."""
    listing.lock_and_refresh(instance)


def renamed(sender, instance, created=False, raw=False, **kwargs):
    if not created and not raw:
        logged_names.follow(instance)


def deleted(sender, instance, **kwargs):
    logged_names.forget(instance)
