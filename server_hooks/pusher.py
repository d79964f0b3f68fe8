"""Who pushes, according to the hosting system.

Each host tells its hooks in variables of its own. The server's owner says in the
Git setting `tagwarden.pusher` which of them counts, because anybody may have set
a variable that happens to be set. The tagger, the committer and their e-mail
addresses never count, because the pusher writes them.
"""

from __future__ import annotations

import os

from ..policy.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Pusher(Record):
    """Who pushes; `name` is None if unknown.

    `email` is set only if the host vouches for it. `how` says where the name
    comes from, or why it is unknown and what to do about it. `uid` is the user
    as whom the hook ran, for which the kernel vouches.
    """

    name: str | None
    email: str | None
    how: str
    uid: int | None = None


class MachineAccount(Record):
    """If the value of `variable` starts with `begins` (and is not `0`), the pusher is not whom the host names."""

    variable: str
    begins: str
    meaning: str


class Host(Record):
    """The variables in which a hosting system says who pushes."""

    name: str
    email: str | None = None
    unless: MachineAccount | None = None


HOSTS: dict[str, Host] = {
    # doc/administration/server_hooks.md. GitLab treats some deploy keys as their creator
    # (lib/api/support/git_access_actor.rb); such a key can't be told from that user.
    "gitlab": Host("GL_USERNAME", unless=MachineAccount("GL_ID", "key-", "a key that belongs to no user")),
    # modules/repository/env.go. For a deploy key the name is that of the repository's
    # owner, whoever has the key (routers/private/serv.go).
    "gitea": Host("GITEA_PUSHER_NAME", "GITEA_PUSHER_EMAIL", MachineAccount("GITEA_DEPLOY_KEY_ID", "", "a deploy key")),
    # A push on the server itself that bypasses gitolite (non-core.mkd) keeps any GL_USER
    # that its environment happened to have.
    "gitolite": Host("GL_USER", unless=MachineAccount("GL_BYPASS_ACCESS_CHECKS", "", "a push past gitolite")),
    # GitHub Enterprise Server: "Creating a pre-receive hook script".
    "github": Host("GITHUB_USER_LOGIN"),
    # Bitbucket Data Center: "Writing hook scripts".
    "bitbucket": Host("BB_USER_NAME", "BB_USER_EMAIL"),
    # git-http-backend(1). It makes up an e-mail address from the name, which proves nothing.
    "http": Host("REMOTE_USER"),
}
HOSTS["forgejo"] = HOSTS["gitea"]

ENVIRONMENT = "env:"

# The pusher can set these: push options and the protocol, identities, the command
# and the locale sent over ssh, headers of HTTP requests.
SET_BY_THE_PUSHER = ("GIT_", "HTTP_", "LANG", "LC_", "SSH_ORIGINAL_COMMAND")

PUSHER_SETTING = "tagwarden.pusher"


def find_pusher(setting: str | None, environ: Mapping[str, str]) -> Pusher:
    """The pusher, according to the value of `tagwarden.pusher`, the hook's environment and the kernel; never raises.

    The values are untrusted text: a name may contain anything but NUL.
    """
    # The real user id, not the effective one: a wrapper may be set-user-ID.
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
