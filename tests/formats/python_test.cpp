// NumPy, safetensors and TensorBoard themselves open our files, and we open theirs. Looks for a
// Python with these packages as $SHIKUMI_PYTHON, else python3.
#include <cstdlib>
#include <string>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/detail/events.hpp>
#include <shikumi/formats/formats.hpp>

#include "catch.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi::formats;
using shikumi_test::contents;
using shikumi_test::TemporaryFolder;

namespace {

std::string python() {
    const char* const given = std::getenv("SHIKUMI_PYTHON");
    return given ? given : "python3";
}

// Runs a program in a folder; what it prints is in "out".
bool run(const TemporaryFolder& folder, const std::string& program) {
    folder.write("program.py", program);
    const std::string command =
        "cd " + folder.path().string() + " && " + python() + " program.py >out 2>&1";
    return std::system(command.c_str()) == 0;
}

// Whether there is a package; says so where there isn't.
bool has(const TemporaryFolder& folder, const std::string& package) {
    if (run(folder, "import " + package)) return true;
    WARN("without Python's " << package << " this isn't tested");
    return false;
}

void check(const TemporaryFolder& folder, const std::string& program) {
    const bool done = run(folder, program);
    INFO(contents(folder.path() / "out"));
    CHECK(done);
}

std::vector<NamedTensor> some_tensors() {
    const Tensor x = tensor({{0.1, -2, 3e10}, {4, 5, 6}});
    return {{"layer/kernel", x},
            {"größe \"x\"", scalar(-7, i64)},
            {"flags", tensor({1, 0, 1}, bool_)},
            {"wide", tensor({0.1, 1e-300}, f64)},
            {"bytes", tensor({0, 255}, u8)},
            {"none", zeros({0, 3}, i32)},
            {"half", StoredTensor(x).as(StoredType::f16)},
            {"short", StoredTensor(tensor({-5, 7}, i32)).as(StoredType::i16)}};
}

constexpr auto expected = R"(
import numpy as np
x = np.array([[0.1, -2, 3e10], [4, 5, 6]], np.float32)
def check(t):
    assert sorted(t) == sorted(['layer/kernel', 'größe "x"', 'flags', 'wide', 'bytes', 'none', 'half', 'short'])
    want = {'layer/kernel': x, 'größe "x"': np.int64(-7), 'flags': np.array([True, False, True]),
            'wide': np.array([0.1, 1e-300]), 'bytes': np.array([0, 255], np.uint8),
            'none': np.zeros((0, 3), np.int32), 'half': x.astype(np.float16),
            'short': np.array([-5, 7], np.int16)}
    for name, value in want.items():
        got = t[name]
        assert got.dtype == value.dtype and got.shape == value.shape, (name, got.dtype, got.shape)
        assert got.tobytes() == value.tobytes(), name
)";

}  // namespace

TEST_CASE("safetensors itself opens our files", "[python]") {
    const TemporaryFolder folder;
    if (!has(folder, "safetensors, numpy")) return;
    write_safetensors(folder.path() / "x.safetensors", some_tensors(), {.metadata = {{"k", "ä"}}});
    check(folder, std::string(expected) + R"(
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
np.seterr(all='ignore')
check(load_file('x.safetensors'))
with safe_open('x.safetensors', 'np') as f:
    assert f.metadata()['k'] == 'ä'
    metadata = f.metadata()
# The same content, laid out by that library with our checksums.
save_file(load_file('x.safetensors'), 'y.safetensors', metadata)
)");
    const SafetensorsFile back(folder.path() / "y.safetensors");
    for (const NamedTensor& tensor : some_tensors()) {
        const StoredTensor got = back.read_stored(tensor.name);
        CHECK(got.type() == tensor.value.type());
        CHECK(std::equal(got.bytes().begin(), got.bytes().end(), tensor.value.bytes().begin()));
    }
}

TEST_CASE("NumPy itself opens our files", "[python]") {
    const TemporaryFolder folder;
    if (!has(folder, "numpy")) return;
    try {
        write_npz(folder.path() / "x.npz", some_tensors());
        write_npz(folder.path() / "y.npz", some_tensors(), {.compress = true});
    } catch (const IoError& e) {
        WARN(e.what());
        return;
    }
    write_npy(folder.path() / "x.npy", tensor({{1, 2, 3}, {4, 5, 6}}));
    write_npy(folder.path() / "s.npy", scalar(2.5, f64));
    check(folder, std::string(expected) + R"(
np.seterr(all='ignore')
check(dict(np.load('x.npz', allow_pickle=False)))
check(dict(np.load('y.npz', allow_pickle=False)))
a = np.load('x.npy', allow_pickle=False)
assert a.dtype == np.float32 and (a == [[1, 2, 3], [4, 5, 6]]).all() and a.flags.c_contiguous
assert np.load('s.npy') == 2.5 and np.load('s.npy').shape == ()
np.save('n.npy', np.asfortranarray(np.arange(24).reshape(2, 3, 4)))
np.savez_compressed('n.npz', a=np.arange(5, dtype='>i4'), b=np.float16(0.5))
)");
    CHECK(read_npy(folder.path() / "n.npy")[{1, 2, 3}].item<std::int64_t>() == 23);
    CHECK(NpzFile(folder.path() / "n.npz").read("a").to_vector<double>()[4] == 4);
    CHECK(NpzFile(folder.path() / "n.npz").read("b").item<float>() == 0.5f);
}

TEST_CASE("TensorBoard itself opens our event files", "[python]") {
    const TemporaryFolder folder;
    if (!has(folder, "tensorboard")) return;
    try {
        formats::detail::EventWriter writer(folder.path() / "logs");
        writer.scalar("loss", 0, 0.5);
        writer.scalar("loss", 1, 0.25);
        writer.histogram("kernel", 1, std::vector<double>{0, 1, 2, 3, 4, 10}, 5);
        writer.images("picture", 1, {.width = 4, .height = 5, .images = {"one", "two"}});
        writer.text("note", 2, "größe");
        writer.graph({{{"x", "Input", {}, {{-1, 4}}}, {"dense/matmul", "MatMul", {"x"}, {}}}});
        writer.flush();
    } catch (const IoError& e) {
        WARN(e.what());
        return;
    }
    check(folder, R"(
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray
a = EventAccumulator('logs').Reload()
tags = a.Tags()
assert sorted(tags['tensors']) == ['kernel', 'loss', 'note', 'picture'], tags
assert tags['graph'], tags
loss = a.Tensors('loss')
assert [e.step for e in loss] == [0, 1]
assert [float(make_ndarray(e.tensor_proto)) for e in loss] == [0.5, 0.25]
h = make_ndarray(a.Tensors('kernel')[0].tensor_proto)
assert h.tolist() == [[0, 2, 2], [2, 4, 2], [4, 6, 1], [6, 8, 0], [8, 10, 1]], h
p = make_ndarray(a.Tensors('picture')[0].tensor_proto)
assert p.tolist() == [b'4', b'5', b'one', b'two'], p
assert make_ndarray(a.Tensors('note')[0].tensor_proto).item() == 'größe'.encode()
for tag, plugin in (('loss', 'scalars'), ('kernel', 'histograms'), ('picture', 'images'), ('note', 'text')):
    assert a.SummaryMetadata(tag).plugin_data.plugin_name == plugin
graph = a.Graph()
assert [(n.name, n.op, list(n.input)) for n in graph.node] == [('x', 'Input', []), ('dense/matmul', 'MatMul', ['x'])]
assert [d.size for d in graph.node[0].attr['_output_shapes'].list.shape[0].dim] == [-1, 4]
)");
}
