"""A report of an answer: one file for a board or a paper, as HTML, PDF or Markdown.

Data flows one way. ``answers`` asks each question once; a module in ``sections`` says one thing of the answers, in the
``parts`` of a page (texts, numbers, tables, pictures), none of which knows what is made of it; ``html``, ``pdf`` and
``markdown`` write the parts. Nothing is computed here that an answer does not hold, but for shares and ages.

Every number is a ``parts.Number``: its full value, the name of its quantity and its text. Of the design that the report
is about the name is that of the quantity or input (``cost_total_usd``, ``p10(cost_total_usd)``); of anything else it
says the question and the place in that question's JSON (``pareto:rows[0].train_days``).
"""
