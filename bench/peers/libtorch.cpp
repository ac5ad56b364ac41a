// The workloads in libtorch's C++ frontend.
#include <torch/torch.h>

#include <string_view>
#include <utility>

#include "program.hpp"

namespace {

namespace nn = torch::nn;
using torch::Tensor;

constexpr std::string_view kUsage = "w1 w2 w3 w4 w5 w6 w6big w7, hello";

nn::Linear dense(int in, int out) { return nn::Linear(in, out); }
nn::Conv2d convolution(int in, int out, int padding) {
    return nn::Conv2d(nn::Conv2dOptions(in, out, 3).padding(padding));
}

struct LstmNetImpl : nn::Module {
    nn::LSTM lstm{nn::LSTMOptions(28, 128).batch_first(true)};
    nn::Linear out{128, 10};

    LstmNetImpl() {
        register_module("lstm", lstm);
        register_module("out", out);
    }
    Tensor forward(const Tensor& x) {
        const auto [sequence, state] = lstm(x);
        return out(std::get<0>(state)[0]);
    }
};
TORCH_MODULE(LstmNet);

nn::Sequential vgg() {
    nn::Sequential m;
    int in = 3;
    for (const auto& [filters, layers] :
         {std::pair{64, 2}, {128, 2}, {256, 3}, {512, 3}, {512, 3}}) {
        for (int i = 0; i < layers; ++i) {
            m->push_back(convolution(in, filters, 1));
            m->push_back(nn::ReLU());
            in = filters;
        }
        m->push_back(nn::MaxPool2d(2));
    }
    m->push_back(nn::Flatten());
    m->push_back(dense(512, 512));
    m->push_back(nn::ReLU());
    m->push_back(dense(512, 10));
    return m;
}

template <class Model>
torch::optim::Adam adam(Model& model) {
    return torch::optim::Adam(model->parameters());
}
template <class Model>
torch::optim::SGD momentum(Model& model, bool nesterov) {
    return torch::optim::SGD(model->parameters(),
                             torch::optim::SGDOptions(0.01).momentum(0.9).nesterov(nesterov));
}

template <class Model, class Optimizer>
void train(const bench::Program& program, Model model, Optimizer optimizer,
           torch::IntArrayRef input, int classes) {
    const Tensor x = torch::rand(input), y = torch::randint(classes, {input[0]}, torch::kLong);
    program.run([&] {
        optimizer.zero_grad();
        const Tensor loss = nn::functional::cross_entropy(model->forward(x), y);
        loss.backward();
        optimizer.step();
    });
}

void chain(const bench::Program& program, int size, int nodes) {
    Tensor x = torch::rand({size}).requires_grad_();
    const Tensor a = torch::rand({size}), b = torch::rand({size});
    const bench::Time time = program.run([&] {
        Tensor v = x;
        for (int i = 0; i < nodes; ++i) v = i % 3 == 0 ? v.tanh() : i % 3 == 1 ? v * a : v + b;
        x.mutable_grad() = Tensor();
        v.sum().backward();
    });
    program.report("per_node", time.median * 1e9 / nodes, "ns");
}

void run(const bench::Program& program) {
    const std::string_view w = program.workload();
    if (w == "hello") {
        if (torch::ones({2, 2}).sum().item<float>() == 4) program.report_first();
    } else if (w == "w1") {
        nn::Sequential m(dense(4, 64), nn::ReLU(), dense(64, 3));
        train(program, m, momentum(m, true), {16, 4}, 3);
    } else if (w == "w2") {
        nn::Sequential m(dense(4, 64), nn::ReLU(), dense(64, 64), nn::ReLU(), dense(64, 3));
        train(program, m, adam(m), {16, 4}, 3);
    } else if (w == "w3") {
        nn::Sequential m(dense(784, 512), nn::ReLU(), dense(512, 512), nn::ReLU(), dense(512, 10));
        train(program, m, adam(m), {128, 784}, 10);
        const torch::NoGradGuard no_grad;
        for (const int batch : {1, 256}) {
            const Tensor x = torch::rand({batch, 784});
            program.run_rate("infer_" + std::to_string(batch), batch, [&] { m->forward(x); });
        }
    } else if (w == "w4") {
        nn::Sequential m(convolution(1, 32, 0), nn::ReLU(), nn::MaxPool2d(2),
                         convolution(32, 64, 0), nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(),
                         nn::Dropout(0.5), dense(1600, 10));
        train(program, m, adam(m), {128, 1, 28, 28}, 10);
    } else if (w == "w5") {
        LstmNet m;
        train(program, m, adam(m), {64, 28, 28}, 10);
    } else if (w == "w6") {
        chain(program, 64, 300);
    } else if (w == "w6big") {
        chain(program, 1 << 20, 10);
    } else if (w == "w7") {
        nn::Sequential m = vgg();
        train(program, m, momentum(m, false), {8, 3, 32, 32}, 10);
    } else {
        program.refuse();
    }
}

}  // namespace

int main(int argc, char** argv) {
    const bench::Program program(argc, argv, kUsage, bench::ThreadsBy::environment);
    at::set_num_threads(program.threads());
    run(program);
}
