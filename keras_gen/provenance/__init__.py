"""Labels on generated pictures, and the one door through which those leave the package.

marks.py          which labels are wanted, and what they say of a picture
packet.py         the same as a packet of XMP
signing.py        the same as a signed manifest of C2PA, and whose signature a file carries
visible.py        text in the picture
door.py           the door: every generated picture is labelled here
reading.py        labels read back, and compared with the pixels
label_font.otf    the characters of the visible labels; OFL.txt is its licence

The rule: a picture is marked if it shows what a model has drawn. That is samples, grids and films
of them, reconstructions and interpolations, stylised photographs, and the generated points of a toy
world over D's surface. The curves of a run's metrics show nothing generated and are not marked. The
pictures inside the page of a blind study are not either, since a mark would be the answer.

Unless a signer is given, no signature guards these marks: they inform those who read them, and
whoever wants to can remove or forge them. A signature shows who signed, and that the file is still
the one that was; it can be removed as well. This is engineering and no legal advice.
"""

from keras_gen.provenance.door import encode_generated, save_generated
from keras_gen.provenance.marks import DUTY, Marks, Origin, array_mark
from keras_gen.provenance.reading import Reading, read_marks
from keras_gen.provenance.signing import Signer, load_anchors, load_signer

__all__ = [
    "DUTY",
    "Marks",
    "Origin",
    "Reading",
    "Signer",
    "array_mark",
    "encode_generated",
    "load_anchors",
    "load_signer",
    "read_marks",
    "save_generated",
]
