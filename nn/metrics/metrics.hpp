// All metrics.
#pragma once

#include <shikumi/nn/metrics/accuracy.hpp>
#include <shikumi/nn/metrics/metric.hpp>
