// NumPy, safetensors, PyTorch and TensorBoard themselves open our files, and we open theirs.
#include <string>
#include <vector>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/formats/detail/events.hpp>
#include <shikumi/formats/formats.hpp>

#include "catch.hpp"
#include "support/python.hpp"
#include "support/temporary.hpp"

using namespace shikumi;
using namespace shikumi::formats;
using shikumi_test::check_python;
using shikumi_test::contents;
using shikumi_test::has_python;
using shikumi_test::TemporaryFolder;

namespace {

std::vector<NamedTensor> tensors_for_numpy() {
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
    if (!has_python(folder, "safetensors, numpy")) return;
    write_safetensors(folder.path() / "x.safetensors", tensors_for_numpy(),
                      {.metadata = {{"k", "ä"}}});
    check_python(folder, std::string(expected) + R"(
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
    for (const NamedTensor& tensor : tensors_for_numpy()) {
        const StoredTensor got = back.read_stored(tensor.name);
        CHECK(got.type() == tensor.value.type());
        CHECK(std::equal(got.bytes().begin(), got.bytes().end(), tensor.value.bytes().begin()));
    }
}

TEST_CASE("PyTorch itself opens our files, and we its", "[python]") {
    const TemporaryFolder folder;
    if (!has_python(folder, "torch, numpy")) return;
    std::vector<NamedTensor> tensors = tensors_for_numpy();
    const Tensor x = tensor({0.5, -2, 448});
    for (const StoredType type : {StoredType::bf16, StoredType::f8_e4m3, StoredType::f8_e5m2})
        tensors.push_back({std::string(name(type)), StoredTensor(x).as(type)});
    tensors.push_back({"uint16", StoredTensor(tensor({7, 65535}, i32)).as(StoredType::u16)});
    try {
        write_torch(folder.path() / "x.pt",
                    TorchValue::Dict{{"model", TorchValue::StateDict{tensors, {{"", 1}}}},
                                     {7, TorchValue::Tuple{{Config(0.5), Config("ä"), Config()}}},
                                     {"big", Config(std::int64_t{-1} << 40)}});
    } catch (const IoError& e) {
        WARN(e.what());
        return;
    }
    check_python(folder, std::string(expected) + R"(
import torch
saved = torch.load('x.pt', weights_only=True)
assert saved[7] == (0.5, 'ä', None) and saved['big'] == -2**40
model = saved['model']
assert model._metadata[''] == {'version': 1}
for name in ('bfloat16', 'float8_e4m3fn', 'float8_e5m2', 'uint16'):
    t = model.pop(name)
    assert t.dtype == getattr(torch, name), name
    values = [7, 65535] if name == 'uint16' else [0.5, -2, 448]
    assert t.to(torch.float32).tolist() == values, name
check({name: t.numpy() for name, t in model.items()})
base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
torch.save({'base': base, 'turned': base.permute(2, 0, 1), 'part': base[1, :, 1:3],
            'wide': base[0, 0, :1].expand(3, 2), 'weight': torch.nn.Parameter(base[0])}, 'y.pt')
)");
    const TorchFile back(folder.path() / "y.pt");
    CHECK(back.read("part").to_vector<double>() == std::vector<double>{13, 14, 17, 18, 21, 22});
    CHECK(back.read("wide").to_vector<double>() == std::vector<double>(6, 0.0));
    CHECK(back.read("turned").to_vector<double>() ==
          transpose(back.read("base"), {2, 0, 1}).to_vector<double>());
    CHECK(back.spec("weight").shape == Shape{3, 4});
}

TEST_CASE("NumPy itself opens our files", "[python]") {
    const TemporaryFolder folder;
    if (!has_python(folder, "numpy")) return;
    try {
        write_npz(folder.path() / "x.npz", tensors_for_numpy());
        write_npz(folder.path() / "y.npz", tensors_for_numpy(), {.compress = true});
    } catch (const IoError& e) {
        WARN(e.what());
        return;
    }
    write_npy(folder.path() / "x.npy", tensor({{1, 2, 3}, {4, 5, 6}}));
    write_npy(folder.path() / "s.npy", scalar(2.5, f64));
    check_python(folder, std::string(expected) + R"(
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
    if (!has_python(folder, "tensorboard")) return;
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
    check_python(folder, R"(
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
