// All metrics.
#pragma once

#include <shikumi/nn/metrics/accuracy.hpp>
#include <shikumi/nn/metrics/configs.hpp>
#include <shikumi/nn/metrics/confusion.hpp>
#include <shikumi/nn/metrics/curves.hpp>
#include <shikumi/nn/metrics/f_score.hpp>
#include <shikumi/nn/metrics/iou.hpp>
#include <shikumi/nn/metrics/mean.hpp>
#include <shikumi/nn/metrics/metric.hpp>
#include <shikumi/nn/metrics/names.hpp>
#include <shikumi/nn/metrics/regression.hpp>
