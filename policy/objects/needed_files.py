"""Which files of a tagged commit a policy asks for, so that nothing else need be read."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..settings import Settings

ANNOTATIONS_FILE = "artifacts.yaml"
DVC_FILE = "dvc.yaml"
# The most bytes that are read of a YAML file; a larger file can't be judged by its beginning.
MOST_FILE_BYTES = 1024 * 1024


def needed_files(model: str, settings: Settings) -> tuple[str, ...]:
    """The paths in the tagged commit that the rules read for `model` (spelled as in tags)."""
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
    """The folder that `model` is declared in, as DVC does it, from the root: `cv` of `cv=seg`; "" for the root."""
    folder, equals, _ = model.partition("=")
    return folder.rstrip("/") if equals else ""


def declaration(model: str, declared_in: str) -> tuple[str, str]:
    """Where `model` is declared, as DVC does it: `cv=seg` is the artifact `seg` of `cv/dvc.yaml`."""
    folder, equals, name = model.partition("=")
    return (f"{folder.rstrip('/')}/{declared_in}", name) if equals else (declared_in, model)
