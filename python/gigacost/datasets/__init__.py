"""A space as a folder or a bucket of part files: written part by part, resumed after anything, proved by digests.

``_gigacost/plan.json`` says what the dataset is and comes first; each part is followed by a record of its own,
``_gigacost/parts/NNNNNN.json``; ``_gigacost/manifest.json`` comes last. None of them says when, where or in how many
tries: the same dataset is the same bytes.
"""
