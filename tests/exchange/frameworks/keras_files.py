"""Keras and its files: opens ours, and writes its own."""
import json

import h5py
import keras
import numpy
import tensorflow

import arrays_files
import facts as f
import keras_stacks

STACKS = 200


def predict(model, inputs):
    outputs = model(inputs[0] if len(inputs) == 1 else inputs, training=False)
    return [numpy.asarray(y) for y in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]


def add_repeated_rows(optimizer):
    """Gives an optimiser the gradient of an embedding as one array. On TensorFlow, Keras squares the rows of an index that
    comes several times one by one, and not their sum, as it does elsewhere."""
    apply = optimizer.apply
    optimizer.apply = lambda gradients, variables=None: apply(
        [tensorflow.convert_to_tensor(gradient) for gradient in gradients], variables)


def train(model, inputs, targets, steps):
    """The loss of each step before its update."""
    x = inputs[0] if len(inputs) == 1 else inputs
    y = targets[0] if len(targets) == 1 else targets
    return [float(numpy.ravel(model.train_on_batch(x, y))[0]) for _ in range(steps)]


def take_optimizer(model, path, config):
    """Gives the optimiser its memory from an .h5 file, which Keras 3.15 itself leaves out."""
    model.compile(optimizer=keras.optimizers.deserialize(config), loss="mse", run_eagerly=True)
    optimizer = model.optimizer
    add_repeated_rows(optimizer)
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
    f.compare("losses", losses, training["losses"], f.LOSSES)
    f.compare_all("weights after training", model.get_weights(), training["weights_after"], f.TRAINED)


def check(model, known):
    # Statistics that a Normalization was given are options there, and weights here.
    given = any(layer["class_name"] == "Normalization" and layer["config"]["mean"] is not None
                for layer in known["architecture"]["config"]["layers"])
    f.compare_all("weights", model.get_weights(), [] if given else known["weights"], 0)
    f.compare_all("outputs", predict(model, known["inputs"]), known["outputs"], f.PREDICTIONS)


def open_keras(path, known):
    model = keras.models.load_model(path)
    check(model, known)
    if "training" in known:
        model.run_eagerly = True
        add_repeated_rows(model.optimizer)
        continue_training(model, known)


def open_h5(path, known):
    model = keras.models.load_model(path, compile=False)
    check(model, known)
    if "training" in known:
        take_optimizer(model, path, known["training"]["optimizer"])
        continue_training(model, known)


def open_weights(path, known):
    model = keras.models.load_model(path.parent / "model.keras", compile=False)
    model.set_weights([numpy.zeros_like(w) for w in model.get_weights()])
    model.load_weights(path)
    check(model, known)


OPENERS = {"model.keras": open_keras, "model.h5": open_h5, "model.weights.h5": open_weights}


def some_optimizer(number):
    """Each optimiser whose steps are small where the gradient is nothing but rounding errors."""
    o, decay = keras.optimizers, keras.optimizers.schedules.ExponentialDecay(0.05, 2, 0.5)
    return [
        lambda: o.SGD(0.02, momentum=0.9),
        lambda: o.Adam(0.01, epsilon=0.01),
        lambda: o.RMSprop(0.01, momentum=0.5, epsilon=0.01, centered=True),
        lambda: o.AdamW(0.01, weight_decay=0.02, epsilon=0.01, amsgrad=True),
        lambda: o.Nadam(0.01, epsilon=0.01),
        lambda: o.Adagrad(0.05, epsilon=0.01),
        lambda: o.Adadelta(0.5, epsilon=0.01),
        lambda: o.Adamax(0.01, epsilon=0.01),
        lambda: o.Ftrl(0.05),
        lambda: o.Adafactor(0.02, epsilon_1=1e-4),
        lambda: o.SGD(decay, global_clipnorm=1.0),
        lambda: o.Adam(0.01, epsilon=0.01, use_ema=True),
    ][number % 12]()


def write_h5(folder, model):
    """The file's name, in a list; none where Keras 3.15 itself fails: on layers whose configuration it can't copy, and on
    optimisers two of whose variables it gives one name."""
    try:
        model.save(folder / "model.h5")
    except (TypeError, ValueError) as error:
        if "cannot pickle" not in str(error) and "name already exists" not in str(error):
            raise
        print(f"skipped {folder.name}/model.h5: Keras fails to write it: {error}", flush=True)
        return []
    return ["model.h5"]


def write_model(folder, model, inputs, number, trains=True, names=None):
    """Trains the model for two steps, saves it, and trains three more."""
    folder.mkdir(parents=True)
    generator = numpy.random.default_rng(number)
    trains = trains and len(model.trainable_variables) > 0
    outputs = predict(model, inputs)
    if trains:
        targets = [generator.standard_normal(y.shape).astype("float32") for y in outputs]
        model.compile(optimizer=some_optimizer(number), loss="mean_squared_error", run_eagerly=True)
        add_repeated_rows(model.optimizer)
        train(model, inputs, targets, 2)
        outputs = predict(model, inputs)
    model.save(folder / "model.keras")
    model.save_weights(folder / "model.weights.h5")
    files, training = ["model.keras", "model.weights.h5"], None
    if names:
        files += arrays_files.write(folder, names, model.get_weights())
    # Keras takes the optimiser out of the model's options where it writes .h5, so another model does.
    files += write_h5(folder, keras.models.load_model(folder / "model.keras"))
    if trains:
        losses = train(model, inputs, targets, 3)
        training = {"losses": losses, "targets": targets, "weights_after": model.get_weights()}
    f.write(folder, files, json.loads(model.to_json()), inputs, outputs, training)


def resave(source, folder, number):
    """A model of ours as Keras writes it, with other weights."""
    known = f.read(source)
    model = keras.models.load_model(source / "model.keras", compile=False)
    model.set_weights(f.values_near(model.get_weights(), numpy.random.default_rng(number)))
    names = numpy.load(source / "model.npz").files
    write_model(folder, model, known["inputs"], number, "training" in known,
                names if len(names) == len(model.get_weights()) else None)


def stack(folder, number):
    model, inputs = keras_stacks.stack(keras, number)
    write_model(folder, model, inputs, number)


def writers(ours, theirs):
    """Names of models, and what writes them."""
    for number, source in enumerate(f.models_in(ours, "layer_")):
        yield f"keras_{source.name}", lambda: resave(source, theirs / f"keras_{source.name}", number)
    for number in range(STACKS):
        yield f"keras_stack_{number}", lambda: stack(theirs / f"keras_stack_{number}", number)
