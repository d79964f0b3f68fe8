"""What installing says of the tags that stand already."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import Server
from support.installing import install
from tagwarden.server_hooks.installing import existing_tags


class TestWhatStands:
    def test_model_tags_other_tools_tags_and_old_damage_are_told(
        self, bare: Server, capsys: pytest.CaptureFixture[str]
    ) -> None:
        bare.tag("m@v1.0.0", "main")
        for tag in ("m@v1.1.0", "m@1.2", "ai@6.0.68", "ai@6.0.69", "@ai/sdk@1.0.0", "v1.2.3"):
            bare.lightweight(tag, "main")

        assert install(bare) == 0

        said = capsys.readouterr().out
        assert "There are 2 model tags of 1 model.\n" in said
        assert "There are 2 tags of other tools, it seems, such as 'ai@6.0.68'" in said
        assert "Old damage: 1 tag-name, 1 annotated." in said
        assert f"tagwarden audit --plan {bare.path} > plan.sh" in said

    def test_what_the_site_policy_finds_is_damage_too(
        self, bare: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        bare.tag("m@v1.0.0-rc.1", "main")
        (tmp_path / "site.toml").write_text("[versions]\nprerelease = false\n")
        bare.git("config", "tagwarden.sitePolicy", f"file:{tmp_path / 'site.toml'}")

        assert install(bare) == 0

        said = capsys.readouterr().out
        assert "There is 1 model tag of 1 model.\n" in said
        assert "Old damage: 1 version-form." in said

    def test_of_what_the_policy_ignores_and_of_an_empty_repository_nothing_is_said(
        self, bare: Server, capsys: pytest.CaptureFixture[str]
    ) -> None:
        bare.commit_on_main({"tagwarden.toml": '[scope]\nignore = ["ai@*"]\n'})
        bare.lightweight("ai@6.0.68", "main")

        assert install(bare) == 0
        assert "There are" not in capsys.readouterr().out

    def test_a_great_many_tags_are_counted_and_not_judged(
        self, bare: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(existing_tags, "MOST_AUDITED", 1)
        bare.lightweight("m@v1.0.0", "main")
        bare.lightweight("m@v1.1.0", "main")

        assert install(bare) == 0

        said = capsys.readouterr().out
        assert "There are 2 model tags" in said
        assert f"tagwarden audit {bare.path}" in said
        assert "Old damage" not in said

    def test_a_policy_that_can_not_be_read_keeps_nobody_from_installing(
        self, bare: Server, capsys: pytest.CaptureFixture[str]
    ) -> None:
        bare.commit_on_main({"tagwarden.toml": "models = 1\n"})

        assert install(bare) == 0
        assert (
            "What stands there can't be judged: The policy HEAD:tagwarden.toml can't be read" in capsys.readouterr().out
        )
