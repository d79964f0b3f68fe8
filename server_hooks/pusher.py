"""Who pushes, as the hosting system says.

Each host tells its hooks in variables of its own. Which of them counts is for
whoever runs the server to say, in Git configuration `tagwarden.pusher`; a
variable that happens to be set may have been set by anybody. The tagger, the
committer and their e-mail addresses are never asked: they are what the pusher
wrote.
"""

from __future__ import annotations

import os

from ..policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Pusher(Record):
    """Who pushes; `name` None where nobody is known.

    `email` is set only where the host vouches for it. `how` says where the
    name comes from, or why nobody is known and what to do about it. `uid` is
    the user that the hook ran as, which the kernel vouches for.
    """

    name: str | None
    email: str | None
    how: str
    uid: int | None = None


class MachineAccount(Record):
    """If `variable` begins so (and is not `0`), the pusher is not the person whom the host names."""

    variable: str
    begins: str
    meaning: str


class Host(Record):
    """Where a hosting system says who pushes."""

    name: str
    email: str | None = None
    unless: MachineAccount | None = None


HOSTS: dict[str, Host] = {
    # doc/administration/server_hooks.md. A deploy key that GitLab counts as its
    # creator (lib/api/support/git_access_actor.rb) can't be told from that user.
    "gitlab": Host("GL_USERNAME", unless=MachineAccount("GL_ID", "key-", "a key that belongs to no user")),
    # modules/repository/env.go. For a deploy key it names the repository's
    # owner, whoever holds the key (routers/private/serv.go).
    "gitea": Host("GITEA_PUSHER_NAME", "GITEA_PUSHER_EMAIL", MachineAccount("GITEA_DEPLOY_KEY_ID", "", "a deploy key")),
    # Pushes on the server itself that skip gitolite (non-core.mkd) keep
    # whatever GL_USER their environment had.
    "gitolite": Host("GL_USER", unless=MachineAccount("GL_BYPASS_ACCESS_CHECKS", "", "a push past gitolite")),
    # GitHub Enterprise Server: "Creating a pre-receive hook script".
    "github": Host("GITHUB_USER_LOGIN"),
    # Bitbucket Data Center: "Writing hook scripts".
    "bitbucket": Host("BB_USER_NAME", "BB_USER_EMAIL"),
    # git-http-backend(1). The e-mail that it makes up of the name is no proof.
    "http": Host("REMOTE_USER"),
}
HOSTS["forgejo"] = HOSTS["gitea"]

ENVIRONMENT = "env:"

# Whoever pushes sets these: push options and the protocol, identities, the
# command and the locale sent over ssh, headers of HTTP requests.
SET_BY_THE_PUSHER = ("GIT_", "HTTP_", "LANG", "LC_", "SSH_ORIGINAL_COMMAND")

PUSHER_SETTING = "tagwarden.pusher"


def find_pusher(setting: str | None, environ: Mapping[str, str]) -> Pusher:
    """Who pushes, by the value of `tagwarden.pusher`, the hook's environment and the kernel; never raises.

    The values are untrusted text: a name may hold anything but NUL.
    """
    # The one who started the process, not whose rights it has: a wrapper may be set-user-ID.
    return _named_pusher(setting, environ)._replace(uid=os.getuid())


def _named_pusher(setting: str | None, environ: Mapping[str, str]) -> Pusher:
    if not setting:
        return _unknown_pusher(
            f"{PUSHER_SETTING} is not set in the server's Git configuration "
            "(`tagwarden install --server --host NAME` sets it)"
        )
    host = HOSTS.get(setting)
    if setting.startswith(ENVIRONMENT):
        variable = setting[len(ENVIRONMENT) :]
        problem = _problem_of(variable)
        if problem:
            return _unknown_pusher(f"{PUSHER_SETTING} is {setting!r} in the server's Git configuration, but {problem}")
        host = Host(variable)
    if host is None:
        return _unknown_pusher(
            f"{PUSHER_SETTING} is {setting!r} in the server's Git configuration; it must be one of "
            f"{', '.join(sorted(HOSTS))}, or {ENVIRONMENT}NAME"
        )
    if host.unless is not None:
        value = environ.get(host.unless.variable, "")
        if value not in ("", "0") and value.startswith(host.unless.begins):
            return _unknown_pusher(f"this is {host.unless.meaning} ({host.unless.variable}={value})")
    name = environ.get(host.name, "")
    if not name.strip():
        return _unknown_pusher(f"the server did not set {host.name}, which {PUSHER_SETTING} = {setting} relies on")
    email = environ.get(host.email, "") if host.email else ""
    return Pusher(name, email.strip() or None, f"{host.name}, as {PUSHER_SETTING} = {setting} says")


def _unknown_pusher(reason: str) -> Pusher:
    return Pusher(None, None, reason)


def _problem_of(variable: str) -> str | None:
    if not variable.isascii() or not variable.isidentifier():
        return f"{variable!r} is not the name of an environment variable"
    if variable.startswith(SET_BY_THE_PUSHER):
        return f"whoever pushes can set {variable}"
    return None
