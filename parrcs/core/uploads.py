"""How much may be uploaded at all, asked before any of it is read."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class NotTooMuch(FileUploadHandler):
    """Refuse a body with files that is larger than any form of ours takes.

    Django itself limits what is not a file. Who is not signed in has no file to send.
    """

    def handle_raw_input(  # what the signature is in Django
        self,
        input_data: Any,  # noqa: ARG002
        META: dict[str, str],  # noqa: ARG002, N803
        content_length: int,
        boundary: str,  # noqa: ARG002
        encoding: str | None = None,  # noqa: ARG002
    ) -> None:
        """Look at the length that was announced; no more than that will be read."""
        user = getattr(self.request, "user", None)
        signed_in = user is not None and user.is_authenticated
        most = settings.UPLOAD_MAX_SIZE if signed_in else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if content_length > most:
            raise RequestDataTooBig("The files are too large together.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:  # noqa: ARG002
        """Leave the content to the handlers after this one."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers after this one."""
