"""Looking for garbage took an eighth of the time of a migration, and no process here lives long."""

import gc

gc.set_threshold(50_000, 20, 50)
