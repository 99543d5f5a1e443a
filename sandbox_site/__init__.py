"""The existing website of two sign and print shops, into which the portal is installed."""
