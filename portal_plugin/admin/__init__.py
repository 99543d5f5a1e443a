"""The staff side, in the Wagtail admin."""
