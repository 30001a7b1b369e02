"""The part of SOQL that integrations use: a parser, and conditions made of what it finds.

Pure: it knows fields and rows, and nothing of where they come from.
"""
