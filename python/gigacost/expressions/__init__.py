"""Expressions in a specification, ``where`` and ``derive``: their tree, their parser, their conjuncts."""
