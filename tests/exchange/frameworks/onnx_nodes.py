"""Writes ONNX's own node tests as cases for the program `exchange`: onnx_nodes.py FOLDER

Needs the packages onnx and numpy. Each case is one operator with inputs and outputs. Cases whose tensors are of types that
no tensor here can have, or are no tensors, are counted as left out. Operators of a newer opset than the library knows are
taken for those of the newest that it knows: most were changed for the sake of further types alone."""
import collections
import json
import pathlib
import sys

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases

TYPES = {np.dtype(t) for t in ('bool', 'uint8', 'int32', 'int64', 'float32', 'float64')}


NEWEST = 21
# Whose inputs behind the first one are sizes, axes or scales, which files of networks hold as constants.
SIZED = {'Reshape', 'Expand', 'Tile', 'Slice', 'Pad', 'Resize', 'Upsample', 'Squeeze', 'Unsqueeze', 'Split', 'Trilu',
         'OneHot', 'CenterCropPad', 'CumSum'}


def plain(value):
    return isinstance(value, (np.ndarray, np.generic)) and np.asarray(value).dtype in TYPES


def main(folder):
    written, left_out = collections.Counter(), collections.Counter()
    newer = 0
    for case in collect_testcases(None):
        if case.kind != 'node' or case.model is None:
            continue
        model = case.model
        operator = model.graph.node[-1].op_type
        inputs, outputs = case.data_sets[0]
        named_in = [i.name for i in model.graph.input]
        named_out = [o.name for o in model.graph.output]
        if not all(map(plain, [*inputs, *outputs])) or len(named_in) != len(inputs):
            left_out[operator] += 1
            continue
        if operator in SIZED or operator.startswith('Reduce') or case.name.startswith('test_reduce'):
            for name, value in list(zip(named_in, inputs))[1:]:
                model.graph.initializer.append(numpy_helper.from_array(value, name))
            named_in, inputs = named_in[:1], inputs[:1]
        for opset in model.opset_import:
            if opset.domain in ('', 'ai.onnx'):
                newer += opset.version > NEWEST
                opset.version = min(opset.version, NEWEST)
        target = pathlib.Path(folder) / ('onnx_node_' + case.name)
        target.mkdir(parents=True, exist_ok=True)
        onnx.save(model, str(target / 'model.onnx'))
        lists = {}
        for what, names, values in (('inputs', named_in, inputs), ('outputs', named_out, outputs)):
            lists[what] = []
            for k, (name, value) in enumerate(zip(names, values)):
                file = f'{what}_{k}.npy'
                np.save(target / file, np.ascontiguousarray(value).reshape(np.shape(value)))
                lists[what].append({'name': name, 'npy': file})
        facts = {'name': target.name, 'about': operator, 'node': operator, 'expect': 'read',
                 'made_by': {'onnx': onnx.__version__}, 'tolerance': 1e-3,
                 'files': [{'path': 'model.onnx', 'format': 'onnx', 'holds': 'model'}], **lists}
        (target / 'case.json').write_text(json.dumps(facts, indent=1))
        written[operator] += 1
    print(sum(written.values()), 'written,', sum(left_out.values()), 'left out,', newer, 'of a newer opset')


if __name__ == '__main__':
    main(sys.argv[1])
