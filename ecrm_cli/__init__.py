"""The customer relationship of a small business, kept in one folder."""

__version__ = "0.1.0"
