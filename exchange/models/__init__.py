from exchange.models.access_requests import AccessCopy, AccessRequest
from exchange.models.erasing import Erasure, ErasureItem, ErasureLog, RetentionRule
from exchange.models.imports import Import, ImportLine
from exchange.models.transfers import Transfer

__all__ = [
    "AccessCopy",
    "AccessRequest",
    "Erasure",
    "ErasureItem",
    "ErasureLog",
    "Import",
    "ImportLine",
    "RetentionRule",
    "Transfer",
]
