// All charts.
#pragma once

#include <shikumi/plot/bar_chart.hpp>
#include <shikumi/plot/heat_map.hpp>
#include <shikumi/plot/histogram.hpp>
#include <shikumi/plot/line_chart.hpp>
#include <shikumi/plot/panels.hpp>
#include <shikumi/plot/picture_grid.hpp>
#include <shikumi/plot/png.hpp>
#include <shikumi/plot/scatter_chart.hpp>
#include <shikumi/plot/svg.hpp>
#include <shikumi/plot/text_chart.hpp>
