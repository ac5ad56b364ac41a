// Operations whose outputs are their first inputs as they are.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <shikumi/autograd/graph/multi_output.hpp>
#include <shikumi/autograd/kernels/copy.hpp>

namespace shikumi::detail {

/// An operation of several outputs, which have the values of its first inputs.
struct PassOn : MultiOutput {
    explicit PassOn(std::size_t count) : outputs(count) {}
    bool operator==(const PassOn&) const = default;
    OutputSpecs infer_all(Specs in) const final {
        std::vector<Spec> specs;
        for (std::size_t k = 0; k < outputs; ++k) specs.push_back(in[k]);
        return OutputSpecs(specs);
    }
    void eval_all(ConstViews in, std::span<const View> out) const final {
        for (std::size_t k = 0; k < outputs; ++k) kernels::copy_bytes(in[k], out[k]);
    }

    std::size_t outputs;
};

}  // namespace shikumi::detail
