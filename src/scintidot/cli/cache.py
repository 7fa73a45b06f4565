"""``scintidot cache``: what is kept between runs, and clearing it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from scintidot.cli.console import print_json, print_table
from scintidot.cli.options import Json

app = typer.Typer(
    help="Tables, deposits and compiled code kept between runs. Losing them costs only time.",
    rich_markup_mode=None,
)

OFF = "The cache is off (SCINTIDOT_CACHE=off): nothing is kept."


@app.command("info")
def info(json: Json = False) -> None:
    """Where the cache is, its size, its limit, what it holds."""
    from scintidot.cache.contents import cache_info
    from scintidot.sizes import size_in_words

    document = cache_info()
    if json:
        print_json(document)
        return
    if document["folder"] is None:
        print(OFF)
        return
    why = "the system's place for caches" if document["folder_from"] == "system" else "SCINTIDOT_CACHE"
    limit = document["limit_bytes"]
    fault = f", cannot be written: {document['fault']}" if document["fault"] else ""
    print(f"Folder: {document['folder']} ({why}{fault})")
    print(f"Size:   {size_in_words(document['size_bytes'])} in {_count(document)}", end="")
    print(f", at most {size_in_words(limit)} ({document['limit_from']})" if limit else ", no limit")
    if not document["kinds"]:
        return
    oldest, newest = (_as_people_write(document[f"{which}_use_utc"]) for which in ("oldest", "newest"))
    print(f"Used:   {oldest} to {newest} (UTC)")
    print_table(
        "",
        ["kind", "entries", "size", "last used (UTC)", "what"],
        [
            [
                kind["kind"],
                str(kind["entries"]),
                size_in_words(kind["size_bytes"]),
                _as_people_write(kind["newest_use_utc"]),
                kind["meaning"],
            ]
            for kind in document["kinds"]
        ],
    )
    if document["outdated"]["entries"]:
        size = size_in_words(document["outdated"]["size_bytes"])
        print(
            f"Outdated, first to go: {size} in {_count(document['outdated'])}. scintidot cache clear --outdated"
        )


@app.command("clear")
def clear(
    kind: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help="Only this, such as deposit; may be repeated.")
    ] = None,
    outdated: Annotated[
        bool, typer.Option("--outdated", help="Only what this version of scintidot cannot read.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; remove nothing.")] = False,
    json: Json = False,
) -> None:
    """Remove what is kept, and no other file. Asks nothing."""
    from scintidot.cache.contents import clear_cache
    from scintidot.errors import CannotWrite
    from scintidot.sizes import size_in_words

    document = clear_cache(kind or (), outdated=outdated, dry_run=dry_run)
    if json:
        print_json(document)
    elif document["folder"] is None:
        print(OFF)
    else:
        for part in document["kinds"]:
            print(f"{part['kind']}: {size_in_words(part['size_bytes'])} in {_count(part)}")
        freed = f"{size_in_words(document['size_bytes'])} in {_count(document)}"
        print(f"{'Would be freed' if dry_run else 'Freed'}: {freed}, {document['folder']}")
    if document["not_removed"]:
        first = document["not_removed"][0]
        raise CannotWrite(
            where=document["folder"], what="folder", who="cache clear", found=f"{first['file']}: {first['fault']}",
            expected="files that can be removed", hint=f"{len(document['not_removed'])} entries were left.",
        )  # fmt: skip


def _count(part: dict[str, Any]) -> str:
    """Such as ``1 file``."""
    return f"{part['files']} file{'s' * (part['files'] != 1)}"


def _as_people_write(moment: str) -> str:
    return moment.replace("T", " ").removesuffix("Z")
