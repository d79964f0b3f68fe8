"""Reads the annotation of a model from a commit: from DVC's `dvc.yaml` or GTO's `artifacts.yaml`."""

from __future__ import annotations

from ..policy.errors import CannotJudge
from ..policy.objects.annotations import annotation_in
from ..policy.objects.document_files import DocumentFiles
from ..policy.objects.needed_files import ANNOTATIONS_FILE, DVC_FILE, MOST_FILE_BYTES, declaration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..policy.objects.annotations import Annotation
    from .git.reader import Reader


def read_annotation(reader: Reader, commit: str, model: str) -> Annotation | None:
    """The annotation of `model` (as tags spell it) in `commit`; DVC's file comes first.

    None if there is none, or if a file is missing or can't be read: annotations are only informative.
    """
    path, name = declaration(model, DVC_FILE)
    places = [(path, name, ("artifacts",)), (ANNOTATIONS_FILE, model.replace("=", ":"), ())]
    try:
        contents = reader.files([(commit, place) for place, _, _ in places], limit=MOST_FILE_BYTES + 1)
        documents = DocumentFiles()
        found = [
            annotation_in(content, name, documents, within=within, folder=place.rpartition("/")[0])
            for content, (place, name, within) in zip(contents, places, strict=True)
            if content is not None
        ]
    except CannotJudge:
        return None
    return next((one for one in found if one is not None), None)
