// Training goes on from PyTorch's checkpoints with PyTorch's numbers, and PyTorch's from ours.
#include <shikumi/nn/io/torch_checkpoint.hpp>

#include <string>
#include <vector>

#include <shikumi/formats.hpp>
#include <shikumi/shikumi.hpp>

#include "catch.hpp"
#include "support/libraries.hpp"
#include "support/python.hpp"
#include "support/temporary.hpp"
#include "support/weight_values.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::contents;
using shikumi_test::has_zip;
using shikumi_test::TemporaryFolder;
using shikumi_test::weight_values;

namespace {

nn::Sequential small() {
    return nn::Sequential{nn::LSTM(4, {.input_shape = {5, 3}, .name = "rnn"}),
                          nn::Dense(6, {.activation = nn::tanh, .name = "hidden"}),
                          nn::Dense(2, {.name = "out"})};
}

// Two steps of a model on numbers of a sort.
void train(nn::Model& model, int steps = 2) {
    const Tensor x = reshape(sin(arange(8 * 5 * 3).cast(f32) * 1.3), {8, 5, 3});
    const Tensor y = reshape(cos(arange(8 * 2).cast(f32) * 0.7), {8, 2});
    for (int i = 0; i < steps; ++i) model.train_on_batch(x, y);
}

void check_near(const std::vector<std::vector<double>>& a,
                const std::vector<std::vector<double>>& b) {
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t k = 0; k < a[i].size(); ++k)
            CHECK(a[i][k] == Approx(b[i][k]).epsilon(1e-5).margin(1e-6));
}

}  // namespace

TEST_CASE("a checkpoint brings the optimiser back", "[torch]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const std::string path = folder.path() / "checkpoint.pt";
    const std::vector<optim::Optimizer> optimizers{
        optim::torch::SGD({.learning_rate = 0.1, .momentum = 0.9, .nesterov = true}),
        optim::torch::SGD({.learning_rate = 0.1}),
        optim::torch::Adam({.learning_rate = 0.01, .amsgrad = true}),
        optim::torch::AdamW({.learning_rate = 0.01, .weight_decay = 0.05}),
        optim::torch::RMSprop({.momentum = 0.5, .centered = true}),
        optim::torch::Adagrad({.learning_rate = 0.01, .lr_decay = 0.1}),
        optim::torch::Adadelta(),
        optim::torch::NAdam(),
        optim::torch::Adamax(),
        optim::RAdam()};
    for (const optim::Optimizer& optimizer : optimizers) {
        INFO(optimizer.name());
        // Biases of an LSTM learn as PyTorch's two only in groups of their own: none here.
        nn::Sequential model{nn::Dense(6, {.activation = nn::tanh, .input_dim = 3, .name = "a"}),
                             nn::Dense(2, {.name = "b"})};
        nn::Sequential other{nn::Dense(6, {.activation = nn::tanh, .input_dim = 3, .name = "a"}),
                             nn::Dense(2, {.name = "b"})};
        const auto step = [](nn::Model& m) {
            const Tensor x = reshape(sin(arange(8 * 3).cast(f32) * 1.3), {8, 3});
            const Tensor y = reshape(cos(arange(8 * 2).cast(f32) * 0.7), {8, 2});
            m.train_on_batch(x, y);
        };
        model.compile({.optimizer = optimizer, .loss = nn::mean_squared_error});
        for (int i = 0; i < 3; ++i) step(model);
        nn::save_torch_checkpoint(model, path, {.values = {{"epoch", 3}}});
        CHECK(*formats::TorchFile(path).value("epoch") == Config(3));
        nn::load_torch_weights(other, path, {.key = "model"});
        other.compile(
            {.optimizer = nn::load_torch_optimizer(other, path), .loss = nn::mean_squared_error});
        CHECK(other.optimizer().name() == optimizer.name());
        CHECK(other.optimizer().learning_rate() == optimizer.learning_rate());
        for (int i = 0; i < 3; ++i) {
            step(model);
            step(other);
        }
        check_near(weight_values<double>(other), weight_values<double>(model));
    }
}

