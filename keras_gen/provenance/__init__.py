"""Labels on generated pictures, and the one door through which those leave the package.

marks.py          which labels are wanted, and what they say of a picture
packet.py         the same as a packet of XMP
visible.py        text in the picture
door.py           the door: every generated picture is labelled here
reading.py        labels read back, and compared with the pixels
label_font.otf    the characters of the visible labels; OFL.txt is its licence

The rule: a picture is marked if it shows what a model has drawn. That is samples, grids and films
of them, reconstructions and interpolations, stylised photographs, and the generated points of a toy
world over D's surface. The curves of a run's metrics show nothing generated and are not marked. The
pictures inside the page of a blind study are not either, since a mark would be the answer.

No signature guards these marks: they inform those who read them, and whoever wants to can remove or
forge them. This is engineering and no legal advice.
"""

from keras_gen.provenance.door import encode_generated, save_generated
from keras_gen.provenance.marks import DUTY, Marks, Origin, array_mark
from keras_gen.provenance.reading import Reading, read_marks

__all__ = [
    "DUTY",
    "Marks",
    "Origin",
    "Reading",
    "array_mark",
    "encode_generated",
    "read_marks",
    "save_generated",
]
