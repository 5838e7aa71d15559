"""What kind of file system a path lies on."""

from pathlib import Path

import psutil

_REMOTE = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "gpfs", "fuse.sshfs"}


def remote(path: Path) -> bool:
    """Whether it lies on another machine: no memory is shared there, and owners may be told otherwise."""
    mounts = sorted(psutil.disk_partitions(all=True), key=lambda mount: len(mount.mountpoint))
    for mount in reversed(mounts):  # of two at one place, the later one hides the earlier
        if path.resolve().is_relative_to(mount.mountpoint):
            return mount.fstype.lower() in _REMOTE
    return False
