"""Keras and its files: opens ours, and writes its own."""
import json

import h5py
import keras
import numpy

import facts as f

PREDICTIONS, TRAINED = 2e-5, 2e-4


def predict(model, inputs):
    outputs = model(inputs[0] if len(inputs) == 1 else inputs, training=False)
    return [numpy.asarray(y) for y in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]


def train(model, inputs, targets, steps):
    """The loss of each step before its update."""
    x = inputs[0] if len(inputs) == 1 else inputs
    y = targets[0] if len(targets) == 1 else targets
    return [float(numpy.ravel(model.train_on_batch(x, y))[0]) for _ in range(steps)]


def take_optimizer(model, path, config):
    """Gives the optimiser its memory from an .h5 file, which Keras 3.15 itself leaves out."""
    model.compile(optimizer=keras.optimizers.deserialize(config), loss="mse", run_eagerly=True)
    optimizer = model.optimizer
    optimizer.build(model.trainable_variables)
    with h5py.File(path) as file:
        group = file["optimizer_weights"]
        names = [n.decode() if isinstance(n, bytes) else n for n in group.attrs["weight_names"]]
        values = [numpy.asarray(group[name]) for name in names]
    variables = optimizer.variables
    if len(variables) != len(values):
        raise f.Different(f"{len(values)} variables of the optimiser, expected {len(variables)}")
    for variable, value in zip(variables, values):
        variable.assign(value)


def continue_training(model, known):
    training = known["training"]
    losses = train(model, known["inputs"], training["targets"], len(training["losses"]))
    f.compare("losses", losses, training["losses"], 1e-4)
    f.compare_all("weight after training", model.get_weights(), training["weights_after"], TRAINED)


def open_keras(path, known):
    model = keras.models.load_model(path)
    f.compare_all("weight", model.get_weights(), known["weights"], 0)
    f.compare_all("output", predict(model, known["inputs"]), known["outputs"], PREDICTIONS)
    if "training" in known:
        model.run_eagerly = True
        continue_training(model, known)


def open_h5(path, known):
    model = keras.models.load_model(path, compile=False)
    f.compare_all("weight", model.get_weights(), known["weights"], 0)
    f.compare_all("output", predict(model, known["inputs"]), known["outputs"], PREDICTIONS)
    if "training" in known:
        take_optimizer(model, path, known["training"]["optimizer"])
        continue_training(model, known)


def open_weights(path, known):
    model = keras.models.load_model(path.parent / "model.keras", compile=False)
    model.set_weights([numpy.zeros_like(w) for w in model.get_weights()])
    model.load_weights(path)
    f.compare_all("weight", model.get_weights(), known["weights"], 0)
    f.compare_all("output", predict(model, known["inputs"]), known["outputs"], PREDICTIONS)


OPENERS = {"model.keras": open_keras, "model.h5": open_h5, "model.weights.h5": open_weights}


def random_values(shape, generator):
    return generator.standard_normal(shape).astype("float32")


def write_model(folder, model, inputs, generator, trains=True):
    """Trains the model for two steps, saves it, and trains three more."""
    folder.mkdir(parents=True)
    trains = trains and len(model.trainable_variables) > 0
    outputs = predict(model, inputs)
    if trains:
        targets = [random_values(y.shape, generator) for y in outputs]
        optimizer = keras.optimizers.Adam(0.01, epsilon=0.01)
        if generator.integers(2):
            optimizer = keras.optimizers.SGD(0.02, momentum=0.9)
        model.compile(optimizer=optimizer, loss="mean_squared_error", run_eagerly=True)
        train(model, inputs, targets, 2)
        outputs = predict(model, inputs)
    model.save(folder / "model.keras")
    model.save_weights(folder / "model.weights.h5")
    training = None
    if trains:
        losses = train(model, inputs, targets, 3)
        training = {"losses": losses, "targets": targets, "weights_after": model.get_weights()}
    files = ["model.keras", "model.weights.h5"]
    # Keras takes the optimiser out of the model's options where it writes .h5, so that comes last.
    again = keras.models.load_model(folder / "model.keras")
    again.save(folder / "model.h5")
    architecture = json.loads(model.to_json())
    f.write(folder, files + ["model.h5"], architecture, inputs, outputs, training)


def resave(known, source, folder, generator):
    """A model of ours as Keras writes it, with other weights."""
    model = keras.models.load_model(source / "model.keras", compile=False)
    model.set_weights([w if w.dtype.kind != "f" else w + numpy.float32(0.01) * random_values(w.shape, generator) ** 2
                       for w in model.get_weights()])
    write_model(folder, model, known["inputs"], generator, "training" in known)
