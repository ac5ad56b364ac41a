"""Keras 2 and its files: opens our architecture and weights, and writes its own."""
import json

import numpy
import tf_keras

import facts as f
import keras_stacks

STACKS = 60


def predict(model, inputs):
    outputs = model(inputs[0] if len(inputs) == 1 else inputs, training=False)
    return [numpy.asarray(y) for y in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]


def open_weights(path, known):
    if "keras2" not in known:
        raise f.Skipped(known["refused"]["keras2"].splitlines()[0])
    model = tf_keras.models.model_from_json(json.dumps(known["keras2"]))
    model.load_weights(path)
    f.compare_all("outputs", predict(model, known["inputs"]), known["outputs"], f.PREDICTIONS)


OPENERS = {"old.h5": open_weights}


def some_optimizer(number):
    o = tf_keras.optimizers
    return [
        lambda: o.SGD(0.02, momentum=0.9),
        lambda: o.Adam(0.01, epsilon=0.01),
        lambda: o.RMSprop(0.01, momentum=0.5, epsilon=0.01, centered=True),
        lambda: o.AdamW(0.01, weight_decay=0.02, epsilon=0.01, amsgrad=True),
        lambda: o.Adagrad(0.05, epsilon=0.01),
        lambda: o.Adamax(0.01, epsilon=0.01),
    ][number % 6]()


def write_model(folder, number):
    folder.mkdir(parents=True)
    model, inputs = keras_stacks.stack(tf_keras, number)
    generator = numpy.random.default_rng(number)
    targets = generator.standard_normal((len(inputs[0]), 3)).astype("float32")
    model.compile(optimizer=some_optimizer(number), loss="mean_squared_error", run_eagerly=True)
    # Its variance over pictures is that of a population, other than Keras 3's and ours.
    trains = not any(isinstance(layer, tf_keras.layers.BatchNormalization) for layer in model.layers)
    if trains:
        for _ in range(2):
            model.train_on_batch(inputs[0], targets)
    outputs = predict(model, inputs)
    for file in ("model.keras", "model.h5"):
        model.save(folder / file)
    model.save_weights(folder / "old.h5")
    training = None
    if trains:
        losses = [float(model.train_on_batch(inputs[0], targets)) for _ in range(3)]
        training = {"losses": losses, "targets": [targets], "weights_after": model.get_weights()}
    f.write(folder, ["model.keras", "model.h5", "old.h5"], json.loads(model.to_json()), inputs, outputs, training)


def writers(ours, theirs):
    """Names of models, and what writes them."""
    for number in range(STACKS):
        yield f"keras2_stack_{number}", lambda: write_model(theirs / f"keras2_stack_{number}", number)
