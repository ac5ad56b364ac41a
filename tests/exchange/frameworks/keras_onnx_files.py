"""Keras's exporter to ONNX: models, what they predict, and how plain gradient descent trains them on."""
import keras
import numpy

import facts as f
import keras_stacks
from keras_files import predict, train

STACKS, STEPS, RATE = 24, 4, 0.05
OPENERS = {}


def trains_alike(model):
    """Whether the graph has the weights of the model, one by one."""
    # Dropout and noise draw other numbers elsewhere; statistics and the gates' biases are computed into other tensors.
    other = ("Dropout", "Noise", "BatchNormalization", "RNN", "LSTM", "GRU")
    if any(name in type(layer).__name__ for layer in model._flatten_layers(include_self=False) for name in other):
        return False
    # Penalties aren't in the graph, and a number without axes is none of its weights.
    weights = model.trainable_variables
    return len(weights) > 0 and not model.losses and all(len(weight.shape) > 0 for weight in weights)


def write_model(folder, model, inputs, number):
    folder.mkdir(parents=True)
    # Not as a program begins: the exporter makes one tensor of those that are equal, and leaves out zeros that are added.
    model.set_weights(f.values_near(model.get_weights(), numpy.random.default_rng(number)))
    outputs = predict(model, inputs)
    model.export(folder / "model.onnx", format="onnx", verbose=False)
    training = None
    if trains_alike(model):
        generator = numpy.random.default_rng(number)
        targets = [generator.standard_normal(y.shape).astype("float32") for y in outputs]
        model.compile(optimizer=keras.optimizers.SGD(RATE), loss="mean_squared_error", run_eagerly=True)
        losses = train(model, inputs, targets, STEPS)
        training = {"learning_rate": RATE, "biases": 1, "as_operators": False, "losses": losses, "targets": targets,
                    "outputs_after": predict(model, inputs)}
    f.write(folder, ["model.onnx"], {}, inputs, outputs, training)


def write_layer(source, folder, number):
    known = f.read(source)
    write_model(folder, keras.models.load_model(source / "model.keras", compile=False), known["inputs"], number)


def write_stack(folder, number):
    write_model(folder, *keras_stacks.stack(keras, number), number)


def writers(ours, theirs):
    """Names of models, and what writes them."""
    for number, source in enumerate(f.models_in(ours, "layer_")):
        folder = theirs / f"keras_onnx_{source.name}"
        yield folder.name, lambda: write_layer(source, folder, number)
    for number in range(STACKS):
        folder = theirs / f"keras_onnx_stack_{number}"
        yield folder.name, lambda: write_stack(folder, number)
