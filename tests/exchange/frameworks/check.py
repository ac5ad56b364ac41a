"""check.py FRAMEWORK ours OURS [WORD]: opens the models that `frameworks write` wrote into OURS.
check.py FRAMEWORK theirs OURS THEIRS [WORD]: writes models into THEIRS for `frameworks read`: those of OURS with other
weights, and random stacks. FRAMEWORK: arrays (safetensors and NumPy), keras, onnx, tf_keras, torch; or converter, torch_onnx,
keras_onnx, which only write. With WORD, only models that have it in their names."""
import collections
import importlib
import os
import pathlib
import sys

import facts as f

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""


def open_ours(framework, label, ours, word=""):
    counts, tried = f.Counts(), collections.Counter()
    for folder in f.models_in(ours, word):
        known = f.read(folder)
        for file, opened in framework.OPENERS.items():
            tried[file] += counts.run(f"{folder.name}/{file}", lambda: opened(folder / file, known))
    print(f"{label} opened", ", ".join(f"{number} {file}" for file, number in tried.items()))
    return counts.close(f"{label}_opens")


def write_theirs(framework, label, ours, theirs, word=""):
    counts = f.Counts()
    for name, write in framework.writers(pathlib.Path(ours), pathlib.Path(theirs)):
        if word in name:
            counts.run(name, write)
    return counts.close(f"{label}_writes")


if __name__ == "__main__":
    name, what, *arguments = sys.argv[1:]
    run = {"ours": open_ours, "theirs": write_theirs}[what]
    sys.exit(0 if run(importlib.import_module(f"{name}_files"), name, *arguments) else 1)
