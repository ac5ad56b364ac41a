// What holds for a whole sequence as one operation, beside its single steps.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <shikumi/autograd/evaluate/profile/profile.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"

namespace shikumi_test {

// Of inputs, recurrent weights, two further tensors, and a mask or an undefined Tensor.
using Sequence = shikumi::Tensor (*)(const shikumi::Tensor&, const shikumi::Tensor&,
                                     const shikumi::Tensor&, const shikumi::Tensor&,
                                     const shikumi::Tensor&);

inline std::vector<shikumi::Tensor> drawn(const std::vector<shikumi::Shape>& shapes,
                                          shikumi::DType dtype) {
    shikumi::Generator rng(5);
    std::vector<shikumi::Tensor> all;
    for (const shikumi::Shape& shape : shapes) {
        all.push_back(shikumi::random_normal(shape, rng, 0, 1, dtype));
        shikumi::evaluate(all.back());
    }
    return all;
}

inline double largest_difference(const shikumi::Tensor& a, const shikumi::Tensor& b) {
    REQUIRE(a.spec() == b.spec());
    return a.size() == 0 ? 0 : max(abs(a - b)).item<double>();
}

// Masked steps, with first and second derivatives, for four steps of three samples.
inline void check_masked(Sequence sequence, Sequence single_steps,
                         const std::vector<shikumi::Tensor>& in) {
    using shikumi::Tensor;
    const Tensor mask =
        shikumi::tensor({{1, 0, 1}, {1, 0, 0}, {0, 1, 1}, {1, 1, 0}}, shikumi::bool_);
    const Tensor whole = sequence(in[0], in[1], in[2], in[3], mask);
    const Tensor steps = single_steps(in[0], in[1], in[2], in[3], mask);
    CHECK(largest_difference(whole, steps) < 1e-12);
    CHECK(largest_difference(slice(whole, {{0, 1}, {1, 2}}), slice(whole, {{1, 2}, {1, 2}})) == 0);

    // Second derivatives.
    const auto both = [&](const Tensor& y) {
        std::vector<Tensor> all = grad(sum(y * square(y)), in);
        Tensor squares;
        for (const Tensor& g : all)
            squares = squares.defined() ? squares + sum(square(g)) : sum(square(g));
        for (const Tensor& g : grad(squares, in)) all.push_back(g);
        return all;
    };
    const auto by_whole = both(whole), by_steps = both(steps);
    for (std::size_t i = 0; i < by_whole.size(); ++i)
        CHECK(largest_difference(by_whole[i], by_steps[i]) <
              1e-10 * (1 + max(abs(by_steps[i])).item<double>()));
}

inline void check_threads(Sequence sequence, const std::vector<shikumi::Tensor>& in) {
    const int before = shikumi::num_threads();
    const auto bits = [&](int threads) {
        shikumi::set_num_threads(threads);
        const shikumi::Tensor y = sequence(in[0], in[1], in[2], in[3], {});
        return std::pair(y.to_vector<float>(), grad(sum(square(y)), in)[1].to_vector<float>());
    };
    const auto one = bits(1);
    CHECK(bits(4) == one);
    shikumi::set_num_threads(before);
}

inline void check_runs_once(Sequence sequence, const std::vector<shikumi::Tensor>& in,
                            const std::string& name) {
    const shikumi::Profile profile;
    shikumi::evaluate(grad(sum(square(sequence(in[0], in[1], in[2], in[3], {}))), in));
    std::vector<std::pair<std::string, std::int64_t>> sequences;
    for (const shikumi::Profile::Row& row : profile.by_operation()) {
        if (row.name.starts_with(name)) sequences.emplace_back(row.name, row.calls);
    }
    std::sort(sequences.begin(), sequences.end());
    CHECK(sequences ==
          std::vector<std::pair<std::string, std::int64_t>>{{name, 1}, {name + "_gradient", 1}});
}

}  // namespace shikumi_test
