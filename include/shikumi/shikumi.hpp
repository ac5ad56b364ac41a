// Everything but the Boost view of the graph, which is <shikumi/graph.hpp>, and files of tensors as
// values, which are <shikumi/formats.hpp>.
#pragma once

#include <shikumi/autograd/evaluate/capture/capture.hpp>
#include <shikumi/autograd/evaluate/profile/profile.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/graph/multi_output.hpp>
#include <shikumi/autograd/graph/node.hpp>
#include <shikumi/autograd/graph/op.hpp>
#include <shikumi/autograd/graph/parameter.hpp>
#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/kernels/threads.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>
#include <shikumi/datasets/datasets.hpp>
#include <shikumi/nn/nn.hpp>
#include <shikumi/optim/optim.hpp>
#include <shikumi/plot/plot.hpp>

/// Tensors, operations on them, their evaluation and their derivatives. A program may use this
/// namespace and `shikumi::nn` as a whole. Beside `using namespace std`, too, names that are
/// classes or templates there need theirs: shikumi::any, identity, logical_and, logical_not,
/// logical_or, stack, std.
namespace shikumi {}
