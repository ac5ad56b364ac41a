"""check.py ours FOLDER: opens the models that `frameworks write` wrote, in Keras, PyTorch, safetensors and NumPy.
check.py theirs OURS FOLDER: writes models for `frameworks read`: ours with other weights, and random stacks."""
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy
import safetensors.numpy

import facts as f
import keras_files
import keras_stacks
import torch_files

STACKS = 200


def open_safetensors(path, known):
    tensors = safetensors.numpy.load_file(path)
    arrays = numpy.load(path.parent / "model.npz")
    if set(tensors) != set(arrays.files):
        raise f.Different("the names in model.safetensors and model.npz differ")
    # .npz keeps the order of the model.
    f.compare_all("weight in safetensors", [tensors[n] for n in arrays.files], known["weights"], 0)
    f.compare_all("weight in npz", [arrays[n] for n in arrays.files], known["weights"], 0)


OPENERS = {
    **keras_files.OPENERS,
    "model.pt": torch_files.open_weights,
    "model.safetensors": open_safetensors,
}


def open_ours(ours):
    counts, per_format = f.Counts(), {}
    for folder in sorted(ours.iterdir()):
        known = f.read(folder)
        for file in known["files"]:
            if file in OPENERS:
                counts.run(f"{folder.name}/{file}", lambda: OPENERS[file](folder / file, known))
                per_format[file] = per_format.get(file, 0) + 1
        for file, reason in known["refused"].items():
            per_format[file + " refused"] = per_format.get(file + " refused", 0) + 1
            print(f"not written: {folder.name}/{file}: {reason.splitlines()[0][:160]}")
    print("tried:", ", ".join(f"{n} {file}" for file, n in sorted(per_format.items())))
    return counts.close("ours")


def write_theirs(ours, theirs):
    counts = f.Counts()
    for number, folder in enumerate(sorted(ours.iterdir())):
        known = f.read(folder)
        generator = numpy.random.default_rng(number)
        if "model.keras" in known["files"] and not folder.name.startswith("stack"):
            counts.run(folder.name, lambda: keras_files.resave(known, folder, theirs / folder.name, generator))
        if "model.pt" in known["files"]:
            counts.run(folder.name, lambda: torch_files.resave(known, folder, theirs / f"torch_{folder.name}", generator))
    for number in range(STACKS):
        def write():
            model, inputs = keras_stacks.stack(number)
            generator = numpy.random.default_rng(number)
            keras_files.write_model(theirs / f"keras_stack_{number}", model, inputs, generator)

        counts.run(f"keras_stack_{number}", write)
    return counts.close("theirs written")


if __name__ == "__main__":
    what, *folders = sys.argv[1:]
    paths = [pathlib.Path(folder) for folder in folders]
    sys.exit(0 if {"ours": open_ours, "theirs": write_theirs}[what](*paths) else 1)
