"""Which files of a tagged commit the rules need, so that no others are read."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..settings import Settings

ANNOTATIONS_FILE = "artifacts.yaml"
DVC_FILE = "dvc.yaml"
# Larger documents are not parsed: their beginning alone can't be judged.
MOST_FILE_BYTES = 1024 * 1024


def needed_files(model: str, settings: Settings) -> tuple[str, ...]:
    """The paths in the tagged commit that the rules need for `model` (spelled as in tags)."""
    paths = []
    if settings.levels["target-annotations"] != "off":
        paths.append(ANNOTATIONS_FILE)
    if settings.models.declared_in and settings.levels["model-known"] != "off":
        paths.append(declaration(model, settings.models.declared_in)[0])
    if settings.levels["target-files"] != "off":
        paths.extend(settings.target.files)
    if settings.target.version_file.path and settings.levels["target-version"] != "off":
        paths.append(settings.target.version_file.path)
    if settings.levels["artifact"] != "off":
        paths.extend((declaration(model, DVC_FILE)[0], ANNOTATIONS_FILE))
    return tuple(dict.fromkeys(paths))


def folder_of(model: str) -> str:
    """The folder of the DVC project of `model`, relative to the root: `cv` for `cv=seg`, "" for the root."""
    folder, equals, _ = model.partition("=")
    return folder.rstrip("/") if equals else ""


def declaration(model: str, declared_in: str) -> tuple[str, str]:
    """The file and the artifact's name in it that declare `model`, as in DVC: `cv=seg` is `seg` in `cv/dvc.yaml`.

    `declared_in` is the name of the file.
    """
    folder, equals, name = model.partition("=")
    return (f"{folder.rstrip('/')}/{declared_in}", name) if equals else (declared_in, model)
