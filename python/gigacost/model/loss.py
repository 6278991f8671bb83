"""Loss: what the run buys, by scaling law.

L = E + A/N^α + B/D^β, in nats per token of the authors' data and tokeniser: good for comparing designs, not for
predicting the loss of a particular data set. N is the number of active parameters: the laws were fitted on dense
models, and a mixture of experts does better than its active part, so for it the figure is an upper bound.
"""

from __future__ import annotations

from gigacost.graph.declarations import Constant
from gigacost.ops import Value, exp, maximum, power

_HOFFMANN = "Hoffmann et al. 2022 (arXiv 2203.15556) section 3.3, equation 10 (approach 3)"
_BESIROGLU = "Besiroglu et al. 2024 (arXiv 2404.10102) section 3, refit of Hoffmann's approach 3"

HOFFMANN_E = Constant(1.69, "1", _HOFFMANN, "2022-03")
HOFFMANN_A = Constant(406.4, "1", _HOFFMANN, "2022-03")
HOFFMANN_B = Constant(410.7, "1", _HOFFMANN, "2022-03")
HOFFMANN_ALPHA = Constant(0.34, "1", _HOFFMANN, "2022-03")
HOFFMANN_BETA = Constant(0.28, "1", _HOFFMANN, "2022-03")

BESIROGLU_E = Constant(1.8172, "1", _BESIROGLU, "2024-04")
BESIROGLU_A = Constant(482.01, "1", _BESIROGLU, "2024-04")
BESIROGLU_B = Constant(2085.43, "1", _BESIROGLU, "2024-04")
BESIROGLU_ALPHA = Constant(0.3478, "1", _BESIROGLU, "2024-04")
BESIROGLU_BETA = Constant(0.3658, "1", _BESIROGLU, "2024-04")

REPEATS_WORTH_READING = Constant(
    15.387756, "1", "Muennighoff et al. 2023 (arXiv 2305.16264) appendix A, R_D* fitted on 182 runs", "2023-05"
)

ONE_PARAM = Constant(1, "param")
ONE_TOKEN = Constant(1, "token")


def effective_tokens(tokens: Value, epochs: Value) -> Value:
    """Fresh tokens that would teach as much as the tokens seen [token].

    U + U·R*·(1 − e^(−R/R*)) with U = tokens / epochs distinct tokens, R = epochs − 1 repetitions and R* = 15.4. One
    epoch leaves the tokens as they are; four cost little; beyond 16.4·U nothing is gained.

    Only data decay here. The paper's decay of parameters beyond the compute-optimal number is left out: it would change
    the loss of runs without any repetition, on which the laws below were fitted directly.

    Source: Muennighoff et al. 2023 (arXiv 2305.16264) equation 5, appendix A.
    """
    distinct = tokens / epochs
    repetitions = maximum(epochs - 1.0, 0.0)
    return distinct + distinct * REPEATS_WORTH_READING * (1.0 - exp(-repetitions / REPEATS_WORTH_READING))


def loss_hoffmann(params_active: Value, effective_tokens: Value) -> Value:
    """Pre-training loss by the law of the Chinchilla paper, in nats per token [1].

    1.69 + 406.4/N^0.34 + 410.7/D^0.28 with N active parameters and D effective tokens.

    Source: Hoffmann et al. 2022 (arXiv 2203.15556) section 3.3, equation 10.
    """
    return (
        HOFFMANN_E
        + HOFFMANN_A / power(params_active / ONE_PARAM, HOFFMANN_ALPHA)
        + HOFFMANN_B / power(effective_tokens / ONE_TOKEN, HOFFMANN_BETA)
    )


def loss_besiroglu(params_active: Value, effective_tokens: Value) -> Value:
    """Pre-training loss by the refit of the Chinchilla law, in nats per token [1].

    1.8172 + 482.01/N^0.3478 + 2085.43/D^0.3658 with N active parameters and D effective tokens.

    Source: Besiroglu et al. 2024 (arXiv 2404.10102) section 3.
    """
    return (
        BESIROGLU_E
        + BESIROGLU_A / power(params_active / ONE_PARAM, BESIROGLU_ALPHA)
        + BESIROGLU_B / power(effective_tokens / ONE_TOKEN, BESIROGLU_BETA)
    )


def loss(loss_besiroglu: Value) -> Value:
    """Pre-training loss in nats per token [1].

    ``loss_besiroglu``, because it agrees with Hoffmann's other two approaches; override with ``loss_hoffmann`` for the
    original.

    Source: Besiroglu et al. 2024 (arXiv 2404.10102) section 4.
    """
    return loss_besiroglu
