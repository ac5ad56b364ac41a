"""PyTorch and its files: opens ours in the module that a model's configuration asks for, and writes its own."""
import re

import safetensors.torch
import torch

import facts as f
import torch_modules

nn = torch.nn


def predict(network, known):
    with torch.no_grad():
        return [network(*known["inputs"]).numpy()]


def modules_of(state):
    """The modules of a state dict, in order: for `rnn.weight_ih_l0` that is `rnn`."""
    tensors = r"\.(depthwise\.|pointwise\.|out_proj\.)?\w+$"
    return list(dict.fromkeys(re.sub(tensors, "", name) for name in state))


def open_weights(path, known):
    state = torch.load(path, weights_only=True)
    if not state:
        raise f.Skipped("the model has no weights")
    network = torch_modules.Network(known["architecture"], known["inputs"], modules_of(state))
    network.load_state_dict(state, strict=True)
    f.compare_all("outputs", predict(network.eval(), known), known["outputs"], f.PREDICTIONS)


def open_or_refused(path, known):
    """What we refuse, PyTorch must not have."""
    if path.name in known["files"]:
        return open_weights(path, known)
    reason = known["refused"][path.name].splitlines()[0]
    try:
        torch_modules.Network(known["architecture"], known["inputs"], (f"m{i}" for i in range(100)))
    except torch_modules.Unknown:
        raise f.Skipped(reason) from None
    raise f.Different(f"it isn't written, and PyTorch has its modules: {reason}")


OPENERS = {"model.pt": open_or_refused}


def make_uneven(network, generator):
    """Other numbers than 0 and 1 in normalisations, but for those that our layers don't have."""
    def add_to(tensor):
        tensor.add_(0.3 * torch.rand(tensor.shape, generator=generator))

    for buffer in network.buffers():
        if buffer.is_floating_point():
            add_to(buffer)
    for module in network.modules():
        if getattr(module, "is_whole", False):
            for tensor in module.parameters():
                add_to(tensor)


def write_model(source, folder, number):
    """A model of our architecture with the weights that PyTorch begins with, under names of a program's own."""
    known = f.read(source)
    torch.manual_seed(number)
    names = (f"net.{i}" if number % 2 else f"part{i}.layer" for i in range(100))
    network = torch_modules.Network(known["architecture"], known["inputs"], names)
    with torch.no_grad():
        make_uneven(network, torch.Generator().manual_seed(number))
    outputs = predict(network.eval(), known)
    folder.mkdir(parents=True)
    state = network.state_dict()
    torch.save(state, folder / "model.pt")
    safetensors.torch.save_file(state, folder / "torch.safetensors")
    f.write(folder, ["model.pt", "torch.safetensors"], known["architecture"], known["inputs"], outputs)


def writers(ours, theirs):
    """Names of models, and what writes them."""
    for number, source in enumerate(f.models_in(ours)):
        if "model.pt" in f.read(source)["files"] and torch.load(source / "model.pt", weights_only=True):
            folder = theirs / f"torch_{source.name}"
            yield folder.name, lambda: write_model(source, folder, number)
