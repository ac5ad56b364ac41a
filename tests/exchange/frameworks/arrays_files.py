"""Weights alone: safetensors' own loader and NumPy open ours, and write their own."""
import numpy
import safetensors.numpy

import facts as f


def open_safetensors(path, known):
    tensors = safetensors.numpy.load_file(path)
    names = numpy.load(path.parent / "model.npz").files  # in the order of the model
    if set(tensors) != set(names):
        raise f.Different("the names in model.safetensors and model.npz differ")
    f.compare_all("weights", [tensors[name] for name in names], known["weights"], 0)


def open_npz(path, known):
    arrays = numpy.load(path)
    f.compare_all("weights", [arrays[name] for name in arrays.files], known["weights"], 0)


OPENERS = {"model.safetensors": open_safetensors, "model.npz": open_npz}


def writers(ours, theirs):
    """None: predictions with other weights need a framework, so Keras's part writes these files."""
    return []


def write(folder, names, values):
    """Files of weights, as other programs write them, and their names."""
    arrays = dict(zip(names, [numpy.array(value, order="C") for value in values]))
    safetensors.numpy.save_file(arrays, folder / "model.safetensors", {"format": "np"})
    numpy.savez(folder / "model.npz", **arrays)
    return ["model.safetensors", "model.npz"]
