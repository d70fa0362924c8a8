"""A mark as a packet of XMP, the metadata that PNG, JPEG, WebP and GIF files share."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

AIGC = "http://www.tc260.org.cn/ns/AIGC/1.0/"
IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"

TEMPLATE = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:TC260="{aigc}" xmlns:Iptc4xmpExt="{iptc}">
{properties}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""


def xmp_packet(statement: Mapping[str, str]) -> bytes:
    """Return the packet of a mark.

    Args:
        statement: names and texts, as `Origin.statement` returns them.
    """
    lines = []
    for name, text in statement.items():
        tag = f"TC260:{name}" if name == "AIGC" else f"Iptc4xmpExt:{name}"
        lines.append(f"   <{tag}>{escape(text)}</{tag}>")
    return TEMPLATE.format(aigc=AIGC, iptc=IPTC, properties="\n".join(lines)).encode()
