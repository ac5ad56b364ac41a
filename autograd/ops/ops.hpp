// Every operation on tensors, with NumPy's names and broadcasting. A number takes the dtype of the
// tensor beside it; mixed dtypes are an error that suggests `cast`. Operations throw ShapeError,
// DTypeError or ValueError on the line that records them; errors that depend on the values are
// thrown when they are evaluated.
#pragma once

#include <shikumi/autograd/ops/activations.hpp>
#include <shikumi/autograd/ops/arguments.hpp>
#include <shikumi/autograd/ops/arithmetic.hpp>
#include <shikumi/autograd/ops/cast.hpp>
#include <shikumi/autograd/ops/comparison.hpp>
#include <shikumi/autograd/ops/creation.hpp>
#include <shikumi/autograd/ops/diagonals.hpp>
#include <shikumi/autograd/ops/indexing.hpp>
#include <shikumi/autograd/ops/linalg.hpp>
#include <shikumi/autograd/ops/math.hpp>
#include <shikumi/autograd/ops/matmul.hpp>
#include <shikumi/autograd/ops/random.hpp>
#include <shikumi/autograd/ops/reductions.hpp>
#include <shikumi/autograd/ops/scans.hpp>
#include <shikumi/autograd/ops/shaping.hpp>
#include <shikumi/autograd/ops/softmax.hpp>
#include <shikumi/autograd/ops/sorting.hpp>
#include <shikumi/autograd/ops/special.hpp>
#include <shikumi/autograd/ops/statistics.hpp>
#include <shikumi/autograd/ops/windows.hpp>
