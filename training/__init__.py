"""Training, exporting and fitting the readers: what a checkout needs to make its own model files.

Data flows one way: ``squad`` and askvisit's ``evaluation`` read files, ``mining`` finds where a
reader errs on them, ``examples`` cuts contexts to what a reader sees, ``mix`` draws from
all of them (``swaps`` asks about other names), ``features`` makes token windows and batches,
``loop`` trains with ``losses`` and a teacher (``distillation``), ``export`` writes what the package
ships (int8 by ``splitting``, ``smoothing`` and ``quantise``). ``authoring`` and ``wording`` check
new articles for data/news. Nothing heavy is imported here.
"""
