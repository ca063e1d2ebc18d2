"""People: accounts, what each may do in a trust, and invitations."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone

from parrcs.core.access import Access, Permission
from parrcs.core.tenancy import TenantForeignKey, TrustOwned, keep_history
from schools.choices import RoleChoice


class UserManager(BaseUserManager["User"]):
    """Makes accounts; nobody but an invitation or a command does."""

    def create_user(self, email: str, password: str | None, **fields: Any) -> "User":
        """Make an account that signs in with this e-mail address, kept in lower case."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find the account of an e-mail address, however it is written."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person's account. It belongs to no trust: memberships say where a person works."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships, narrowed to the person who asks."""

    def live(self) -> Self:
        """Keep those that have not ended."""
        return self.filter(ended_at__isnull=True)

    def visible_to(self, access: Access) -> Self:
        """Keep all for who manages people, else the person's own."""
        if access.reach(Permission.MANAGE_PEOPLE).whole_trust:
            return self.filter(trust=access.trust_id)
        return self.filter(trust=access.trust_id, person=access.person_id)


class ScopedRole(TrustOwned):
    """A role for one place: a school, an ARB, a class, or none of them for the whole trust."""

    role = models.CharField(max_length=20, choices=RoleChoice)
    school = TenantForeignKey("schools.School", null=True, blank=True, related_name="+")
    arb = TenantForeignKey("schools.ARB", null=True, blank=True, related_name="+")
    class_group = TenantForeignKey("schools.ClassGroup", null=True, blank=True, related_name="+")

    class Meta:
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.CheckConstraint(
                condition=Q(school__isnull=True, arb__isnull=True)
                | Q(school__isnull=True, class_group__isnull=True)
                | Q(arb__isnull=True, class_group__isnull=True),
                name="%(class)s_has_one_place",
            ),
        )

    @property
    def role_words(self) -> str:
        """The role within a sentence."""
        return RoleChoice(self.role).words

    @property
    def place(self) -> str:
        """The name of the place this role is for; a class with its year and school."""
        if self.class_group:
            return f"{self.class_group} {self.class_group.year}, {self.class_group.school}"
        return str(self.arb or self.school or "Whole trust")


@keep_history
class Membership(ScopedRole):
    """A person's role in a trust, from its start until it is ended; kept for the record."""

    person = models.ForeignKey("schools.User", models.PROTECT, related_name="memberships")
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta(ScopedRole.Meta):
        ordering = ("person__name", "role")
        constraints = (
            *ScopedRole.Meta.constraints,
            models.UniqueConstraint(
                fields=["trust", "person", "role", "school", "arb", "class_group"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="live_membership_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.get_role_display()}, {self.place}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations, narrowed to the person who asks."""

    def pending(self) -> Self:
        """Keep those neither accepted nor withdrawn, also when their link has run out."""
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True)

    def visible_to(self, access: Access) -> Self:
        """Keep all for who manages people, else none."""
        return self if access.reach(Permission.MANAGE_PEOPLE).whole_trust else self.none()


@keep_history
class Invitation(ScopedRole):
    """An offer of a role to an e-mail address; accepted once, within two weeks of its sending.

    The first administrator of a trust is invited by a command: by no person.
    """

    LINK_LIVES = dt.timedelta(days=14)

    email = models.EmailField("e-mail address")
    name = models.CharField(max_length=120, blank=True)
    invited_by = models.ForeignKey(
        "schools.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    invited_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta(ScopedRole.Meta):
        ordering = ("-invited_at",)
        indexes = (models.Index(fields=["trust", "email"], name="invitation_by_email"),)

    def __str__(self) -> str:
        return f"{self.email}: {self.get_role_display()}, {self.place}"

    @property
    def runs_out_at(self) -> dt.datetime:
        """When the link that was sent last stops working."""
        return self.sent_at + self.LINK_LIVES

    @property
    def has_run_out(self) -> bool:
        """Whether it takes another sending before this can be accepted."""
        return self.runs_out_at < timezone.now()
