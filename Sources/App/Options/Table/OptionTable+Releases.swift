extension OptionTable {
    static let releases: [Option] = [
        Option(
            "root", \.root, .releases, "directory for everything on disk (required)",
            """
            It is created if it does not exist. The store, the releases and the link are in it; relative file names \
            in other parameters begin here. A relative name begins at the working directory.
            """,
            old: [.variables("GIT_SYNC_ROOT")]),
        Option(
            "link", \.link, .releases, "name under which the release is published",
            """
            Relative to {root}, or absolute. Without it, the last part of {repo} without `.git`. Directories above it \
            are created.
            """,
            old: [.variables("GIT_SYNC_LINK"), .renamed("dest", "GIT_SYNC_DEST")]),
        Option(
            "publish", \.publish, .releases, "what the published name is",
            """
            `symlink` replaces a symbolic link, `directory` exchanges a real directory. Both are atomic. A foreign \
            file or directory at {link} is never overwritten.
            """),
        Option(
            "share", \.share, .releases, "how unchanged files get into a release",
            """
            `auto` uses reflinks where the file system has them, else hard links, else copies; `link` uses hard links; \
            `copy` shares nothing.
            """),
        Option(
            "keep-releases", \.keepReleases, .releases, "earlier releases kept for going back",
            "Going back to them needs no network. `auto` means 5 where {rollback} is in effect, else 0."),
        Option(
            "stale-worktree-timeout", \.staleWorktreeTimeout, .releases, "how long a replaced release stays",
            "For programs that still have files of it open by name.",
            old: [.variables("GIT_SYNC_STALE_WORKTREE_TIMEOUT")]),
        Option(
            "group-write", \.groupWrite, .releases, "let the group write what is made",
            "The umask becomes 0002.",
            old: [
                .variables("GIT_SYNC_GROUP_WRITE"),
                .refused("change-permissions", "GIT_SYNC_PERMISSIONS", instead: "use --group-write"),
            ]),
        Option(
            "git-gc", \.gitGC, .releases, "when to compact the store",
            """
            `auto` compacts when more than a quarter of the store is unreachable or it has more than 32 packs, \
            `always` after each release, `aggressive` searches for deltas again as well, `off` never.
            """,
            old: [.variables("GIT_SYNC_GIT_GC")]),
        Option(
            "max-release-size", \.maxReleaseSize, .releases, "refuse a larger release; 0 for no limit",
            "The fetch or the staging stops before the limit is passed."),
        Option(
            "min-free-space", \.minFreeSpace, .releases, "space to leave free on the volume",
            "A fetch or a staging that would leave less stops first."),
        Option(
            "sandbox", \.sandbox, .releases, "how the worker process is confined",
            """
            What a repository holds is read by a process of its own, which has no credentials. `auto` takes from it what \
            the kernel can take: files outside the root, the network, other programs. `require` refuses to start where \
            the kernel lacks some of that (Linux 6.2 has all of it), `off` takes nothing.
            """),
        Option(
            "worker-memory", \.workerMemory, .releases, "most memory of the worker process",
            """
            A commit that needs more fails. Without it 512MiB, or the memory limit of the container less 24MiB where \
            that is less.
            """,
            check: atLeast(.mebibytes(32))),
        Option(
            "revision-file", \.revisionFile, .releases, "file in each release that says which commit it is",
            """
            `PATH` in the release, which gets the hash, or `PATH=TEXT`, where `{hash}` and `{host}` stand for the commit \
            and for the name of this machine, as in `revision.conf=add_header X-Revision {hash};`. It is there before \
            {prepare-command} runs, so that a build or a server can answer with it. Git does not track it, and it \
            counts as no edit. A commit that has a file of that name is put off.
            """),
        Option(
            "prepare-command", \.prepareCommand, .releases, "command that completes a staged release",
            """
            Such as `npm ci` or a build. It runs in the staged release before it is published and may write there. It is \
            a program with its arguments: quotes and backslashes work as in a shell, but no shell runs it, and nothing is \
            expanded. For more there is `sh -c '...'`.
            """),
        Option(
            "prepare-timeout", \.prepareTimeout, .releases, "time limit of {prepare-command}",
            check: atLeast(.milliseconds(10))),
        Option(
            "validate-command", \.validateCommand, .releases, "command that judges a staged release",
            """
            Such as `nginx -t -p . -c nginx.conf`; written like {prepare-command}. When it fails, the release is not \
            published, its commit is not tried again, and its output is kept as the reason. It may add files but \
            must not change what it judges.
            """),
        Option(
            "validate-timeout", \.validateTimeout, .releases, "time limit of {validate-command}",
            check: atLeast(.milliseconds(10))),
        Option(
            "trial-command", \.trialCommand, .releases, "command that starts a staged release, to try it",
            """
            Such as `node server.js`; written like {prepare-command}. The new release is started on a free port before it is \
            published, and ended with its whole process group when it is well. `{port}` and the variable `PORT` say which \
            port; `GITSYNC_TRIAL` is 1. A release that ends, or is not well in time, is not published, its commit is not \
            tried again, and what it wrote is kept as the reason. Not for what does harm when it runs twice, such as \
            migrations or the reading of a queue: there it can look at `GITSYNC_TRIAL`.
            """),
        Option(
            "trial-health-url", \.trialHealthURL, .releases, "URL that says whether the release on trial is well",
            """
            Such as `http://127.0.0.1:{port}/healthz`; judged as {health-url} is, by {health-status}, {health-successes}, \
            {health-failures} and {health-revision-header}. Without it, it is well when the port accepts connections.
            """),
        Option(
            "trial-timeout", \.trialTimeout, .releases, "how long until the release on trial must be well",
            check: atLeast(.milliseconds(10))),
    ]
}
