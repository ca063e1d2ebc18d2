"""Fields that the forms of this app share with those of `schools`."""

from schools.forms.fields import (
    CHANGED,
    CHOOSE,
    LongTextField,
    SeenForm,
    choice_field,
    long_text_field,
    text_field,
)

__all__ = [
    "CHANGED",
    "CHOOSE",
    "LongTextField",
    "SeenForm",
    "choice_field",
    "long_text_field",
    "text_field",
]
