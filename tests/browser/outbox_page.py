"""What a browser keeps, as the journeys look into it."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Dialog, Locator, Page

from parrcs.core.tenancy import in_trust
from pupils.models import Pupil
from tests.world import World

# All that scripts of this origin can have left in the browser, as text; bytes as Latin-1.
EVERYTHING_KEPT = """async () => {
  const text = (value) => JSON.stringify(value, (_, each) =>
    each instanceof ArrayBuffer || ArrayBuffer.isView(each)
      ? new TextDecoder("latin1").decode(each) : each);
  const records = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((resolve) => {
      indexedDB.open(name).onsuccess = ({ target }) => resolve(target.result);
    });
    for (const table of database.objectStoreNames) {
      const all = database.transaction(table).objectStore(table).getAll();
      await new Promise((resolve) => { all.onsuccess = resolve; });
      records.push(...all.result.map((each) => ({
        fields: Object.keys(each), text: text(each), bytes: each.sealed?.byteLength })));
    }
    database.close();
  }
  return {
    databases: (await indexedDB.databases()).map(({ name }) => name),
    records,
    rest: text([{ ...localStorage }, { ...sessionStorage }]) + (await caches.keys()),
  };
}"""

# htmx notes the address of the page itself, here that of the form to sign in.
EMPTY = {
    "databases": [],
    "records": [],
    "rest": '[{},{"htmx-current-path-for-history":"/account/login/"}]',
}


def kept(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(EVERYTHING_KEPT)
    return found


def wait_until_kept(page: Page, count: int) -> None:
    """Wait until so many choices are in the browser's own store: then the page may go."""
    page.evaluate(
        f"""async (count) => {{
          const kept = {EVERYTHING_KEPT};
          const give_up = performance.now() + 10_000;
          while ((await kept()).records.length < count && performance.now() < give_up) {{
            await new Promise(requestAnimationFrame);
          }}
        }}""",
        count,
    )
    assert len(kept(page)["records"]) == count


def line(page: Page) -> Locator:
    return page.locator("div.outbox")


def never(dialog: Dialog) -> None:
    raise AssertionError(f"the browser asked: {dialog.type}")


def on_the_disk(profile: Path) -> str:
    """Return what the profile keeps for scripts, as Latin-1 and with the zeros of UTF-16 out."""
    folders = ("IndexedDB", "Local Storage", "Session Storage", "Service Worker")
    files = [file for name in folders for file in (profile / "Default" / name).rglob("*")]
    text = "".join(file.read_bytes().decode("latin-1") for file in files if file.is_file())
    assert "parrcs-outbox" in text.replace("\0", ""), "looked in the wrong place"
    return text.replace("\0", "")


def secrets_of(world: World) -> set[str]:
    """Return words that must not be read in a browser's storage."""
    with in_trust(world.trust.pk):
        people = {str(pupil) for pupil in Pupil.objects.all()}
        people |= {name for p in Pupil.objects.all() for name in (p.last_name, p.upn)}
    return people | {
        "Communication", "Reading", "Writing", "communication", "Point 1", "Curlew", "Autumn",
        '"pupil"', '"strand"', '"point"', "judgements", "Harbour", "teacher",
    }  # fmt: skip


def nothing_can_be_read(world: World, found: dict[str, Any], disk: str) -> None:
    sealed = {"order", "id", "mark", "iv", "sealed", "page"}
    assert all({*record["fields"]} == sealed for record in found["records"])
    assert len({record["bytes"] for record in found["records"]}) == 1, "the size would tell"
    words = secrets_of(world)
    assert not {word for word in words if word in str(found)}
    assert not {word for word in words if word in disk}
