// The expression graph as a Boost graph, and its drawings. Apart from shikumi.hpp: Boost.Graph
// takes seconds to compile.
#pragma once

#include <shikumi/autograd/boost_graph/drawing.hpp>
#include <shikumi/autograd/boost_graph/graph.hpp>
