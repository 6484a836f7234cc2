"""Writes a file of TensorBoard events with TensorBoard's own package, which
trainer/tensorboard must write byte for byte.

    pip install tensorboard==2.21.0
    python make_events.py ../../tensorboard/testdata/golden.tfevents
"""
import sys

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter


def scalars(wall, step, **values):
    of = [Summary.Value(tag=tag.replace("__", "/"), simple_value=v) for tag, v in values.items()]
    return Event(wall_time=wall, step=step, summary=Summary(value=of))


with open(sys.argv[1], "wb") as f:
    w = RecordWriter(f)
    for event in [
        Event(wall_time=1764313000.25, file_version="brain.Event:2"),
        scalars(1764313001.5, 1, train__loss=9.71875, train__lr=0.0),
        scalars(1764313002.75, 10, train__loss=1 / 3, valid__loss=float("nan")),
        scalars(1764313003.0, 123456789012, **{"valid__loss/wiki": -1e30}),
    ]:
        w.write(event.SerializeToString())
    w.flush()
