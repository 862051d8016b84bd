"""Training, exporting and fitting the readers: what a checkout needs to make its own model files.

Data flows one way: ``squad`` and askvisit's ``edition_files`` read files, ``mining`` finds where a
reader is mistaken in them, ``examples`` cuts contexts to what a reader sees, ``mix`` draws from
all of them, ``features`` makes token windows and batches, ``loop`` trains with ``losses``,
``export`` writes what the package ships. ``authoring`` and ``wording`` check new articles for
data/news. Nothing heavy is imported here.
"""
