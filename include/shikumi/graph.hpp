// The expression graph as a Boost graph, its drawings, and small expressions laid out as on paper.
// Apart from shikumi.hpp: Boost.Graph takes seconds to compile.
#pragma once

#include <shikumi/autograd/boost_graph/drawing.hpp>
#include <shikumi/autograd/boost_graph/graph.hpp>
#include <shikumi/autograd/explain/explain.hpp>
