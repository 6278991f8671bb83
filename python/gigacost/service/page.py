def page(d, s):
    return "x"


HEADERS = {}
