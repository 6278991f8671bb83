"""Files people have, as inputs: a model's ``config.json``, the arguments and configurations of training frameworks."""
