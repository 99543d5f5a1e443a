"""Customers and item templates from a spreadsheet: read it, say what would happen, then do that.

``files.read`` makes a table of a CSV or XLSX file, ``planning.plan`` says row by row what would
happen and writes nothing, ``planning.apply`` does it. ``kinds`` holds what can be imported.
"""
