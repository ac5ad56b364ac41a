"""ONNX: the checker of the standard looks at our graphs, and ONNX Runtime runs them."""
import onnx
import onnxruntime

import facts as f

onnxruntime.set_default_logger_severity(3)


def open_model(path, known):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    if any(graph_input.type.tensor_type.shape.dim[0].dim_param != "batch" for graph_input in model.graph.input):
        raise f.Different("the first axis of an input isn't the batch")
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [graph_input.name for graph_input in session.get_inputs()]
    f.compare_all("outputs", session.run(None, dict(zip(names, known["inputs"]))), known["outputs"], f.RUN_ELSEWHERE)
    one = {name: array[:1] for name, array in zip(names, known["inputs"])}
    f.compare_all("outputs for one sample", session.run(None, one), [array[:1] for array in known["outputs"]],
                  f.RUN_ELSEWHERE)


OPENERS = {"model.onnx": open_model}


def writers(ours, theirs):
    """None: what other programs write is tried elsewhere."""
    return []
