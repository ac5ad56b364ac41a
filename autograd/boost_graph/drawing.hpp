// Drawings of the expression graph, by Graphviz.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include <shikumi/autograd/boost_graph/graph.hpp>

namespace shikumi {

/// What a drawing shows beside vertices and edges.
struct DrawingOptions {
    /// The results of the forward pass, such as the loss. What they are not computed from is drawn
    /// apart and in another colour, as the backward pass; empty: nothing is.
    std::vector<Tensor> forward = {};
    /// Whether the operations of a layer, or of another Scope, stand together in a frame.
    bool scopes = true;
    /// Vertices that stand out, such as those of a critical path, and the edges between two of
    /// them.
    std::vector<const Node*> marked = {};
};

/// Writes the graph for Graphviz: each vertex labelled with operation, shape and dtype; arrows in
/// the direction in which the values flow. Throws ValueError where a marked vertex or a forward
/// result is not in the graph.
void write_dot(std::ostream& out, const Graph& graph, const DrawingOptions& options = {});

/// The drawing as an SVG document, which Graphviz's program `dot` makes. Throws IoError where the
/// program is missing, with the name of the package that has it, or fails, with its words.
std::string to_svg(const Graph& graph, const DrawingOptions& options = {});

}  // namespace shikumi
