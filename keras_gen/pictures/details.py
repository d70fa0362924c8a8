"""What a photograph's file says beside its pixels, kept for a picture that is made from it."""

import dataclasses
import io
import warnings
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, ImageCms

# The pixels are upright by now, and have another size. The maker's notes and other programs' blocks
# may hold anything, a place included.
OUTDATED = (
    ExifTags.Base.Orientation,
    ExifTags.Base.XMLPacket,
    ExifTags.Base.IPTCNAA,
    ExifTags.Base.ImageResources,
)
OUTDATED_OF_PHOTO = (
    ExifTags.Base.ExifImageWidth,
    ExifTags.Base.ExifImageHeight,
    ExifTags.Base.MakerNote,
)
LARGEST_EXIF = 2**16 - 9  # bytes that a segment of a JPEG file holds


@dataclasses.dataclass(frozen=True, kw_only=True)
class Details:
    """EXIF and colour profile of a photograph, None where it has none that can be used."""

    exif: bytes | None = None
    profile: bytes | None = None

    def apply(self, image: Image.Image) -> tuple[Image.Image, dict[str, Any]]:
        """Return an sRGB image in the profile's colours, and the options to save it with.

        A profile of other channels than red, green and blue is left out, and the image stays sRGB.

        Args:
            image: `PIL.Image.Image` of mode "RGB" or "RGBA".
        """
        options = {} if self.exif is None else {"exif": self.exif}
        if self.profile is None:
            return image, options
        try:
            target = ImageCms.ImageCmsProfile(io.BytesIO(self.profile))
            if target.profile.xcolor_space.strip() != "RGB":
                return image, options
            source = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image.convert("RGB"), source, target)
            assert converted is not None  # which it is only for a change in place
        except (OSError, ImageCms.PyCMSError):
            return image, options
        if image.mode == "RGBA":
            converted.putalpha(image.getchannel("A"))
        return converted, {**options, "icc_profile": self.profile}


def read_details(path: str | Path, *, location: bool = False) -> Details:
    """Read what is kept of a photograph's file.

    Of EXIF everything stays but the orientation, the size, the maker's notes and the preview, which
    are those of other pixels, and the place where the photograph was taken.

    Args:
        path: JPEG, PNG or WebP file that can be decoded.
        location: keep the place as well.
    """
    outdated = OUTDATED if location else (*OUTDATED, ExifTags.IFD.GPSInfo)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of tags that it skips
        with Image.open(path, formats=("JPEG", "PNG", "WEBP")) as image:
            profile = image.info.get("icc_profile") or None
            return Details(exif=_exif(image, outdated), profile=profile)


def _exif(image, outdated):
    try:
        exif = image.getexif()
        if ExifTags.IFD.Exif in exif:
            photo = exif.get_ifd(ExifTags.IFD.Exif)
            for tag in OUTDATED_OF_PHOTO:
                photo.pop(tag, None)
        for tag in outdated:
            exif.pop(tag, None)
        block = exif.tobytes() if len(exif) else b""
        return block if 0 < len(block) <= LARGEST_EXIF else None
    except Exception:  # a broken block is ignored, and Pillow raises almost any type of error
        return None
