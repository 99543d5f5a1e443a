"""What staff do to several rows of a list at once."""

from .deleting import Delete
from .money import MarkPaid
from .paper import Pdfs
from .sending import Remind, Send
from .work import Assign, Cancel, SetStage

ACTIONS = [SetStage, Assign, Send, Remind, MarkPaid, Pdfs, Cancel, Delete]
