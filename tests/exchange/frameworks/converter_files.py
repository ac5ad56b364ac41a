"""TensorFlow.js's converter: writes layers-models of Keras 2's models, cut into small files, and quantised in turn."""
import json
import os
import sys
from unittest import mock

os.environ["TF_USE_LEGACY_KERAS"] = "1"
# What the converter imports for other formats.
for name in ("tensorflow_decision_forests", "tensorflow_hub", "jax", "jax.experimental", "flax"):
    sys.modules.setdefault(name, mock.MagicMock())

import tf_keras
from tensorflowjs import read_weights
from tensorflowjs.converters import converter

import facts as f
import keras_stacks
from tf_keras_files import predict

STACKS = 60
OPENERS = {}


def write_model(folder, number):
    folder.mkdir(parents=True)
    model, inputs = keras_stacks.stack(tf_keras, number)
    predict(model, inputs)
    model.save(folder / "model.h5")
    quantised = ["", "float16", "uint8", "uint16"][number % 4]
    converter.dispatch_keras_h5_to_tfjs_layers_model_conversion(
        str(folder / "model.h5"), str(folder), quantization_dtype_map={quantised: "*"} if quantised else None,
        weight_shard_size_bytes=200)
    (folder / "model.h5").unlink()
    manifest = json.loads((folder / "model.json").read_text())["weightsManifest"]
    values = {entry["name"]: entry["data"] for entry in read_weights.read_weights(manifest, str(folder), flatten=True)}
    model.set_weights([values[weight.name.split(":")[0]] for weight in model.weights])
    outputs = predict(model, inputs)
    f.write(folder, ["model.json"], {}, inputs, outputs)


def writers(ours, theirs):
    """Names of models, and what writes them."""
    for number in range(STACKS):
        yield f"converter_stack_{number}", lambda: write_model(theirs / f"converter_stack_{number}", number)
