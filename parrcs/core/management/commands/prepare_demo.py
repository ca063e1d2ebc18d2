"""Everything that the demo needs before it is served, in one process."""

import hashlib
from typing import Any, override

from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, call_command

from parrcs.embedded import STATE_FOLDER


class Command(BaseCommand):
    help = "Migrate, gather the static files, and make the demo trust; print its accounts."

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        self._gather_static_files()
        call_command("seed_demo", stdout=self.stdout)
        call_command("seed_demo_imports")
        call_command("publish_demo")

    def _gather_static_files(self) -> None:
        """Gather them unless they are those of the last start: compressing them takes seconds."""
        digest = hashlib.sha256()
        for finder in get_finders():
            for path, storage in finder.list(None):
                when = storage.get_modified_time(path)
                digest.update(f"{path} {storage.size(path)} {when}\n".encode())
        gathered = STATE_FOLDER / "static" / "gathered"
        if not gathered.exists() or gathered.read_text() != digest.hexdigest():
            call_command("collectstatic", interactive=False, verbosity=0)
            gathered.write_text(digest.hexdigest())
