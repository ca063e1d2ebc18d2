"""The field for a file that somebody sends, to be looked at whole before anything is stored."""

from typing import Any

from django import forms


class SentFileField(forms.FileField):
    """A file of at most `most` bytes; `too_large` says in words that it has more."""

    def __init__(
        self, *, label: str, help_text: str, most: int, too_large: str, accept: str = ""
    ) -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            max_length=200,
            widget=forms.FileInput(attrs={"accept": accept} if accept else {}),
            error_messages={
                "required": "Choose a file.",
                "empty": "This file is empty.",
                "max_length": "The name of this file is too long.",
            },
        )
        self.most, self.too_large = most, too_large

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Ask for a file that is small enough to be looked at."""
        file = super().clean(data, initial)
        if (file.size or 0) > self.most:
            raise forms.ValidationError(self.too_large)
        return file