TEST_CASE("biases that are two of PyTorch's learn twice as fast", "[torch]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const std::string path = folder.path() / "checkpoint.pt";
    nn::Sequential model = small();
    model.compile({.optimizer = optim::torch::SGD({.learning_rate = 0.1, .weight_decay = 0.01}),
                   .loss = nn::mean_squared_error});
    train(model);
    nn::save_torch_checkpoint(model, path);
    nn::Sequential other = small();
    nn::load_torch_weights(other, path, {.key = "model"});
    optim::Optimizer optimizer = nn::load_torch_optimizer(other, path);
    REQUIRE(optimizer.groups() == 2);
    CHECK(optimizer.learning_rate(0) == Approx(0.1));
    CHECK(optimizer.learning_rate(1) == Approx(0.2));
    other.compile({.optimizer = optimizer, .loss = nn::mean_squared_error});
    train(other);
    nn::save_torch_checkpoint(other, path, {.weights = {.like = path, .key = "model"}});
    // PyTorch has one group for all.
    const formats::TorchFile file(path);
    CHECK(*file.value("optimizer.param_groups.0.params") ==
          Config(Config::List{0, 1, 2, 3, 4, 5, 6, 7}));
    CHECK_FALSE(file.value("optimizer.param_groups.1.params"));
}

TEST_CASE("checkpoints that don't fit are refused", "[torch]") {
    const TemporaryFolder folder;
    if (!has_zip()) return;
    const std::string path = folder.path() / "checkpoint.pt";
    nn::Sequential model = small();
    CHECK_THROWS_AS(nn::save_torch_checkpoint(model, path), StateError);
    model.compile({.optimizer = optim::Adam(), .loss = nn::mean_squared_error});
    CHECK_THROWS_AS(nn::save_torch_checkpoint(model, path), ValueError);  // Keras's form
    nn::save_torch_weights(model, path);
    CHECK_THROWS_AS(nn::load_torch_optimizer(model, path), IoError);  // no optimiser
    nn::Sequential torch_model = small();
    torch_model.compile({.optimizer = optim::torch::Adam(), .loss = nn::mean_squared_error});
    train(torch_model);
    nn::save_torch_checkpoint(torch_model, path);
    nn::Sequential wider{nn::LSTM(5, {.input_shape = {5, 3}, .name = "rnn"}),
                         nn::Dense(6, {.name = "hidden"}), nn::Dense(2, {.name = "out"})};
    CHECK_THROWS_AS(nn::load_torch_optimizer(wider, path), IoError);
    CHECK_THROWS_AS(nn::load_torch_optimizer(torch_model, path, {.key = "other"}), IoError);
}

// ---- with PyTorch -------------------------------------------------------------------------------

namespace {

constexpr auto head = R"(
import numpy as np, torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(3, 4, batch_first=True)
        self.hidden = nn.Linear(4, 6)
        self.out = nn.Linear(6, 2)
    def forward(self, x):
        return self.out(torch.tanh(self.hidden(self.rnn(x)[0][:, -1])))
optimizers = {
    'sgd': lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    'damped': lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.3),
    'plain': lambda p: torch.optim.SGD(p, lr=0.1),
    'adam': lambda p: torch.optim.Adam(p, lr=0.02),
    'adamw': lambda p: torch.optim.AdamW(p, lr=0.02, weight_decay=0.1, amsgrad=True),
    'rmsprop': lambda p: torch.optim.RMSprop(p, lr=0.01, momentum=0.5, centered=True),
    'adagrad': lambda p: torch.optim.Adagrad(p, lr=0.05, lr_decay=0.1),
    'adadelta': lambda p: torch.optim.Adadelta(p, lr=0.5),
    'nadam': lambda p: torch.optim.NAdam(p, lr=0.02),
    'adamax': lambda p: torch.optim.Adamax(p, lr=0.02),
    'radam': lambda p: torch.optim.RAdam(p, lr=0.02),
}
x = torch.tensor(np.sin(np.arange(120) * 1.3).reshape(8, 5, 3).astype('f'))
y = torch.tensor(np.cos(np.arange(16) * 0.7).reshape(8, 2).astype('f'))
def train(net, opt, steps):
    losses = []
    for _ in range(steps):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x), y)
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return np.array(losses)
)";

