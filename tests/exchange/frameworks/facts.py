"""The facts of a model that is exchanged: facts.json and .npy files beside its files."""
import json
import pathlib

import numpy

# Of the largest number in an array.
PREDICTIONS, LOSSES, TRAINED = 2e-5, 1e-4, 2e-4
RUN_ELSEWHERE = 1e-5
# Of the largest number in all arrays together: numbers that cancel in one of them were rounded when they were as large
# as those of the others.
ROUNDING = 1e-6


class Different(Exception):
    """What a framework gives isn't what the facts say."""


class Skipped(Exception):
    """There is nothing to compare; the text says why."""


def models_in(folder, word=""):
    """The folders of models with the word in their names, in order."""
    return sorted(path.parent for path in pathlib.Path(folder).glob("*/facts.json") if word in path.parent.name)


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


def write(folder, files, architecture, inputs, outputs, training=None):
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
    }
    if training:
        arrays = {"targets": "y", "weights_after": "after", "outputs_after": "out_after"}
        facts["training"] = {
            **training,
            "losses": [float(loss) for loss in training["losses"]],
            **{key: save(name, training[key]) for key, name in arrays.items() if key in training},
        }
    (folder / "facts.json").write_text(json.dumps(facts))


def compare(what, got, expected, tolerance, absolute=0.0):
    """Raises Different unless |got - expected| <= tolerance * max |expected| + absolute."""
    got, expected = numpy.asarray(got, "float64"), numpy.asarray(expected, "float64")
    if got.shape != expected.shape:
        raise Different(f"{what} is {got.shape}, expected {expected.shape}")
    if got.size == 0:
        return
    largest = numpy.abs(expected).max()
    apart = numpy.abs(got - expected).max()
    if not apart <= tolerance * largest + absolute:
        raise Different(f"{what}: {apart:.3g} apart, of {largest:.3g} at most")


def compare_all(what, got, expected, tolerance):
    """As compare, for lists of arrays, with what all of them were rounded by; exactly, for a tolerance of 0."""
    if len(got) != len(expected):
        raise Different(f"{len(got)} arrays are the {what}, expected {len(expected)}")
    largest = max([numpy.abs(array).max() for array in expected if array.size], default=0)
    absolute = ROUNDING * float(largest) if tolerance else 0.0
    for i, (one, other) in enumerate(zip(got, expected)):
        compare(f"{what} {i}", one, other, tolerance, absolute)


def values_near(arrays, generator):
    """Other numbers of about that size: counts and integers stay, and what is positive stays so."""
    return [array if array.dtype.kind != "f"
            else (array + 0.01 * generator.standard_normal(array.shape) ** 2).astype(array.dtype) for array in arrays]


class Counts:
    """How many cases passed and failed; prints a line for each that didn't pass."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def run(self, name, case):
        """Whether the case wasn't skipped."""
        try:
            case()
            self.passed += 1
        except Skipped as reason:
            self.skipped += 1
            print(f"skipped {name}: {reason}", flush=True)
            return False
        except Exception as error:  # any of the frameworks' own
            self.failed += 1
            text = " ".join(str(error).split())
            print(f"FAILED {name}: {type(error).__name__}: {text[:400]}", flush=True)
        return True

    def close(self, label):
        print(f"{label}: {self.passed} passed, {self.failed} failed, {self.skipped} skipped", flush=True)
        return self.failed == 0
