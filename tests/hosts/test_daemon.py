"""git daemon, set up by the words of docs/hosts.md."""

from __future__ import annotations

import shlex
from pathlib import Path

from support.daemons import free_port, listening, running
from support.host_trial import AS_GRACE, Host, first_push
from support.install_page import follow, replaced, steps


def test_a_repository_over_git_daemon_is_guarded_and_knows_nobody(tmp_path: Path, people: Path) -> None:
    port = free_port()
    here = {"/srv/git": str(tmp_path), "git daemon": f"git daemon --listen=127.0.0.1 --port={port}"}
    *_, serve = steps("git daemon")
    follow("git daemon", {"/srv/git": str(tmp_path), "git daemon": ": git daemon"})
    with running(shlex.split(replaced(serve.text, here)), listening(port), tmp_path / "daemon.log"):
        host = Host(tmp_path / "models.git", lambda _user: f"git://127.0.0.1:{port}/models.git")
        ada, _ = first_push(host, people)

        ada.repo.tag("churn@v1.1")
        assert "remote:   error [tag-name]" in ada.push("churn@v1.1").said
        ada.repo.tag("churn#prod#1", "churn@v1.0.0^{commit}")
        refused = ada.push("churn#prod#1", env=AS_GRACE)
        assert "remote:   error [who]" in refused.said
        assert host.pusher() is None
        assert host.tags() == {"churn@v1.0.0"}
