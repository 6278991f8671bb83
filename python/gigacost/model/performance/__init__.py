"""Performance: how long one step takes, whether it fits into memory, and which parallel layout is best.

One closed form, term by term: ``batch`` (how many sequences a step has), ``layout`` (how they and the model are laid
out over the chips), ``layer`` (one microbatch through one layer), ``traffic`` (what the chips send each other),
``memory`` (what each of them holds), ``step`` (the sum, and MFU), ``search`` (the layout of the shortest step). Its
constants (``fitted``) come from published runs by ``make calibrate``.
"""
