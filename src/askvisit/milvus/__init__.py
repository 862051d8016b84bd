"""An index in Milvus: vectors, BM25 and texts on other machines, for the same assistant.

`connection` is the only file that imports pymilvus.
"""
