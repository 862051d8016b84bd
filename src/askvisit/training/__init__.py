"""Training and exporting the reader: what a checkout needs to make its own model files.

Nothing heavy is imported here; torch and transformers load inside the functions that use them.
"""
