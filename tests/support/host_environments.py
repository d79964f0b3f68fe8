"""What each hosting system tells its hooks about a push by ada.

- GitLab: doc/administration/server_hooks.md of GitLab; internal/gitaly/hook/custom.go of Gitaly, which runs all that
  is executable in `custom_hooks/<hook>.d`, and hands on a list of variables and no others.
- Gitea, Forgejo: modules/repository/env.go; the script that runs what is in `<hook>.d`: modules/repository/hooks.go.
- gitolite: doc/non-core.mkd.
- GitHub Enterprise Server: "Creating a pre-receive hook script" and "Creating a pre-receive hook environment".
- Bitbucket Data Center: "Writing hook scripts", "Registering and maintaining hook scripts".
- git http-backend: git-http-backend(1).
"""

from __future__ import annotations

# The variables that each host sets for a push by ada, according to its documentation and source.
SET_BY = {
    "gitlab": {
        "GL_ID": "user-17",
        "GL_USERNAME": "ada",
        "GL_PROTOCOL": "ssh",
        "GL_REPOSITORY": "project-4",
        "GL_PROJECT_PATH": "models/churn",
    },
    "gitea": {
        "GITEA_PUSHER_NAME": "ada",
        "GITEA_PUSHER_ID": "3",
        "GITEA_PUSHER_EMAIL": "ada@example.com",
        "GITEA_REPO_NAME": "churn",
        "GITEA_REPO_USER_NAME": "models",
        "GITEA_KEY_ID": "5",
        "GITEA_DEPLOY_KEY_ID": "0",
        "GITEA_PR_ID": "0",
        "GITEA_REPO_IS_WIKI": "false",
        "SSH_ORIGINAL_COMMAND": "gitea-internal",
    },
    "gitolite": {"GL_USER": "ada", "GL_REPO": "models/churn", "SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"},
    "github": {
        "GITHUB_USER_LOGIN": "ada",
        "GITHUB_REPO_NAME": "models/churn",
        "GITHUB_USER_IP": "192.0.2.1",
        "GITHUB_VIA": "",
    },
    "bitbucket": {
        "BB_USER_NAME": "ada",
        "BB_USER_DISPLAY_NAME": "Ada Lovelace",
        "BB_USER_EMAIL": "ada@example.com",
        "BB_HOOK_TYPE": "PRE",
        "BB_IS_DRY_RUN": "false",
    },
    "http": {
        "REMOTE_USER": "ada",
        "REMOTE_ADDR": "192.0.2.1",
        "GIT_COMMITTER_NAME": "ada",
        "GIT_COMMITTER_EMAIL": "ada@http.192.0.2.1",
    },
}
SET_BY["forgejo"] = SET_BY["gitea"]
