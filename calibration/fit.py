"""The fit: least squares of the logarithm of predicted over published step time, by Levenberg and Marquardt."""

from __future__ import annotations

import numpy as np

from arrays import Floats
from constants import CONSTANTS, leaves
from observed import Predictor, Runs

CREDIBLE_ERROR = 0.3
"""How much an expectation weighs against the runs: as much as one run whose error is 30 % of its uncertainty."""
_LARGEST_RESIDUAL = 0.7
"""A run that is off by a factor of two or more pulls no harder."""
_ITERATIONS = 40
_NUDGE = 1e-4
_LONGEST_STEP = 0.5
_CONVERGED = 1e-7

_EXPECTED = np.array([constant.free(constant.expected) for constant in CONSTANTS])
_UNCERTAINTY = np.array([constant.uncertainty for constant in CONSTANTS])


def bound(free: Floats) -> Floats:
    """The constants themselves, from the scale on which they are fitted."""
    return np.array([constant.bound(float(value)) for constant, value in zip(CONSTANTS, free, strict=True)])


def fitted(runs: Runs) -> Floats:
    """The constants that explain these runs best, in the order of ``CONSTANTS``."""
    predict = Predictor(runs)

    def residuals(free: Floats) -> Floats:
        off = np.log(predict(leaves(runs, bound(free))) / runs.seconds)
        held = CREDIBLE_ERROR * (free - _EXPECTED) / _UNCERTAINTY
        return np.concatenate([np.clip(off, -_LARGEST_RESIDUAL, _LARGEST_RESIDUAL), held])

    free, damping = _EXPECTED.copy(), 1e-2
    now = residuals(free)
    for _ in range(_ITERATIONS):
        slopes = np.stack([(residuals(free + nudge) - now) / _NUDGE for nudge in _NUDGE * np.eye(len(free))], axis=1)
        normal, downhill = slopes.T @ slopes, -slopes.T @ now
        gain = 0.0
        while gain <= 0.0 and damping < 1e8:  # noqa: PLR2004 - beyond it no step is left
            step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), downhill)
            there = free + np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
            then = residuals(there)
            gain = float(now @ now - then @ then)
            damping *= 0.2 if gain > 0.0 else 4.0
        if gain <= 0.0:
            break
        free, now, done = there, then, gain < _CONVERGED * float(now @ now)
        if done:
            break
    return bound(free)


def errors(runs: Runs, values: Floats) -> Floats:
    """Predicted over published step time, less 1, of each run."""
    return np.asarray(Predictor(runs)(leaves(runs, values)) / runs.seconds - 1.0)
