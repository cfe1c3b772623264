"""Measures ecrm against what the same machine does with the same data; part of no wheel."""
