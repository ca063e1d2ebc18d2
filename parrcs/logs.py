"""What stands in the log, beside the lines that Django writes."""

import logging
from http import HTTPStatus


class Refusals(logging.Filter):
    """Let the refusal of a page be one quiet line.

    Django writes where in the code a permission was missed, as if it were an error; it is an
    answer, and the traces hide those of real faults.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every line, and shorten those of refusals."""
        if getattr(record, "status_code", None) == HTTPStatus.FORBIDDEN:
            record.exc_info = record.exc_text = None
            record.levelno, record.levelname = logging.INFO, "INFO"
        return True
