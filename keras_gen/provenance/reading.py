"""Marks read back from a file, whoever wrote it, and compared with its pixels.

Nothing here is shared with what writes marks but the names and the digest: the file is decoded by
Pillow, and its packet is read by a parser of XML.
"""

import dataclasses
import json
import warnings
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from PIL import Image, UnidentifiedImageError

from keras_gen.files import parse_json, require_file
from keras_gen.pictures.saving import GIF_XMP, GIF_XMP_END
from keras_gen.provenance.marks import (
    BY_MODEL,
    COMPOSITE,
    HASH,
    LABELS,
    SOURCE_TYPES,
    array_digest,
    pixel_digest,
)
from keras_gen.provenance.packet import AIGC, IPTC
from keras_gen.provenance.signing import read_signature

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
LARGEST_PACKET = 2**20  # bytes
MOST_PIXELS = 2**31  # of all frames of a film together
LARGEST_ARRAYS = 2**31  # bytes of an .npz file, unpacked
LONGEST_LINE = 400  # characters


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reading:
    """What the marks of one file say.

    Attributes:
        lines: (name, plain words) of each thing found, or missing.
        faults: what is missing, unreadable or wrong; empty where all is as it should be.
        number: of the content, which names model and run; empty where there is none.
    """

    lines: tuple[tuple[str, str], ...]
    faults: tuple[str, ...]
    number: str = ""


def read_marks(path: str | Path, anchors: str | None = None) -> Reading:
    """Read the marks of a picture, or of an .npz file of images.

    Args:
        path: PNG, JPEG, WebP or GIF file, or an .npz file with `images` and `provenance`.
        anchors: certificates of trusted authorities in PEM, from `load_anchors`. With them, a file
            without a valid signature that they vouch for is a fault; without them, only one with
            an invalid signature is.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: no such kind of file, damaged, or too large.
    """
    path = require_file(path, "a picture")
    try:
        is_array = path.suffix == ".npz"
        found, sha256 = _of_array(path) if is_array else _of_picture(path)
        lines, faults = read_signature(b"" if is_array else path.read_bytes(), anchors)
    except UnidentifiedImageError as error:
        raise ValueError(f"{path}: expected a PNG, JPEG, WebP, GIF or .npz file") from error
    except PermissionError:
        raise
    except Exception as error:  # damaged files make decoders raise almost any type of error
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise ValueError(f"{path}: {reason}") from error
    number = ""
    try:
        statement = _parse_packet(found) if isinstance(found, bytes) else found
        aigc = parse_json(statement["AIGC"]) if "AIGC" in statement else {}
    except (ValueError, ElementTree.ParseError, RecursionError) as error:
        reason = " ".join(str(error).split())
        lines, faults = (
            [("mark", f"cannot be read: {reason}"), *lines],
            ["unreadable mark", *faults],
        )
    else:
        said, missing = _judge(statement, {key: str(value) for key, value in aigc.items()}, sha256)
        lines, faults = [*said, *lines], [*missing, *faults]
        number = str(aigc.get("ProduceID", ""))
    return Reading(
        lines=tuple((name, _plain(text)) for name, text in lines),
        faults=tuple(faults),
        number=number,
    )


def _of_picture(path):
    """Return the packet of XMP, empty where there is none, and the digest of the pixels."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(path, formats=FORMATS) as picture:
            frames = getattr(picture, "n_frames", 1)
            if frames * picture.width * picture.height > MOST_PIXELS:
                raise ValueError(f"too large: {frames} frames of {picture.width}x{picture.height}")
            sha256 = pixel_digest(picture)
            xmp = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
            if picture.format == "GIF":
                _, _, rest = path.read_bytes().partition(GIF_XMP)
                xmp = rest.partition(GIF_XMP_END[:8])[0]
    return xmp.encode() if isinstance(xmp, str) else xmp, sha256


def _of_array(path):
    """Return the statement of an .npz file, empty where there is none, and the images' digest."""
    if not zipfile.is_zipfile(path):
        raise ValueError("expected an .npz archive, found another file or a part of one")
    with zipfile.ZipFile(path) as archive:  # a small file may hold a thousand times as much
        size = sum(entry.file_size for entry in archive.infolist())
    if size > LARGEST_ARRAYS:
        raise ValueError(f"expected at most {LARGEST_ARRAYS:,} bytes of arrays, found {size:,}")
    with np.load(path, allow_pickle=False) as arrays:
        if "images" not in arrays:
            raise ValueError("expected images in it, found none")
        sha256 = array_digest(arrays["images"])
        if "provenance" not in arrays:
            return b"", sha256
        statement = parse_json(str(arrays["provenance"]))
    return {key: str(value) for key, value in statement.items()}, sha256


def _parse_packet(packet):
    """Return names and texts of the properties of a packet that matter here."""
    if not packet:
        return {}
    if len(packet) > LARGEST_PACKET:
        raise ValueError(f"expected at most 1 MiB of XMP, found {len(packet):,} bytes")
    text = packet.decode().strip("\x00 \n\r\t\ufeff")  # UnicodeDecodeError is a ValueError
    if "<!DOCTYPE" in text or "<!ENTITY" in text:  # XMP has none, and entities can explode
        raise ValueError("expected XMP, found a document type of its own")
    statement = {}
    for element in ElementTree.fromstring(text).iter():
        for key, value in [(element.tag, element.text or ""), *element.attrib.items()]:
            space, _, name = key.removeprefix("{").partition("}")
            if (space, name == "AIGC") in ((AIGC, True), (IPTC, False)):
                statement.setdefault(name, value.strip())
    return statement


def _judge(statement, aigc, sha256):
    """Return what a statement says, and what is missing from it."""
    lines, faults = [], []
    meaning = LABELS.get(aigc.get("Label", ""))
    if meaning:
        who = [aigc.get(key) or "not named" for key in ("ContentProducer", "ProduceID")]
        lines.append(("TC260:AIGC", f"{meaning}; producer {who[0]}; number {who[1]}"))
    else:
        found = json.dumps(aigc["Label"]) if "Label" in aigc else "none"
        lines.append(("TC260:AIGC", f"expected a Label, found {found}"))
        faults.append("no label TC260:AIGC")
    source = statement.get("DigitalSourceType", "")
    lines.append(("DigitalSourceType", source.removeprefix(SOURCE_TYPES) or "none"))
    if source not in (SOURCE_TYPES + BY_MODEL, SOURCE_TYPES + COMPOSITE):
        faults.append("no DigitalSourceType of generated media")
    if "AISystemUsed" in statement:
        version = statement.get("AISystemVersionUsed", "")
        lines.append(("made by", f"{statement['AISystemUsed']} {version}".strip()))
    recorded = aigc.get("ReservedCode1", "")
    if recorded == HASH + sha256:
        lines.append(("pixels", f"those that were marked, {recorded}"))
    elif recorded.startswith(HASH):
        lines.append(("pixels", f"{HASH}{sha256}, but the mark is of {recorded}"))
        faults.append("other pixels than those that were marked")
    else:
        lines.append(("pixels", f"{HASH}{sha256}, no digest in the mark"))
        faults.append("no digest of the pixels")
    return lines, faults


def _plain(text):
    """Return a stranger's text as one line that moves no cursor and fills no screen."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return shown if len(shown) <= LONGEST_LINE else shown[:LONGEST_LINE] + "..."
