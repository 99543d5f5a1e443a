"""The way to a task backend, where the site has one that works outside the web process."""

from django.core.exceptions import ImproperlyConfigured

from . import registry
from .services import work

try:
    from django.tasks import task
except ImportError:
    try:
        from django_tasks import task
    except ImportError:
        task = None


#: A worker that is told to end waits for the task that it is at: this long, and what one row takes.
SECONDS = 20


def drain(kind: str) -> None:
    """Runs in the site's worker. A kind that this version does not know is left alone. What is not
    done in time goes to the end of the queue."""
    if kind not in registry.workers():
        return
    with work.time_box(SECONDS):
        work.run(kind)
        is_over = not work.time_left()
    if is_over:
        enqueue(kind)


if task is not None:
    drain = task()(drain)


def enqueue(kind: str) -> bool:
    """Whether a task backend took it. An immediate backend would keep the customer waiting for the
    mail server: the web process then does the work itself, after its answer."""
    if is_immediate():
        return False
    drain.enqueue(kind)
    return True


def is_immediate() -> bool:
    """Whether nobody but the web process itself would do the work."""
    if task is None:
        return True
    try:
        backend = drain.get_backend()
    except ImproperlyConfigured:  # none of the name, or one that cannot be imported
        return True
    return any(base.__name__ == "ImmediateBackend" for base in type(backend).__mro__)
