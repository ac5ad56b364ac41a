// Kinks, ties and ends of domains. Where JAX and PyTorch agree, ours is theirs; where they don't,
// it is one of them, by the operation; docs/derivatives.md has the same choices in words.
#include <algorithm>
#include <cmath>
#include <map>

#include "arrays.hpp"
#include "cases.hpp"

namespace shikumi::derivatives {

namespace {

// Whose derivatives are ours, and whether 0 stands where they have NaN.
struct Choice {
    const char* whose = "jax";
    bool zero_for_nan = false;
};

bool has_nan(const json& the_case) {
    const auto& inputs = the_case.at("inputs");
    return std::any_of(inputs.begin(), inputs.end(), [](const json& input) {
        const json& data = input.at("data");
        return std::find(data.begin(), data.end(), "nan") != data.end();
    });
}

Choice choice(const json& the_case) {
    static const std::map<std::string, Choice> parted{{"clip", {"torch"}},
                                                      {"abs", {"torch"}},
                                                      {"leaky_relu", {"torch"}},
                                                      {"norm", {"torch"}},
                                                      {"std", {"torch"}},
                                                      {"vector_norm", {"torch"}},
                                                      {"hypot", {"torch", true}},
                                                      {"power", {"torch"}},
                                                      {"xlogy", {"torch"}},
                                                      {"xlog1py", {"torch"}},
                                                      {"sort", {"torch"}},
                                                      {"cummax", {"torch"}},
                                                      {"cummin", {"torch"}},
                                                      {"logsumexp", {"torch", true}},
                                                      {"logcumsumexp", {"torch", true}},
                                                      {"copysign", {"torch"}}};
    const std::string op = the_case.at("op");
    // A NaN reaches all elements; of equals each has its share.
    if (op == "max" || op == "min") return {has_nan(the_case) ? "torch" : "jax"};
    const auto found = parted.find(op);
    if (op == "logsumexp") return found->second;
    return the_case.at("agree") || found == parted.end() ? Choice{} : found->second;
}

json without_nan(json arrays) {
    for (json& array : arrays) {
        for (json& number : array.at("data")) {
            if (number == "nan") number = 0.0;
        }
    }
    return arrays;
}

}  // namespace

void run_kink(const json& the_case) {
    const Operation& operation = find_operation(the_case.at("op"));
    const Choice ours = choice(the_case);
    const bool outputs_of_torch =
        the_case.contains("outputs_torch") && std::string(ours.whose) == "torch";
    const json& outputs = the_case.at(outputs_of_torch ? "outputs_torch" : "outputs");
    json vjps = the_case.at(ours.whose).at("vjp"), jvps = the_case.at(ours.whose).at("jvp");
    if (ours.zero_for_nan) {
        vjps = without_nan(vjps);
        jvps = without_nan(jvps);
    }
    const Tensors in = read_arrays(the_case.at("inputs"));
    const Tensors cotangents = read_arrays(the_case.at("cotangents"));
    const Tensors tangents = read_arrays(the_case.at("tangents"));
    const auto f = [&](const Tensors& x) {
        Tensors all = operation(x, the_case.at("attrs"));
        all.resize(outputs.size());  // topk's places aren't among them
        const Tensors y = all;
        for (const Tensor& t : pulled_back(y, x, cotangents)) all.push_back(t);
        for (const Tensor& t : pushed_forward(y, x, tangents)) all.push_back(t);
        return all;
    };
    in_every_mode(f, in, operation.looks(in), [&](const std::string& mode, const Tensors& got) {
        std::size_t number = 0;
        for (const json& y : outputs) compare(mode + "value", got.at(number++), y, 1e-9);
        for (const json& g : vjps) compare(mode + "vjp", got.at(number++), g, 1e-9);
        for (const json& t : jvps) compare(mode + "jvp", got.at(number++), t, 1e-9);
    });
}

}  // namespace shikumi::derivatives
