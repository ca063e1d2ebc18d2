"""allauth's forms in our words, and the form with which an invited person makes an account."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.contrib.auth.password_validation import validate_password

from schools.models import User

_LABELS = {
    "login": "E-mail address",
    "email": "E-mail address",
    "password": "Password",
    "oldpassword": "Current password",
    "password1": "New password",
    "password2": "New password again",
}
# What the validators in the settings ask for.
_RULES = (
    "At least 12 characters, not a common password, and not like your name or address."
    " Three or four words that do not belong together are good."
)


class _InOurWords(forms.Form):
    """Labels of our own, and none repeated inside its field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = _LABELS[name]
            field.widget.attrs.pop("placeholder", None)
            # The link to a new password stands below the form.
            if name in {"password", "oldpassword"}:
                field.help_text = ""
            if name == "password1":
                field.help_text = _RULES


class LoginForm(_InOurWords, allauth_forms.LoginForm):  # type: ignore[misc]  # has no types
    """Signing in."""


class ResetPasswordForm(_InOurWords, allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    """Asking for a link with which to set a new password."""


class ResetPasswordKeyForm(_InOurWords, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """Setting a new password with such a link."""


class ChangePasswordForm(_InOurWords, allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    """Changing one's password."""


class SetPasswordForm(_InOurWords, allauth_forms.SetPasswordForm):  # type: ignore[misc]
    """Setting a password where there was none."""


class AcceptForm(forms.Form):
    """What an invited person without an account gives: a name and a password."""

    name = forms.CharField(
        label="Your name",
        max_length=120,
        help_text="As colleagues know you.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password1 = forms.CharField(
        label="Password",
        strip=False,
        help_text=_RULES,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label="Password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        """Hold the password against the rules, and both against each other."""
        given = super().clean() or {}
        password = given.get("password1")
        if password is None:
            return given
        try:
            validate_password(password, User(email=self.email, name=given.get("name", "")))
        except forms.ValidationError as error:
            self.add_error("password1", error)
        if given.get("password2") not in {None, password}:
            self.add_error("password2", "This is not the same password.")
        return given
