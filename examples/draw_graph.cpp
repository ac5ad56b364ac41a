// The graph of a network belongs to you: Boost's algorithms run on it, and Graphviz draws it.
#include <shikumi/graph.hpp>
#include <shikumi/shikumi.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <boost/graph/dag_shortest_paths.hpp>
#include <boost/graph/dominator_tree.hpp>
#include <boost/property_map/function_property_map.hpp>

#include "common/run.hpp"

using namespace shikumi;

namespace {

using Seconds = std::map<const Node*, double>;

// Evaluates one node after the other and takes their times.
Seconds measured(const Graph& graph) {
    using Clock = std::chrono::steady_clock;
    Seconds seconds;
    for (const Node* v : graph.nodes()) {
        const auto begin = Clock::now();
        evaluate(graph.tensor(v));
        seconds[v] = std::chrono::duration<double>(Clock::now() - begin).count();
    }
    return seconds;
}

// The chain of operations below `root` that takes longest: no number of cores makes the whole
// faster. The shortest path where an edge is as long as minus the time of its consumer.
std::vector<const Node*> critical_path(const Graph& graph, const Node* root,
                                       const Seconds& seconds) {
    std::map<const Node*, double> distances;
    std::map<const Node*, const Node*> consumers;
    for (const Node* v : graph.nodes()) consumers[v] = v;
    boost::dag_shortest_paths(
        graph, root,
        boost::weight_map(boost::make_function_property_map<Graph::Edge>(
                              [&](const Graph::Edge& e) { return -seconds.at(e.consumer); }))
            .distance_map(boost::make_assoc_property_map(distances))
            .predecessor_map(boost::make_assoc_property_map(consumers)));
    const Node* v =
        std::ranges::min_element(distances, {}, [](const auto& d) { return d.second; })->first;
    std::vector<const Node*> path{v};
    while (consumers.at(v) != v) path.push_back(v = consumers.at(v));
    return path;
}

// For each vertex the nearest one that all ways from the loss to it lead through.
std::map<const Node*, const Node*> dominators(const Graph& graph, const Node* root) {
    std::map<const Node*, const Node*> found;
    boost::lengauer_tarjan_dominator_tree(graph, root, boost::make_assoc_property_map(found));
    return found;
}

void draw_graph(const examples::Options& options) {
    nn::Sequential model{nn::Dense(64, {.activation = nn::relu, .input_dim = 4, .name = "hidden"}),
                         nn::Dense(3, {.activation = nn::softmax, .name = "output"})};
    const auto [x, labels] = datasets::lecture_patterns();
    const Tensor y = nn::to_categorical(labels);
    const Tensor loss = mean(nn::categorical_crossentropy(y, model(x)));
    const std::vector<Parameter> parameters = model.trainable_weights();
    std::vector<Tensor> roots = grad(loss, {parameters.begin(), parameters.end()});
    const Tensor first_slope = roots.front();
    roots.push_back(loss);
    const Graph forward(loss), all(roots);
    std::cout << "The loss has " << num_vertices(forward) << " nodes and " << num_edges(forward)
              << " edges, with its derivatives " << num_vertices(all) << " and " << num_edges(all)
              << ".\n\nwhat each parameter's part in the loss goes through first:\n";
    const auto gates = dominators(forward, loss.node());
    for (const Parameter& p : parameters) {
        const Node* const gate = gates.at(p.value().node());
        std::cout << "  " << std::left << std::setw(16) << p.name() << forward.name(gate) << ' '
                  << forward.spec(gate) << '\n';
    }

    const Graph last(first_slope);  // what ends the backward pass
    const Seconds seconds = measured(last);
    const auto path = critical_path(last, first_slope.node(), seconds);
    std::cout << "\nthe critical path to the first weights' derivative, in microseconds:\n"
              << std::fixed << std::setprecision(1);
    for (const Node* v : path) {
        if (v->op)
            std::cout << std::right << std::setw(8) << 1e6 * seconds.at(v) << "  " << last.name(v)
                      << ' ' << last.spec(v) << '\n';
    }

    std::filesystem::create_directories(options.out);
    const DrawingOptions drawing{.forward = {loss}, .marked = path};
    const auto dot = options.out / "draw_graph.dot", svg = options.out / "draw_graph.svg";
    std::ofstream file(dot);
    write_dot(file, all, drawing);
    std::cout << "\nwrote " << dot.string() << '\n';
    try {
        std::ofstream(svg) << to_svg(all, drawing);
        std::cout << "wrote " << svg.string() << '\n';
    } catch (const IoError& error) {
        std::cout << error.what() << '\n';
    }
}

}  // namespace

int main(int argc, char** argv) {
    return examples::run_example(argc, argv, "a network's graph by Boost and by Graphviz",
                                 {.training = examples::Training::none}, draw_graph);
}
