"""Make the font of visible labels, keras_gen/provenance/label_font.otf.

    python scripts/make_label_font.py NotoSansCJK-Bold.ttc

The glyphs of the labels and no others are kept, of the simplified Chinese font in Noto Sans CJK
(Debian: fonts-noto-cjk). The SIL Open Font License allows that; the result has another name, keeps
the copyright notice, and stands under the same licence, keras_gen/provenance/OFL.txt. Needs
fontTools, which the extra `docs` brings.
"""

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from keras_gen.provenance.visible import FONT, TEXTS

NAME = "keras_gen label"
SIMPLIFIED_CHINESE = 2  # number of the font in the collection
COPYRIGHT, LICENCE, LICENCE_URL = 0, 13, 14  # entries of a font's table of names that stay


def main(collection):
    """Write the font."""
    font = TTFont(collection, fontNumber=SIMPLIFIED_CHINESE)
    options = Options(layout_features=[], hinting=True, name_IDs=[COPYRIGHT, LICENCE, LICENCE_URL])
    subsetter = Subsetter(options)
    subsetter.populate(text="".join(TEXTS.values()))
    subsetter.subset(font)
    names = font["name"]
    for number, text in ((1, NAME), (2, "Bold"), (4, f"{NAME} Bold"), (6, "keras_gen-label")):
        names.setName(text, number, 3, 1, 0x409)
    top = font["CFF "].cff
    top.fontNames = ["keras_gen-label"]
    top.topDictIndex[0].FullName = f"{NAME} Bold"
    top.topDictIndex[0].FamilyName = NAME
    font["head"].modified = font["head"].created  # the same input gives the same bytes
    font.recalcTimestamp = False
    font.save(FONT)
    print(f"{FONT}: {Path(FONT).stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
