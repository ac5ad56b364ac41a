"""Modules of PyTorch for the layers of a model, by its configuration. Pictures have their channels last outside of them."""
import re

import torch

nn = torch.nn

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
}


class Unknown(Exception):
    """This script has no module for a layer."""


def activation(name):
    if name not in ACTIVATIONS:
        raise Unknown(f"activation {name}")
    return ACTIVATIONS[name]


def channels_first(x):
    return x.movedim(-1, 1)


def channels_last(x):
    return x.movedim(1, -1)


def for_axes(config, name, rank):
    """An option that is a number for each axis, or one for all."""
    value = config[name]
    return tuple(value) if isinstance(value, list) else (value,) * rank


class Windows:
    """Where the windows of a convolution or a pooling lie."""

    def __init__(self, config, rank, size="kernel_size"):
        self.padding = config["padding"]
        self.kernel = for_axes(config, size, rank)
        self.strides = for_axes(config, "strides", rank)
        self.dilation = for_axes(config, "dilation_rate", rank) if "dilation_rate" in config else (1,) * rank

    def pads(self, sizes):
        """Keras's padding, (left, right) of each axis from the last to the first, as pad takes it."""
        all_pads = []
        for size, kernel, stride, dilation in zip(sizes, self.kernel, self.strides, self.dilation):
            reach = (kernel - 1) * dilation + 1
            missing = max((-(-size // stride) - 1) * stride + reach - size, 0)
            all_pads.append({"valid": (0, 0), "same": (missing // 2, missing - missing // 2),
                             "causal": (reach - 1, 0)}[self.padding])
        return [n for pair in reversed(all_pads) for n in pair]


def convolve(module, windows, x):
    x = channels_first(x)
    return channels_last(module(nn.functional.pad(x, windows.pads(x.shape[2:]))))


def convolution_of(windows, inputs, outputs, groups, bias):
    kind = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}[len(windows.kernel)]
    return kind(inputs, outputs, windows.kernel, windows.strides, dilation=windows.dilation, groups=groups, bias=bias)


def convolution(config, rank, channels):
    windows, act = Windows(config, rank), activation(config["activation"])
    module = convolution_of(windows, channels, config["filters"], config.get("groups", 1), config["use_bias"])
    return module, lambda x: act(convolve(module, windows, x))


def depthwise(config, rank, channels):
    windows, act = Windows(config, rank), activation(config["activation"])
    module = convolution_of(windows, channels, channels * config["depth_multiplier"], channels, config["use_bias"])
    return module, lambda x: act(convolve(module, windows, x))


def separable(config, rank, channels):
    windows, act = Windows(config, rank), activation(config["activation"])
    points = Windows({"padding": "valid", "kernel_size": 1, "strides": 1}, rank)
    inner = channels * config["depth_multiplier"]
    module = nn.Module()
    module.depthwise = convolution_of(windows, channels, inner, channels, False)
    module.pointwise = convolution_of(points, inner, config["filters"], 1, config["use_bias"])
    return module, lambda x: act(convolve(module.pointwise, points, convolve(module.depthwise, windows, x)))


def transposed(config, rank, channels):
    windows, act = Windows(config, rank), activation(config["activation"])
    if config.get("output_padding") or any(d != 1 for d in windows.dilation):
        raise Unknown("transposed convolution with output_padding or dilation")
    kind = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}[rank]
    module = kind(channels, config["filters"], windows.kernel, windows.strides, bias=config["use_bias"])

    def forward(x):
        y = channels_last(module(channels_first(x)))
        if windows.padding == "same":  # what the convolution there would pad isn't in the picture
            for axis, (size, kernel, stride) in enumerate(zip(x.shape[1:], windows.kernel, windows.strides), 1):
                if kernel < stride:
                    raise Unknown("transposed convolution with a kernel smaller than its stride")
                y = y.narrow(axis, (kernel - stride) // 2, size * stride)
        return act(y)

    return module, forward


def dense(config, features):
    module, act = nn.Linear(features, config["units"], config["use_bias"]), activation(config["activation"])
    return module, lambda x: act(module(x))


def axis_of(config, shape):
    axis = config["axis"][0] if isinstance(config["axis"], list) else config["axis"]
    return axis if axis > 0 else axis + len(shape) + 1


def batch_norm(config, shape):
    axis = axis_of(config, shape)
    kind = {1: nn.BatchNorm1d, 2: nn.BatchNorm1d, 3: nn.BatchNorm2d, 4: nn.BatchNorm3d}[len(shape)]
    module = kind(shape[axis - 1], eps=config["epsilon"], momentum=1 - config["momentum"],
                  affine=config["center"] or config["scale"])
    module.is_whole = config["center"] and config["scale"]
    return module, lambda x: module(x.movedim(axis, 1)).movedim(1, axis)


def layer_norm(config, shape):
    axes = config["axis"] if isinstance(config["axis"], list) else [config["axis"]]
    positive = [a if a > 0 else a + len(shape) + 1 for a in axes]
    if positive != list(range(len(shape) + 1 - len(axes), len(shape) + 1)):
        raise Unknown("LayerNormalization of other axes than the last ones")
    module = nn.LayerNorm([shape[a - 1] for a in positive], eps=config["epsilon"], bias=config["center"])
    module.is_whole = config["center"] and config["scale"]
    return module, module


def group_norm(config, shape):
    if axis_of(config, shape) != len(shape):
        raise Unknown("GroupNormalization of another axis")
    module = nn.GroupNorm(config["groups"], shape[-1], eps=config["epsilon"],
                          affine=config["center"] or config["scale"])
    module.is_whole = config["center"] and config["scale"]
    return module, lambda x: channels_last(module(channels_first(x)))


def rms_norm(config, shape):
    module = nn.RMSNorm(shape[-1], eps=config["epsilon"])
    return module, module


class Recurrent:
    """A recurrent module as a step, which takes a mask, too."""

    def __init__(self, class_name, config, features, directions=1):
        simple = class_name == "SimpleRNN"
        options = {"nonlinearity": config["activation"]} if simple else {}
        if class_name == "GRU" and not config["reset_after"]:
            raise Unknown("GRU with reset_after false")
        if (config["activation"], config.get("recurrent_activation")) not in (
                [("tanh", None), ("relu", None)] if simple else [("tanh", "sigmoid")]):
            raise Unknown(f"{class_name} with other activations")
        kind = {"LSTM": nn.LSTM, "GRU": nn.GRU, "SimpleRNN": nn.RNN}[class_name]
        self.module = kind(features, config["units"], batch_first=True, bias=config["use_bias"],
                           bidirectional=directions == 2, **options)
        self.units = config["units"]

    def __call__(self, x, mask=None):
        """Its outputs at all times."""
        if mask is None:
            return self.module(x)[0]
        state, last, outputs = None, x.new_zeros(len(x), self.units), []
        for time in range(x.shape[1]):
            y, new = self.module(x[:, time : time + 1], state)
            keeps = mask[:, time, None]
            last = torch.where(keeps, y[:, 0], last)
            parts = new if isinstance(new, tuple) else (new,)
            before = state if isinstance(state, tuple) else (state,)
            parts = [torch.where(keeps, a, torch.zeros_like(a) if b is None else b)
                     for a, b in zip(parts, before if state is not None else [None] * len(parts))]
            state = tuple(parts) if isinstance(new, tuple) else parts[0]
            outputs.append(last)
        return torch.stack(outputs, 1)


def one_direction(class_name, config, features):
    recurrent = Recurrent(class_name, config, features)
    whole, backwards = config["return_sequences"], config.get("go_backwards")

    def forward(x, mask=None):
        if mask is not None and backwards:
            raise Unknown("go_backwards with a mask")
        y = recurrent(x.flip(1) if backwards else x, mask)
        return y if whole else y[:, -1]

    forward.takes_mask = True
    return recurrent.module, forward


def cells(config, features):
    """An RNN of a cell."""
    cell = config["cell"]
    if not cell["class_name"].endswith("Cell") or cell["class_name"] == "StackedRNNCells":
        raise Unknown(f"RNN of {cell['class_name']}")
    return one_direction(cell["class_name"].removesuffix("Cell"), {**config, **cell["config"]}, features)


def both_directions(config, features):
    inner = config["layer"]
    recurrent = Recurrent(inner["class_name"], inner["config"], features, directions=2)
    units, whole = inner["config"]["units"], inner["config"]["return_sequences"]

    def forward(x):
        y = recurrent(x)
        there, back = y[..., :units], y[..., units:]
        if not whole:
            there, back = there[:, -1], back[:, 0]
        merge = {"concat": lambda: torch.cat([there, back], -1), "sum": lambda: there + back,
                 "mul": lambda: there * back, "ave": lambda: (there + back) / 2}
        return merge[config["merge_mode"]]()

    return recurrent.module, forward


def time_distributed(config, features):
    if config["layer"]["class_name"] != "Dense":
        raise Unknown(f"TimeDistributed of {config['layer']['class_name']}")
    return dense(config["layer"]["config"], features)


def attention(config, features, others):
    heads = config["num_heads"]
    sizes = {heads * config["key_dim"], heads * (config["value_dim"] or config["key_dim"])}
    if sizes != {features} or config["output_shape"]:
        raise Unknown("MultiHeadAttention whose heads don't make up the features")
    value = others[-1].shape[-1]
    module = nn.MultiheadAttention(features, heads, bias=config["use_bias"], batch_first=True,
                                   kdim=others[-1 if len(others) == 1 else 1].shape[-1], vdim=value)

    def forward(query, value, key=None):
        return module(query, value if key is None else key, value, need_weights=False)[0]

    return module, forward


def prelu(config, shape):
    shared = config.get("shared_axes") or []
    if shared != list(range(1, len(shape))):
        raise Unknown("PReLU of other axes than the channels")
    module = nn.PReLU(shape[-1])
    return module, lambda x: channels_last(module(channels_first(x)))


def pooling(config, rank, kind):
    windows = Windows(config, rank, "pool_size")

    def forward(x):
        x = channels_first(x)
        pads = windows.pads(x.shape[2:])
        if kind == "Max":
            pool = {1: nn.MaxPool1d, 2: nn.MaxPool2d, 3: nn.MaxPool3d}[rank](windows.kernel, windows.strides)
            return channels_last(pool(nn.functional.pad(x, pads, value=-torch.inf)))
        pool = {1: nn.AvgPool1d, 2: nn.AvgPool2d, 3: nn.AvgPool3d}[rank](windows.kernel, windows.strides)
        inside = pool(nn.functional.pad(torch.ones_like(x), pads))  # the share of a window in the picture
        return channels_last(pool(nn.functional.pad(x, pads)) / inside)

    return None, forward


def zero_padding(config, rank):
    sides = for_axes(config, "padding", rank)
    flat = [n for pair in reversed(sides) for n in (pair if isinstance(pair, list) else (pair, pair))]
    return None, lambda x: channels_last(nn.functional.pad(channels_first(x), flat))


def embedding(config):
    module = nn.Embedding(config["input_dim"], config["output_dim"])
    return module, lambda x: module(x.long())


def flatten(pictures):
    """The Linear behind it has PyTorch's order of columns, in which the channels of pictures come first."""
    return None, lambda x: torch.flatten(channels_first(x) if pictures and x.dim() > 2 else x, 1)


# Behind these, each feature is where it was.
KEEPS_FEATURES = {"Activation", "LeakyReLU", "PReLU", "BatchNormalization", "LayerNormalization"}


def part(layer, inputs, pictures):
    """The module with the layer's weights, or None, and what it does with these inputs and others like them."""
    name, c, shape = layer["class_name"], layer["config"], list(inputs[0].shape[1:])
    features, kind, rank = shape[-1], name, 0
    if found := re.match(r"(.*)([123])D(.*)", name):
        kind, rank = found[1] + found[3], int(found[2])
    known = {
        "Dense": lambda: dense(c, features),
        "Conv": lambda: convolution(c, rank, features),
        "ConvTranspose": lambda: transposed(c, rank, features),
        "DepthwiseConv": lambda: depthwise(c, rank, features),
        "SeparableConv": lambda: separable(c, rank, features),
        "BatchNormalization": lambda: batch_norm(c, shape),
        "LayerNormalization": lambda: layer_norm(c, shape),
        "GroupNormalization": lambda: group_norm(c, shape),
        "RMSNormalization": lambda: rms_norm(c, shape),
        "Embedding": lambda: embedding(c),
        "LSTM": lambda: one_direction(name, c, features),
        "GRU": lambda: one_direction(name, c, features),
        "SimpleRNN": lambda: one_direction(name, c, features),
        "RNN": lambda: cells(c, features),
        "Bidirectional": lambda: both_directions(c, features),
        "TimeDistributed": lambda: time_distributed(c, features),
        "MultiHeadAttention": lambda: attention(c, features, inputs[1:]),
        "PReLU": lambda: prelu(c, shape),
        "Activation": lambda: (None, activation(c["activation"])),
        "LeakyReLU": lambda: (None, lambda x: nn.functional.leaky_relu(x, c["negative_slope"])),
        "Flatten": lambda: flatten(pictures),
        "GlobalAveragePooling": lambda: (None, lambda x: x.mean(tuple(range(1, rank + 1)))),
        "GlobalMaxPooling": lambda: (None, lambda x: x.amax(tuple(range(1, rank + 1)))),
        "MaxPooling": lambda: pooling(c, rank, "Max"),
        "AveragePooling": lambda: pooling(c, rank, "Average"),
        "ZeroPadding": lambda: zero_padding(c, rank),
    }
    if kind not in known:
        raise Unknown(name)
    return known[kind]()


class Network(nn.Module):
    """The layers of a chain, or one layer of several inputs. Modules with weights get the names, in turn."""

    def __init__(self, architecture, inputs, names):
        super().__init__()
        self.steps, names = [], iter(names)
        layers = [layer for layer in architecture["config"]["layers"] if layer["class_name"] != "InputLayer"]
        if len(inputs) > 1 and len(layers) > 1:
            raise Unknown("a graph of several layers")
        self.eval()
        pictures = False
        for layer in layers:
            at = [torch.from_numpy(x) for x in inputs] if not self.steps else [self(*inputs)]
            module, step = part(layer, at, pictures)
            if layer["class_name"] not in KEEPS_FEATURES:
                pictures = layer["config"].get("data_format") == "channels_last"
            if module is not None:
                self.put(next(names), module)
            self.steps.append((step, layer["class_name"] == "Embedding" and layer["config"]["mask_zero"]))

    def put(self, path, module):
        """Has the module under a name with dots."""
        *outer, name = path.split(".")
        place = self
        for part_name in outer:
            if not hasattr(place, part_name):
                place.add_module(part_name, nn.Module())
            place = getattr(place, part_name)
        place.add_module(name, module)

    def forward(self, *inputs):
        x = [torch.as_tensor(x) for x in inputs]
        mask = None
        for step, masks_zeros in self.steps:
            if masks_zeros:
                mask = x[0] != 0
            x = [step(x[0], mask) if getattr(step, "takes_mask", False) else step(*x)]
            if x[0].dim() < 3:
                mask = None
        return x[0]
