"""How a result depends on its inputs: draws, Sobol indices, value of information, elasticities."""
