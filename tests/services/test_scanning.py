"""Who is asked about which file, how often, and what follows from the answer."""

import pytest

from portal_plugin.models import Activity, Attachment, OutgoingEmail, Preview, ProofVersion
from portal_plugin.models.storage import private_storage
from portal_plugin.services import files, previews, proofs, scanning, work
from portal_plugin.statuses import FileCheckState, WorkState
from tests import factories, samples

pytestmark = pytest.mark.django_db


class Scanner:
    """Gives its ``answers`` one after the other, then finds everything clean but what it
    ``refuses`` to judge."""

    def __init__(self):
        self.answers, self.asked, self.refuses = [], 0, set()

    def __call__(self, file):
        self.asked += 1
        if file.read() in self.refuses:
            raise OSError("INSTREAM size limit exceeded. ERROR")
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, Exception):
            raise answer
        return answer


scanner = Scanner()


@pytest.fixture(autouse=True)
def _configured(settings):
    scanner.__init__()
    settings.PORTAL_PLUGIN = {**settings.PORTAL_PLUGIN, "FILE_SCANNER": f"{__name__}.scanner"}


@pytest.fixture
def estimate():
    return factories.estimate_factory(items=1)


def store(document, count=1):
    """So many different files, of which nobody draws a picture."""
    return [files.store(document, samples.upload("a.ai", b"%d" % n)) for n in range(count)]


def states(model=Attachment):
    return list(model.objects.order_by("pk").values_list("check_state", flat=True))


def test_proofs_are_asked_about_and_files(estimate):
    store(estimate)
    proofs.add_proof_version(estimate, estimate.lines[0].key, samples.upload("p.png"))
    scanning.drain()
    assert scanner.asked == 2
    assert states() == states(ProofVersion) == [FileCheckState.CLEAN]
    assert set(Preview.objects.values_list("state", flat=True)) == {WorkState.READY}


def test_what_was_judged_is_not_asked_about_again(estimate):
    store(estimate, 2)
    scanner.answers = [True, False]
    scanning.drain()
    scanning.drain()
    assert scanner.asked == 2
    assert set(states()) == {FileCheckState.CLEAN, FileCheckState.REFUSED}


def test_a_proof_that_is_refused_is_told_on_its_document(estimate):
    scanner.answers = [False]
    key = estimate.lines[0].key
    version = proofs.add_proof_version(estimate, key, samples.upload("p.png"))
    scanning.drain()
    (entry,) = Activity.objects.filter(verb="file_refused")
    assert entry.document_id == estimate.pk
    assert str(version.public_id) in entry.data
    assert OutgoingEmail.objects.filter(kind="staff_file_refused").count() == 1


def test_of_two_who_judge_at_once_the_first_is_believed(estimate):
    row = files.store(estimate, samples.upload())
    scanning._judge(row, FileCheckState.REFUSED)
    scanning._judge(row, FileCheckState.REFUSED)
    scanning._judge(row, FileCheckState.CLEAN)
    assert states() == [FileCheckState.REFUSED]
    assert Activity.objects.filter(verb="file_refused").count() == 1
    assert set(Preview.objects.values_list("state", flat=True)) == {WorkState.FAILED}


def test_of_a_clean_file_nobody_is_told(estimate):
    store(estimate)
    scanning.drain()
    assert not Activity.objects.filter(verb="file_refused").exists()
    assert not OutgoingEmail.objects.filter(kind="staff_file_refused").exists()


def test_a_scanner_that_fails_three_times_is_left_alone(estimate):
    store(estimate, 5)
    scanner.answers = [OSError("away")] * 5
    scanning.drain()
    assert scanner.asked == 3
    assert set(states()) == {FileCheckState.WAITING}


def test_one_file_that_it_cannot_judge_holds_up_no_other(estimate):
    store(estimate, 6)
    away = OSError("away")
    scanner.answers = [away, away, True, away, away, True]
    scanning.drain()
    assert scanner.asked == 6
    assert states().count(FileCheckState.CLEAN) == 2


def test_files_that_it_will_never_judge_do_not_hold_up_for_ever_what_came_after_them(estimate):
    """Too large for it, say. Three in a row end a turn, and the next begins with others."""
    store(estimate, scanning.PATIENCE + 1)
    scanner.refuses = {b"%d" % n for n in range(scanning.PATIENCE)}
    for _turn in range(50):
        scanning.drain()
    waiting, judged = states()[:-1], states()[-1]
    assert (set(waiting), judged) == ({FileCheckState.WAITING}, FileCheckState.CLEAN)


def test_files_that_the_storage_has_lost_wait_and_hold_up_no_other(estimate):
    *lost, _there = store(estimate, scanning.PATIENCE + 2)
    for row in lost:
        private_storage().delete(row.file.name)
    scanning.drain()
    assert states() == [FileCheckState.WAITING] * len(lost) + [FileCheckState.CLEAN]


def test_a_scanner_whose_socket_is_gone_is_left_alone(estimate):
    store(estimate, 5)
    scanner.answers = [FileNotFoundError("/run/clamd.sock")] * 5
    scanning.drain()
    assert scanner.asked == 3


def test_a_document_that_cannot_be_read_keeps_no_file_of_others_from_its_check(estimate):
    store(estimate, 3)
    store(factories.estimate_factory(items=1), 1)
    factories.break_document(estimate)
    scanning.drain()
    assert states() == [FileCheckState.WAITING] * 3 + [FileCheckState.CLEAN]


def test_files_that_are_kept_no_longer_hold_up_no_other(estimate):
    store(estimate, scanning.PATIENCE)
    Attachment.objects.update(file="")
    store(estimate)
    scanning.drain()
    assert scanner.asked == 1


def test_nothing_is_begun_when_the_time_is_over(estimate):
    store(estimate)
    with work.time_box(0):
        scanning.drain()
    assert scanner.asked == 0


def test_without_a_scanner_nothing_is_judged_and_nothing_waits_for_it(settings, estimate):
    files.store(estimate, samples.upload())
    assert previews._next() is None
    settings.PORTAL_PLUGIN = {}
    scanning.drain()
    assert states() == [FileCheckState.WAITING]
    assert previews._next() is not None
