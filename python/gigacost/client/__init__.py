"""The package's questions, asked of a service: ``Client("http://127.0.0.1:8000").estimate(...)``."""

from gigacost.client.client import Client
from gigacost.client.failures import ServiceError, ServiceTimeoutError
from gigacost.client.job import Job
from gigacost.client.sweep import ServedSweep
from gigacost.client.table import Table

__all__ = ["Client", "Job", "ServedSweep", "ServiceError", "ServiceTimeoutError", "Table"]
