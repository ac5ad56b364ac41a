// The checks of single rows of the op table, which tests of operations, of transforms and of planted
// faults share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "op_table.hpp"

namespace shikumi_test {

/// The inputs of a row as numbers and as tensors.
struct Trial {
    std::vector<Values> values;
    Inputs tensors;
};

/// Whether an input is differentiated by.
bool is_real(const Sample& sample);
/// The draws of inputs that each row is checked with.
constexpr std::uint64_t first_draw = 17, draws = 20;
/// Those with which derivatives and batches are checked, too.
constexpr std::uint64_t derived_draws = 3;

/// Inputs of `dtype` for a row, of other shapes if `shapes` is not empty.
Trial trial(const Row& row, DType dtype, const std::vector<Shape>& shapes = {},
            std::uint64_t draw = first_draw);

/// Those of a row's inputs by which it is differentiated.
std::vector<Tensor> real_inputs(const Row& row, const Inputs& in);
/// All inputs of a row, with these in place of the real ones.
Inputs with_real_inputs(const Row& row, Inputs in, const std::vector<Tensor>& reals);
/// The complaint of check_gradients about the row's derivatives by its real inputs; "" if none.
std::string gradient_error(const Row& row, int order, const std::vector<Shape>& shapes = {},
                           std::uint64_t draw = first_draw);

/// Whether values are equal but for rounding.
bool near(const Tensor& a, const Tensor& b);
/// One row's inputs in f64: those of all `size` examples where the bit of `mapped` is set.
Inputs batch_of(const Row& row, unsigned mapped, Index size, std::uint64_t draw = first_draw);
/// What a row gives for each example, one after the other.
Tensor looped(const Row& row, const Inputs& in, unsigned mapped, Index size);
/// The same by the batching rules, through the graph-level form of `vmap`.
Tensor mapped_row(const Row& row, const Inputs& in, unsigned mapped);

}  // namespace shikumi_test
