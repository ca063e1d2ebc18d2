from exchange.models.imports import Import, ImportLine

__all__ = ["Import", "ImportLine"]
