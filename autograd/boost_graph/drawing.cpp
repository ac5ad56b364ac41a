#include <shikumi/autograd/boost_graph/drawing.hpp>

#include <algorithm>
#include <locale>
#include <map>
#include <ostream>
#include <sstream>
#include <string_view>

#include <boost/graph/graphviz.hpp>
#include <boost/property_map/function_property_map.hpp>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi {

using namespace detail;

namespace {

// Inside quotes of Graphviz's language.
std::string in_quotes(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out;
}

// The frames of one pass: a folder for each part of a scope's path.
struct Frame {
    std::map<std::string, Frame> inner;
    std::vector<std::size_t> vertices;
};

class Drawing {
public:
    Drawing(const Graph& graph, const DrawingOptions& options)
        : graph_(graph), options_(options), backward_(graph.nodes().size()), marked_(backward_) {
        for (const Node* v : options.marked) marked_[graph.index(v)] = true;
        if (options.forward.empty()) return;
        backward_.flip();
        for (const Tensor& result : options.forward) {
            if (!result.defined()) throw StateError("[write_dot] an empty Tensor has no graph");
            graph.index(result.node());
        }
        const Graph forward(options.forward);
        for (const Node* v : forward.nodes()) backward_[graph.index(v)] = false;
    }

    void begin(std::ostream& out) {
        out << "rankdir=BT;\nnode [fontname=\"sans-serif\"];\nedge [fontname=\"sans-serif\"];\n"
               "graph [fontname=\"sans-serif\", style=rounded, color=gray50];\n";
        Frame forward, backward;
        for (std::size_t i = 0; i < backward_.size(); ++i)
            frame_of(graph_.nodes()[i], backward_[i] ? backward : forward).vertices.push_back(i);
        if (!options_.forward.empty()) {
            write_frame(out, "forward", forward);
            write_frame(out, "backward", backward);
        } else {
            for (const auto& [name, frame] : forward.inner) write_frame(out, name, frame);
        }
    }
    void vertex(std::ostream& out, const Node* v) const {
        const std::size_t i = graph_.index(v);
        out << "[label=\"" << in_quotes(graph_.name(v)) << "\\n"
            << v->spec << "\", shape=" << (v->op ? "box" : "ellipse");
        if (backward_[i]) out << ", color=chocolate, fontcolor=chocolate";
        if (marked_[i]) out << ", penwidth=3";
        out << "]";
    }
    void edge(std::ostream& out, const Graph::Edge& e) const {
        const std::size_t from = graph_.index(e.consumer), to = graph_.index(target(e, graph_));
        out << "[dir=back";
        if (e.consumer->arity > 1) out << ", taillabel=\"" << e.input << '"';
        if (backward_[from]) out << ", color=chocolate";
        if (marked_[from] && marked_[to]) out << ", penwidth=3";
        out << "]";
    }

private:
    Frame& frame_of(const Node* v, Frame& pass) const {
        Frame* frame = &pass;
        if (!options_.scopes || !v->scope) return *frame;
        std::istringstream path(*v->scope);
        for (std::string part; std::getline(path, part, '/');) frame = &frame->inner[part];
        return *frame;
    }
    void write_frame(std::ostream& out, const std::string& name, const Frame& frame) {
        out << "subgraph cluster_" << frames_++ << " {\nlabel=\"" << in_quotes(name) << "\";\n";
        for (const std::size_t i : frame.vertices) out << i << ";\n";
        for (const auto& [inner, rest] : frame.inner) write_frame(out, inner, rest);
        out << "}\n";
    }

    const Graph& graph_;
    const DrawingOptions& options_;
    std::vector<bool> backward_, marked_;
    int frames_ = 0;
};

}  // namespace

void write_dot(std::ostream& out, const Graph& graph, const DrawingOptions& options) {
    Drawing drawing(graph, options);
    // A program's locale may group digits, those of the vertices' numbers, too.
    const auto id = boost::make_function_property_map<const Node*>(
        [&](const Node* v) { return std::to_string(graph.index(v)); });
    std::ostringstream text;
    text.imbue(std::locale::classic());
    boost::write_graphviz(
        text, graph, [&](std::ostream& o, const Node* v) { drawing.vertex(o, v); },
        [&](std::ostream& o, const Graph::Edge& e) { drawing.edge(o, e); },
        [&](std::ostream& o) { drawing.begin(o); }, id);
    out << text.str();
}

}  // namespace shikumi
