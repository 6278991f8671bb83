"""Answers in notebooks: HTML without a script, in the page's own colours, of a few KB however large the answer is.

Like charts they are made of plain documents, and no class of an answer is known: a class inherits ``shown.Shown``
(those with a chart through ``charts.charted.Charted``); ``views.VIEWS`` says by the class's name what makes its view.
"""
