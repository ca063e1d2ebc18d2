from exchange.models.imports import Import, ImportLine
from exchange.models.transfers import Transfer

__all__ = ["Import", "ImportLine", "Transfer"]
