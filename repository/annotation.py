"""Reads what a commit says of a model beside its tags: DVC's `dvc.yaml`, GTO's `artifacts.yaml`."""

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
    """What the files at `commit` say of `model` (spelled as in tags); DVC's first.

    None where they say nothing, can't be read, or are not here: an annotation
    is for information, and nothing is decided by it.
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
