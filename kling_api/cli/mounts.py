"""Which kind of file system a path is on, as Linux tells it in /proc/mounts. Pure."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

#: SQLite's WAL needs memory that all its users share, which machines do not (sqlite.org/wal.html, 2026-11).
NETWORK_FILE_SYSTEMS = frozenset(
    {
        *("9p", "afs", "beegfs", "ceph", "cifs", "davfs", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4"),
        *("orangefs", "prl_fs", "smb2", "smb3", "smbfs", "vboxsf", "fuse.ceph", "fuse.davfs2", "fuse.gcsfuse"),
        *("fuse.glusterfs", "fuse.juicefs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs", "fuse.vmhgfs-fuse"),
    }
)


def file_system_of(path: PurePosixPath, mounts: str) -> str:
    """The type of the mount that holds the absolute `path` without links, "" when none does."""
    found, depth = "", -1
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = PurePosixPath(_unescaped(fields[1]))
        # Of several on one point the last is the one that is seen.
        if path.is_relative_to(point) and len(point.parts) >= depth:
            found, depth = fields[2], len(point.parts)
    return found


def _unescaped(text: str) -> str:
    r"""A space is written \040 there."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)
