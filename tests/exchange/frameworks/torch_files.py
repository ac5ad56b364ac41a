"""PyTorch and its files: opens ours in the module that a model's architecture asks for, and writes its own."""
import torch

import facts as f

nn = torch.nn
PREDICTIONS = 2e-5

ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": torch.relu,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "elu": nn.functional.elu,
    "selu": nn.functional.selu,
    "softplus": nn.functional.softplus,
    "silu": nn.functional.silu,
    "gelu": nn.functional.gelu,
    "softmax": lambda x: torch.softmax(x, -1),
    "mish": nn.functional.mish,
    "softsign": nn.functional.softsign,
    "log_softmax": lambda x: torch.log_softmax(x, -1),
    "leaky_relu": lambda x: nn.functional.leaky_relu(x, 0.2),
    "exponential": torch.exp,
}


class Unknown(Exception):
    """This script has no module for a layer."""


def activation(name):
    name = name if isinstance(name, str) else name["config"]["name"]
    if name not in ACTIVATIONS:
        raise Unknown(f"activation {name}")
    return ACTIVATIONS[name]


def channels_first(x):
    return x.movedim(-1, 1)


def channels_last(x):
    return x.movedim(1, -1)


def same_padding(config, sizes):
    """Keras's same padding, (left, right) of each axis from the last to the first, as pad takes it."""
    pads = []
    for size, kernel, stride, dilation in zip(sizes, config["kernel_size"], config["strides"], config["dilation_rate"]):
        reach = (kernel - 1) * dilation + 1
        missing = max((-(-size // stride) - 1) * stride + reach - size, 0)
        pads.append((missing // 2, missing - missing // 2))
    return [n for pair in reversed(pads) for n in pair]


class Convolution(nn.Module):
    """Pads as Keras does, around a convolution of PyTorch's."""

    def __init__(self, module, config):
        super().__init__()
        self.config, self.act = config, activation(config["activation"])
        object.__setattr__(self, "inner", module)  # its names belong to the model

    def forward(self, x):
        x = channels_first(x)
        if self.config["padding"] == "same":
            x = nn.functional.pad(x, same_padding(self.config, x.shape[2:]))
        elif self.config["padding"] == "causal":
            reach = (self.config["kernel_size"][0] - 1) * self.config["dilation_rate"][0]
            x = nn.functional.pad(x, (reach, 0))
        return self.act(channels_last(self.inner(x)))


def convolution(config, channels):
    kind = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}[len(config["kernel_size"])]
    module = kind(channels, config["filters"], tuple(config["kernel_size"]), tuple(config["strides"]),
                  dilation=tuple(config["dilation_rate"]), groups=config.get("groups", 1), bias=config["use_bias"])
    return module, Convolution(module, config)


def depthwise(config, channels):
    kind = {1: nn.Conv1d, 2: nn.Conv2d}[len(config["kernel_size"])]
    module = kind(channels, channels * config["depth_multiplier"], tuple(config["kernel_size"]),
                  tuple(config["strides"]), dilation=tuple(config["dilation_rate"]), groups=channels,
                  bias=config["use_bias"])
    return module, Convolution(module, config)


def transposed(config, channels):
    if config["padding"] != "valid" or config.get("output_padding"):
        raise Unknown("transposed convolution with padding")
    kind = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}[len(config["kernel_size"])]
    module = kind(channels, config["filters"], tuple(config["kernel_size"]), tuple(config["strides"]),
                  dilation=tuple(config["dilation_rate"]), bias=config["use_bias"])
    act = activation(config["activation"])
    return module, lambda x: act(channels_last(module(channels_first(x))))


def dense(config, features):
    module, act = nn.Linear(features, config["units"], config["use_bias"]), activation(config["activation"])
    return module, lambda x: act(module(x))


def batch_norm(config, shape):
    if config["axis"] not in (-1, [-1], len(shape), [len(shape)]) or not (config["center"] and config["scale"]):
        raise Unknown("BatchNormalization of another axis, or without weights")
    kind = {1: nn.BatchNorm1d, 2: nn.BatchNorm1d, 3: nn.BatchNorm2d, 4: nn.BatchNorm3d}[len(shape)]
    module = kind(shape[-1], eps=config["epsilon"], momentum=1 - config["momentum"])
    return module, lambda x: channels_last(module(channels_first(x)))


def layer_norm(config, shape):
    axes = config["axis"] if isinstance(config["axis"], list) else [config["axis"]]
    sizes = [shape[a - 1 if a > 0 else a] for a in axes]
    if [a if a > 0 else a + len(shape) + 1 for a in axes] != list(range(len(shape) + 1 - len(axes), len(shape) + 1)):
        raise Unknown("LayerNormalization of other axes than the last ones")
    module = nn.LayerNorm(sizes, eps=config["epsilon"])
    return module, module


def recurrent(class_name, config, features, both=False):
    if class_name == "GRU" and not config["reset_after"]:
        raise Unknown("GRU with reset_after false")
    if config["activation"] != "tanh" and class_name != "SimpleRNN":
        raise Unknown("recurrent activation")
    options = {"nonlinearity": config["activation"]} if class_name == "SimpleRNN" else {}
    kind = {"LSTM": nn.LSTM, "GRU": nn.GRU, "SimpleRNN": nn.RNN}[class_name]
    module = kind(features, config["units"], batch_first=True, bias=config["use_bias"], bidirectional=both, **options)
    return module


def one_direction(class_name, config, features):
    if config.get("go_backwards"):
        raise Unknown("go_backwards")
    module = recurrent(class_name, config, features)
    whole = config["return_sequences"]
    return module, lambda x: module(x)[0] if whole else module(x)[0][:, -1]


def both_directions(config, features):
    inner = config["layer"]
    module = recurrent(inner["class_name"], inner["config"], features, both=True)
    units, whole = inner["config"]["units"], inner["config"]["return_sequences"]

    def forward(x):
        y = module(x)[0]
        there, back = y[..., :units], y[..., units:]
        if not whole:
            there, back = there[:, -1], back[:, 0]
        merge = {"concat": lambda: torch.cat([there, back], -1), "sum": lambda: there + back,
                 "mul": lambda: there * back, "ave": lambda: (there + back) / 2}
        return merge[config["merge_mode"]]()

    return module, forward


def prelu(config, shape):
    shared = config.get("shared_axes") or []
    if shared != list(range(1, len(shape))) and not (len(shape) == 1 and not shared):
        raise Unknown("PReLU of other axes")
    module = nn.PReLU(shape[-1])
    return module, lambda x: channels_last(module(channels_first(x)))


def pooling(config, kind):
    if config["padding"] != "valid":
        raise Unknown("pooling with padding")
    module = kind(tuple(config["pool_size"]), tuple(config["strides"]))
    return None, lambda x: channels_last(module(channels_first(x)))


def zero_padding(config):
    sides = config["padding"]
    flat = [n for pair in reversed(sides) for n in pair]
    return None, lambda x: channels_last(nn.functional.pad(channels_first(x), flat))


def embedding(config):
    if config.get("mask_zero"):
        raise Unknown("masks")
    module = nn.Embedding(config["input_dim"], config["output_dim"])
    return module, lambda x: module(x.long())


def part(layer, shape):
    """The module with the layer's weights, or None, and what it does with channels last."""
    name, c = layer["class_name"], layer["config"]
    features = shape[-1] if shape else 0
    plain = {
        "Dense": lambda: dense(c, features),
        "Conv1D": lambda: convolution(c, features),
        "Conv2D": lambda: convolution(c, features),
        "Conv3D": lambda: convolution(c, features),
        "Conv1DTranspose": lambda: transposed(c, features),
        "Conv2DTranspose": lambda: transposed(c, features),
        "Conv3DTranspose": lambda: transposed(c, features),
        "DepthwiseConv1D": lambda: depthwise(c, features),
        "DepthwiseConv2D": lambda: depthwise(c, features),
        "BatchNormalization": lambda: batch_norm(c, shape),
        "LayerNormalization": lambda: layer_norm(c, shape),
        "Embedding": lambda: embedding(c),
        "LSTM": lambda: one_direction("LSTM", c, features),
        "GRU": lambda: one_direction("GRU", c, features),
        "SimpleRNN": lambda: one_direction("SimpleRNN", c, features),
        "Bidirectional": lambda: both_directions(c, features),
        "PReLU": lambda: prelu(c, shape),
        "Activation": lambda: (None, activation(c["activation"])),
        "LeakyReLU": lambda: (None, lambda x: nn.functional.leaky_relu(x, c["negative_slope"])),
        "ELU": lambda: (None, lambda x: nn.functional.elu(x, c["alpha"])),
        # The Linear behind it has PyTorch's order of columns.
        "Flatten": lambda: (None, lambda x: torch.flatten(channels_first(x), 1)),
        "GlobalAveragePooling1D": lambda: (None, lambda x: x.mean(1)),
        "GlobalAveragePooling2D": lambda: (None, lambda x: x.mean((1, 2))),
        "GlobalMaxPooling1D": lambda: (None, lambda x: x.amax(1)),
        "GlobalMaxPooling2D": lambda: (None, lambda x: x.amax((1, 2))),
        "MaxPooling1D": lambda: pooling(c, nn.MaxPool1d),
        "MaxPooling2D": lambda: pooling(c, nn.MaxPool2d),
        "AveragePooling2D": lambda: pooling(c, nn.AvgPool2d),
        "ZeroPadding2D": lambda: zero_padding(c),
    }
    if name not in plain:
        raise Unknown(name)
    return plain[name]()


class Stack(nn.Module):
    """The module of a chain of layers; its children are called as the layers."""

    def __init__(self, architecture, inputs):
        super().__init__()
        self.steps = []
        x = torch.from_numpy(inputs[0])
        for layer in architecture["config"]["layers"]:
            if layer["class_name"] == "InputLayer":
                continue
            module, step = part(layer, list(x.shape[1:]))
            if module is not None:
                self.add_module(layer["config"]["name"], module)
            self.steps.append(step)
            self.eval()
            with torch.no_grad():
                x = step(x)

    def forward(self, x):
        for step in self.steps:
            x = step(x)
        return x


def open_into(stack, path, known, state):
    stack.load_state_dict(state, strict=True)
    stack.eval()
    with torch.no_grad():
        got = stack(torch.from_numpy(known["inputs"][0])).numpy()
    f.compare("output", got, known["outputs"][0], PREDICTIONS)


def open_weights(path, known):
    state = torch.load(path, weights_only=True)
    if len(known["inputs"]) != 1:
        return
    try:
        stack = Stack(known["architecture"], known["inputs"])
    except Unknown:
        return  # the file is opened, but this script has no module to compare with
    open_into(stack, path, known, state)


def resave(known, source, folder, generator):
    """A model of ours as PyTorch writes it, with other weights."""
    if len(known["inputs"]) != 1:
        return
    try:
        stack = Stack(known["architecture"], known["inputs"])
    except Unknown:
        return
    state = torch.load(source / "model.pt", weights_only=True)
    for name, tensor in state.items():
        if tensor.is_floating_point():
            tensor += 0.01 * torch.from_numpy(generator.standard_normal(tuple(tensor.shape)).astype("float32")) ** 2
    stack.load_state_dict(state, strict=True)
    stack.eval()
    with torch.no_grad():
        output = stack(torch.from_numpy(known["inputs"][0])).numpy()
    folder.mkdir(parents=True)
    torch.save(stack.state_dict(), folder / "model.pt")
    f.write(folder, ["model.pt"], known["architecture"], known["inputs"], [output])
