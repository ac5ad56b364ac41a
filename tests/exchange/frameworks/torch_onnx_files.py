"""PyTorch's two exporters to ONNX: networks, what they predict, and how plain gradient descent trains them on."""
import torch

import facts as f
from torch_networks import NETWORKS

nn = torch.nn
STEPS, RATE = 4, 0.05
EXPORTERS = {"script": False, "dynamo": True}
OPENERS = {}


def export(network, inputs, path, dynamo):
    names = [f"x{i}" for i in range(len(inputs))]
    if dynamo:
        batch = torch.export.Dim("batch")
        options = {"dynamic_shapes": [{0: batch} for _ in inputs], "verbose": False}
    else:  # PRESERVE, since normalisations are folded into convolutions otherwise, and aren't trained then
        options = {"dynamic_axes": {name: {0: "batch"} for name in [*names, "y"]},
                   "training": torch.onnx.TrainingMode.PRESERVE}
    try:
        torch.onnx.export(network, tuple(inputs), path, input_names=names, output_names=["y"], dynamo=dynamo, **options)
    except TypeError as error:
        if "argument 'is_causal'" not in str(error):
            raise
        raise f.Skipped(f"PyTorch fails to export it: {error}") from None


def train(network, inputs, target):
    """The loss of each step before its update."""
    descent, losses = torch.optim.SGD(network.parameters(), RATE), []
    for _ in range(STEPS):
        descent.zero_grad()
        loss = nn.functional.mse_loss(network(*inputs), target)
        loss.backward()
        descent.step()
        losses.append(loss.item())
    return losses


def predict(network, inputs):
    with torch.no_grad():
        return network.eval()(*inputs)


def write_model(folder, network, inputs, dynamo):
    folder.mkdir(parents=True)
    # Not as a program begins: the newer exporter makes one tensor of those that are equal.
    with torch.no_grad():
        for tensor in [*network.parameters(), *network.buffers()]:
            if tensor.is_floating_point():
                tensor.add_(0.1 * torch.rand_like(tensor))
    output = predict(network, inputs)
    export(network, inputs, folder / "model.onnx", dynamo)
    has_statistics = any(isinstance(module, nn.modules.batchnorm._BatchNorm) for module in network.modules())
    training = None
    # The newer exporter folds normalisations into convolutions.
    if list(network.parameters()) and not (dynamo and has_statistics):
        target = torch.randn_like(output)
        # Dropout draws other numbers elsewhere, and the exporters leave it out.
        losses = train(network.train(has_statistics), inputs, target)
        # Moving variances are corrected for the size of the batch in PyTorch alone.
        after = [] if has_statistics else [predict(network, inputs)]
        training = {"learning_rate": RATE, "biases": 2, "as_operators": not has_statistics, "losses": losses,
                    "targets": [target], "outputs_after": after}
    f.write(folder, ["model.onnx"], {}, inputs, [output], training)


def write_network(name, folder, dynamo):
    torch.manual_seed(1)
    make, make_inputs = NETWORKS[name]
    write_model(folder, make(), make_inputs(), dynamo)


def writers(ours, theirs):
    """Names of models, and what writes them."""
    for exporter, dynamo in EXPORTERS.items():
        for name in NETWORKS:
            folder = theirs / f"{exporter}_{name}"
            yield folder.name, lambda: write_network(name, folder, dynamo)
