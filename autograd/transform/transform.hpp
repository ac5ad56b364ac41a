// Transforms: functions of functions, and of graphs.
#pragma once

#include <shikumi/autograd/transform/anomaly.hpp>
#include <shikumi/autograd/transform/check.hpp>
#include <shikumi/autograd/transform/checkpoint.hpp>
#include <shikumi/autograd/transform/custom_function.hpp>
#include <shikumi/autograd/transform/custom_op.hpp>
#include <shikumi/autograd/transform/derivatives.hpp>
#include <shikumi/autograd/transform/gradient_hook.hpp>
#include <shikumi/autograd/transform/jacobian.hpp>
#include <shikumi/autograd/transform/linearize.hpp>
#include <shikumi/autograd/transform/vmap.hpp>
