"""Images as students bring them: with little in them, or nothing."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable
from pathlib import Path

from runner.engine.testbed import Testbed

TOOLS = ("sh", "cat", "ls", "ip", "readlink", "nslookup", "ping", "nc", "sleep", "ifconfig")
_NEEDED = ("busybox", "libc.so", "libresolv.so", "ld-linux", "ld-musl")
_FOLDERS = ("bin", "sbin", "lib", "lib64", "usr", "usr/bin", "usr/sbin", "usr/lib", "usr/lib64")


def bare(testbed: Testbed, folder: Path, name: str, applets: Iterable[str] = TOOLS) -> str:
    """An image that holds busybox under the names of `applets`, the libraries it needs, and nothing else; its name."""
    tar = folder / "bare.tar"
    with tarfile.open(tar, "w") as root:
        _copy(_lab_image(testbed, folder), root)
        for applet in applets:
            link = tarfile.TarInfo(f"bare/{applet}")
            link.type, link.linkname = tarfile.SYMTYPE, "/usr/bin/busybox"
            root.addfile(link)
    testbed.server().docker.import_image(tar, name, ["ENV PATH=/bare", 'CMD ["sleep", "1000"]'])
    return name


def _lab_image(testbed: Testbed, folder: Path) -> Path:
    """The layer of the lab image, out of what `docker save` writes."""
    saved = folder / "saved.tar"
    testbed.server().docker.save(testbed.image, saved)
    with tarfile.open(saved) as image:
        largest = max(image.getmembers(), key=lambda each: each.size)
        found = image.extractfile(largest)
        assert found
        (folder / "layer.tar").write_bytes(found.read())
    return folder / "layer.tar"


def _copy(layer: Path, to: tarfile.TarFile) -> None:
    with tarfile.open(layer) as root:
        for each in root.getmembers():
            name = each.name.removeprefix("./")
            if name in _FOLDERS or Path(name).name.startswith(_NEEDED):
                to.addfile(each, io.BytesIO(root.extractfile(each).read()) if each.isfile() else None)  # type: ignore[union-attr]
