"""accuracy.py MODEL DATA: the share of test digits in the folder DATA that MODEL reads right.

MODEL is what the example finetune writes, and is opened as Keras's and PyTorch's users do: .keras and
.h5 by keras.models.load_model, .pt by load_state_dict of the module that it was made from.
"""
import gzip
import os
import sys

import numpy as np


def idx(folder, name, skip):
    for end, opener in (("", open), (".gz", gzip.open)):
        path = os.path.join(folder, name + end)
        if os.path.exists(path):
            with opener(path, "rb") as file:
                return np.frombuffer(file.read(), np.uint8, offset=skip)
    raise SystemExit(f"no {name} in {folder}")


def by_keras(model, x):
    import keras

    network = keras.models.load_model(model)
    return network.predict(x.reshape((-1,) + network.input_shape[1:]), batch_size=1000, verbose=0)


def by_torch(model, x):
    import torch
    from torch import nn

    state = torch.load(model, weights_only=True)
    if state["0.weight"].ndim == 2:
        network = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
        x = x.reshape(-1, 784)
    else:
        network = nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3),
                                nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(800, 10))
        x = x.reshape(-1, 1, 28, 28)
    network.load_state_dict(state, strict=True)
    with torch.no_grad():
        return network.eval()(torch.from_numpy(x)).numpy()


model, data = sys.argv[1:]
x = idx(data, "t10k-images-idx3-ubyte", 16).astype(np.float32) / 255
labels = idx(data, "t10k-labels-idx1-ubyte", 8)
outputs = (by_torch if model.endswith(".pt") else by_keras)(model, x)
print("accuracy", f"{(outputs.argmax(-1) == labels).mean():.4f}")
