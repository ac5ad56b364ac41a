"""The facts of a model that is exchanged: facts.json and .npy files beside its files."""
import json
import pathlib

import numpy


class Different(Exception):
    """What a framework gives isn't what the facts say."""


def read(folder):
    """The facts of a folder, with the arrays in place of their names."""
    folder = pathlib.Path(folder)
    facts = json.loads((folder / "facts.json").read_text())

    def arrays(names):
        return [numpy.load(folder / name) for name in names]

    for key in ("inputs", "outputs", "weights"):
        facts[key] = arrays(facts.get(key, []))
    if "training" in facts:
        for key in ("targets", "weights_after"):
            facts["training"][key] = arrays(facts["training"][key])
    return facts


def write(folder, files, architecture, inputs, outputs, training=None, **more):
    """Writes facts and arrays; the files are there already."""
    folder = pathlib.Path(folder)

    def save(name, arrays):
        names = [f"{name}{i}.npy" for i in range(len(arrays))]
        for file, array in zip(names, arrays):
            numpy.save(folder / file, numpy.asarray(array))
        return names

    facts = {
        "files": files,
        "architecture": architecture,
        "inputs": save("in", inputs),
        "outputs": save("out", outputs),
        **more,
    }
    if training:
        facts["training"] = {
            "losses": [float(loss) for loss in training["losses"]],
            "targets": save("y", training["targets"]),
            "weights_after": save("after", training["weights_after"]),
        }
    (folder / "facts.json").write_text(json.dumps(facts))


def compare(what, got, expected, tolerance):
    """Raises Different unless |got - expected| <= tolerance * max |expected|."""
    got, expected = numpy.asarray(got, "float64"), numpy.asarray(expected, "float64")
    if got.shape != expected.shape:
        raise Different(f"{what} is {got.shape}, expected {expected.shape}")
    if got.size == 0:
        return
    largest = numpy.abs(expected).max()
    apart = numpy.abs(got - expected).max()
    if not apart <= tolerance * largest:
        raise Different(f"{what}: {apart:.3g} apart, of {largest:.3g} at most")


def compare_all(what, got, expected, tolerance):
    """As compare, for lists of arrays."""
    if len(got) != len(expected):
        raise Different(f"{what}: {len(got)}, expected {len(expected)}")
    for i, (one, other) in enumerate(zip(got, expected)):
        compare(f"{what} {i}", one, other, tolerance)


class Counts:
    """How many cases passed and failed; prints a line for each that fails."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def run(self, name, case):
        try:
            case()
            self.passed += 1
        except Exception as error:  # any of the frameworks' own
            self.failed += 1
            text = " ".join(str(error).split())
            print(f"FAILED {name}: {type(error).__name__}: {text[:400]}", flush=True)

    def close(self, label):
        print(f"{label}: {self.passed} passed, {self.failed} failed, {self.skipped} skipped", flush=True)
        return self.failed == 0
