"""What staff do to several rows of a list at once."""

from .deleting import Delete
from .money import MarkPaid
from .paper import Pdfs
from .sending import SendAgain
from .work import Assign, Cancel, SetStage

ACTIONS = [SetStage, Assign, SendAgain, MarkPaid, Pdfs, Cancel, Delete]
