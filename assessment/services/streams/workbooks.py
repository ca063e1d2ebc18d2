"""How much a workbook of a stream may hold."""

from parrcs.core.workbooks import MB, Limits

# What a teacher's workbook takes: tens of kilobytes zipped, some hundred unzipped. Ten marks of
# XML for each of a thousand rows of five cells, with styles. Lists are far shorter; what stands
# below and beside is not looked at.
STREAM_LIMITS = Limits(
    thing="a stream",
    usual="some 20 KB",
    packed=MB,
    unpacked=2 * MB,
    marks=60_000,
    rows=1000,
    columns=10,
)
LARGEST_WORKBOOK = STREAM_LIMITS.packed
