"""What gto.md compares: each command and option of GTO 1.10, ours, and what is different."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """A command line of GTO, ours for the same purpose ("" where there is none), and the difference."""

    gto: str
    ours: str
    difference: str = "none"


INTRODUCTION = """\
<!-- Written by `make docs`, which runs every command on this page; edit docs/side_by_side_rows.py instead. -->

# tagwarden and GTO

tagwarden creates and reads the tags of [GTO](https://github.com/iterative/gto), and both can be used side by
side. The tables show what both print in copies of the same repository, in which `churn` has `v0.0.1`, in
`prod`, and `v0.0.2`, in `dev`; HEAD has no version. The bold number is the exit status.

In general:

- GTO uses the tags of the clone; tagwarden also uses the remote's (unless `--offline`).
- tagwarden creates no tag that the server would refuse. Every refusal names the rule and the policy key
  that governs it ([the rules](rules.md)).
- If GTO finds nothing, it exits with 0 and prints nothing. tagwarden exits with 1 and says why. The only exception
  is an empty registry: `show` and `history` then exit with 0 and say on stderr that there is no model.
- A tag that GTO can't read makes every GTO command in that repository fail. tagwarden skips it, and
  `tagwarden audit` reports it.
- `gto … --push` pushes without the `git` program. To a path or a `file://` URL it bypasses the server's hook.
  Over the network the hook judges the push, but GTO hides the hook's output and leaves the tag in the clone.
- `dvc artifacts get --stage` uses the last tag of a stage, whatever its kind: after `unassign` it still finds the
  version that was taken out. Teams that use it should roll back by assigning the older version again:
  `tagwarden assign MODEL STAGE --back`.
- tagwarden reads only tags: models that are merely listed in an `artifacts.yaml` are not shown."""

SECTIONS = {
    "Registering": [
        Row("gto register churn", "tagwarden register churn"),
        Row("gto register churn HEAD", "tagwarden register churn HEAD"),
        Row("gto register churn --version v1.0.0", "tagwarden register churn --version v1.0.0"),
        Row("gto register churn --version 1.0.0", "tagwarden register churn --version 1.0.0"),
        Row(
            "gto register churn --version v0.0.0",
            "tagwarden register churn --version v0.0.0",
            "a version below the latest breaks `version-order` (`versions.order`)",
        ),
        Row(
            "gto register churn --version v1.0.0+a",
            "tagwarden register churn --version v1.0.0+a",
            "build metadata breaks `version-form` (`versions.build-metadata`)",
        ),
        Row(
            "gto register Churn",
            "tagwarden register Churn",
            "a second model that differs in case only breaks `model-case` (`rules.model-case`)",
        ),
        Row("gto register churn --bump-major", "tagwarden register churn --bump major"),
        Row("gto register churn --bump-minor", "tagwarden register churn --bump minor"),
        Row("gto register churn --bump-patch", "tagwarden register churn --bump patch"),
        Row("", "tagwarden register churn --pre rc", "GTO proposes no pre-releases"),
        Row("gto register churn -m Trained", "tagwarden register churn -m Trained"),
        Row("", "tagwarden register churn --trailer AUC=0.9", "GTO leaves trailers to whoever writes the message"),
        Row("gto register churn --simple false", "tagwarden register churn --counter"),
        Row("gto register churn --simple true", "tagwarden register churn --simple"),
        Row("gto register churn HEAD~1", "tagwarden register churn HEAD~1", "a second version on one commit"),
        Row(
            "gto register churn HEAD~1 --force",
            "",
            "left out: two versions on one commit stop GTO itself",
        ),
        Row(
            "gto register churn --push",
            "tagwarden register churn --push",
            "pushed by Git, so that its hooks run; if the push is refused, the tag is deleted again",
        ),
        Row("gto register churn -r .", "tagwarden -C . register churn", "`-C` as in Git; never to a URL"),
        Row("gto register churn nosuch", "tagwarden register churn nosuch"),
        Row("", "tagwarden register churn --dry-run", "shows the tag object and the verdict"),
    ],
    "Assigning": [
        Row(
            "gto assign churn --version v0.0.2 --stage prod",
            "tagwarden assign churn prod --version v0.0.2",
            "the stage is an argument",
        ),
        Row(
            "gto assign churn --stage prod",
            "tagwarden assign churn prod",
            "HEAD has no version, and tagwarden does not guess: it names the versions to choose from",
        ),
        Row("gto assign churn HEAD~1 --stage prod", "tagwarden assign churn prod --from dev", "a promotion by name"),
        Row("gto promote churn HEAD~1 --stage prod", "tagwarden assign churn prod --from dev", "a hidden alias of GTO"),
        Row(
            "gto assign churn HEAD --stage prod",
            "",
            "left out: one command, one tag (`register`, then `assign`)",
        ),
        Row(
            "gto assign churn HEAD --stage prod --sr",
            "",
            "left out: the commit has no version, which breaks `state-exists` (`rules.state-exists`)",
        ),
        Row("gto assign churn --version v0.0.1 --stage prod", "tagwarden assign churn prod --version v0.0.1"),
        Row(
            "gto assign churn --version v0.0.1 --stage prod --force",
            "tagwarden assign churn prod --version v0.0.1 --force",
        ),
        Row(
            "gto assign churn --version v0.0.2 --stage prod --simple true",
            "tagwarden assign churn prod --version v0.0.2 --simple",
        ),
        Row("gto assign churn --version v9.0.0 --stage prod", "tagwarden assign churn prod --version v9.0.0"),
    ],
    "Taking back": [
        Row("gto deprecate churn v0.0.1", "tagwarden deregister churn v0.0.1", "a command of its own"),
        Row(
            "gto deprecate churn v0.0.1 prod",
            "tagwarden unassign churn prod",
            "a command of its own; without `--version` it takes out what the stage shows",
        ),
        Row(
            "gto deprecate churn v0.0.1 dev",
            "tagwarden unassign churn dev --version v0.0.1",
            "v0.0.1 is not in dev",
        ),
        Row("gto deprecate churn", "tagwarden deprecate churn"),
        Row(
            "gto deprecate churn v0.0.1",
            "tagwarden deprecate churn v0.0.1",
            "GTO's form is a usage error here, which names the command to use",
        ),
        Row("gto deprecate churn --ref HEAD", "", "left out: the tag is on the commit of the model's last event"),
        Row(
            "gto deprecate churn --delete",
            "",
            "left out: deleting tags breaks `tag-permanent` (`rules.tag-permanent`)",
        ),
    ],
    "Reading": [
        Row("gto show", "tagwarden show", "versions in full (GTO cuts them off after 7 characters); no frame"),
        Row("gto show --json", "tagwarden show --json", "another document, with the number of versions"),
        Row("gto show --plain", "tagwarden show", "the table can be searched with `grep` as it is"),
        Row("gto show -r ../origin.git", "tagwarden show -r ../origin.git", "of a URL, only the tags are fetched"),
        Row("gto show churn", "tagwarden show churn", "with the ordinal number of each version"),
        Row("gto show churn --deprecated", "tagwarden show churn --deprecated"),
        Row("gto show --ro", "tagwarden show", "what is assigned without a version is shown by its commit"),
        Row("gto show --vs -1", "tagwarden history churn", "one version a stage: the last one assigned"),
        Row("gto show --av 1", "tagwarden show churn", "each stage once: where it is now"),
        Row("gto show --sort semver", "tagwarden show", "a stage shows what was assigned last"),
        Row("gto show churn@latest --version", "tagwarden resolve churn@latest"),
        Row("gto show churn@greatest --version", "tagwarden resolve churn@greatest"),
        Row("gto show 'churn#prod' --version", "tagwarden resolve 'churn#prod'"),
        Row("gto show churn@v0.0.1 --version", "tagwarden resolve churn@v0.0.1"),
        Row("gto show churn@latest --ref", "tagwarden resolve churn@latest --tag"),
        Row("gto show 'churn#prod' --ref", "tagwarden resolve 'churn#prod' --tag", "the tag that assigned it"),
        Row("", "tagwarden resolve 'churn#prod' --commit", "GTO prints it with --json only"),
        Row(
            "gto show churn@latest --name",
            "tagwarden resolve churn@latest --json",
            "`model`; GTO 1.10.1 fails here",
        ),
        Row("gto show churn@v0.0.1 --stage", "tagwarden show churn --json", "a field of the document"),
        Row("gto show 'churn#qa' --version", "tagwarden resolve 'churn#qa'", "finding nothing is a failure here"),
        Row("gto show churn@v9.0.0 --version", "tagwarden resolve churn@v9.0.0", "finding nothing is a failure here"),
        Row("gto show nobody", "tagwarden show nobody"),
        Row("gto history", "tagwarden history", "with number, tagger and message"),
        Row("gto history churn", "tagwarden history churn"),
        Row("gto history --asc", "tagwarden history --asc"),
        Row("gto history --plain", "tagwarden history", "the table can be searched with `grep` as it is"),
        Row("gto history nobody", "tagwarden history nobody", "finding nothing is a failure here"),
        Row("gto stages", "tagwarden show", "the columns"),
        Row("gto stages --used", "tagwarden history", "the column STAGE"),
        Row("gto stages --allowed", "tagwarden policy show", "`stages.names`, or what `.gto` declares"),
        Row("gto check-ref 'churn#prod#1' --version", "tagwarden resolve 'refs/tags/churn#prod#1'"),
        Row("gto check-ref 'churn#prod#1' --name", "tagwarden resolve 'churn#prod#1' --json", "`model`"),
        Row("gto check-ref 'churn#prod#1' --event", "tagwarden resolve 'churn#prod#1' --json", "`kind`"),
        Row("gto check-ref 'churn#prod#1' --stage", "tagwarden resolve 'churn#prod#1' --json", "`stage`"),
        Row("gto check-ref 'churn#prod#7'", "tagwarden resolve 'churn#prod#7'", "finding nothing is a failure here"),
        Row(
            "gto check-ref churn@1.0.0",
            "tagwarden resolve churn@1.0.0",
            "a name that is not a model tag is a failure here",
        ),
        Row("gto parse-tag churn@v1.0.0", "", "[the library](library.md): `parse_tag_name`"),
        Row("gto print-state", "tagwarden history --json", "a hidden command of GTO"),
        Row("gto doctor", "tagwarden audit", "GTO tells whether it can read the tags, tagwarden judges each of them"),
    ],
}