constexpr auto before = R"(
np.save('x.npy', x.numpy()); np.save('y.npy', y.numpy())
for name, make in optimizers.items():
    torch.manual_seed(1)
    net = Net()
    opt = make(net.parameters() if name != 'adam' else net.named_parameters())
    train(net, opt, 7)
    torch.save({'epoch': 7, 'model': net.state_dict(), 'optimizer': opt.state_dict()},
               name + '.pt')
    np.save(name + '.losses.npy', train(net, opt, 8))
)";

// Takes our checkpoint after four steps of the eight, and makes the same four for comparison.
constexpr auto after = R"(
def near(got, expected, *where):
    got, expected = torch.as_tensor(got).double(), torch.as_tensor(expected).double()
    assert got.shape == expected.shape, where
    assert (got - expected).abs().max() <= 2e-4 * expected.abs().max() + 1e-7, (where, got, expected)
for name, make in optimizers.items():
    theirs, ours = (torch.load(name + end, weights_only=True) for end in ('.pt', '.ours.pt'))
    assert ours['epoch'] == 11
    nets = Net(), Net()
    opts = [make(net.parameters()) for net in nets]
    for net, opt, saved in zip(nets, opts, (theirs, ours)):
        net.load_state_dict(saved['model'], strict=True)
        opt.load_state_dict(saved['optimizer'])
    train(nets[0], opts[0], 4)
    # A decay moves the two biases of the LSTM towards each other; we have their sum.
    states = [net.state_dict() for net in nets]
    for state in states:
        state['rnn.bias_ih_l0'] = state['rnn.bias_ih_l0'] + state.pop('rnn.bias_hh_l0')
    for key in states[0]:
        near(states[1][key], states[0][key], name, key)
    expected, got = (opt.state_dict()['state'] for opt in opts)
    for state in (expected, got):
        if 3 in state:
            second = state.pop(3)
            state[2] = {key: state[2][key] + second[key] for key in second}
    assert expected.keys() == got.keys(), name
    for i in expected:
        assert expected[i].keys() == got[i].keys(), (name, i, expected[i].keys(), got[i].keys())
        for key in expected[i]:
            near(got[i][key], expected[i][key], name, i, key)
    near(train(nets[1], opts[1], 4), np.load(name + '.losses.npy')[4:], name, 'losses')
)";

}  // namespace

TEST_CASE("PyTorch's training goes on here, and ours there", "[torch][python]") {
    const TemporaryFolder folder;
    if (!has_zip() || !shikumi_test::has_python(folder, "torch")) return;
    shikumi_test::check_python(folder, std::string(head) + before);
    const Tensor x = formats::read_npy(folder.path() / "x.npy");
    const Tensor y = formats::read_npy(folder.path() / "y.npy");
    for (const char* name : {"sgd", "damped", "plain", "adam", "adamw", "rmsprop", "adagrad",
                             "adadelta", "nadam", "adamax", "radam"}) {
        INFO(name);
        const std::string path = folder.path() / (std::string(name) + ".pt");
        const auto expected = formats::read_npy(folder.path() / (std::string(name) + ".losses.npy"))
                                  .to_vector<double>();
        nn::Sequential model = small();
        nn::load_torch_weights(model, path, {.key = "model"});
        model.compile(
            {.optimizer = nn::load_torch_optimizer(model, path), .loss = nn::mean_squared_error});
        for (std::size_t step = 0; step < 4; ++step)
            CHECK(model.train_on_batch(x, y)["loss"] == Approx(expected[step]).epsilon(1e-4));
        nn::save_torch_checkpoint(
            model, folder.path() / (std::string(name) + ".ours.pt"),
            {.weights = {.like = path, .key = "model"}, .values = {{"epoch", 11}}});
    }
    shikumi_test::check_python(folder, std::string(head) + after);
}
