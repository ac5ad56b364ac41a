// CapturedProgram: a recording with its plan, to be run on new arguments.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <shikumi/autograd/evaluate/capture/recording.hpp>
#include <shikumi/autograd/evaluate/plan/pending_graph.hpp>
#include <shikumi/autograd/evaluate/plan/plan.hpp>
#include <shikumi/autograd/evaluate/run/executor.hpp>
#include <shikumi/autograd/graph/evaluation.hpp>

namespace shikumi::detail {

/// What one replay works with. Replays that run at once have one each.
struct CapturedRun {
    std::vector<const Node*> nodes;  // by the plan's numbers; unneeded ones are null
    std::vector<Tensor> results;     // to be moved from; undefined: absent
    std::vector<Tensor> held;        // while a replay runs: the results that are leaves
    std::vector<Tensor> made;        // while a replay runs: fresh nodes
    Executor executor;
};

/// Computes what a function has recorded. Each replay finds the values of the plan's nodes anew:
/// arguments, parameters and random keys where they are now, constants where they were.
class CapturedProgram {
public:
    /// Plans the recording. Constants that are small are computed here.
    CapturedProgram(const Recording& recording, const EvaluationOptions& options);
    ~CapturedProgram();
    CapturedProgram(const CapturedProgram&) = delete;
    CapturedProgram& operator=(const CapturedProgram&) = delete;

    /// What a first replay needs.
    std::unique_ptr<CapturedRun> new_run() const;
    /// Runs the plan on these arguments, whose values are known, and assigns the parameters. A
    /// failed replay leaves everything as it was.
    void replay(CapturedRun& run, std::span<const Node* const> arguments) const;
    /// Whether a replay changes something: one that does runs alone.
    bool has_effects() const noexcept { return !assigned_.empty() || !draws_.empty(); }

private:
    static constexpr std::uint32_t absent = ~std::uint32_t{0};

    CapturedProgram() = default;

    // The nodes are positions in `nodes_`.
    struct ArgumentLeaf {
        std::uint32_t node;
        std::size_t index;  // of the argument
    };
    struct ParameterNode {
        std::uint32_t node;
        ParameterState* parameter;
    };
    struct FreshNode {
        std::uint32_t node;
        Spec spec;
        const ParameterState* assigned;  // whose old leaf may serve again; null: none
    };

    void plan_recording(const Recording& recording, const EvaluationOptions& options);
    void find_leaves(const Recording& recording, const PendingGraph& graph);
    void find_assignments(const Recording& recording, const PendingGraph& graph);
    void find_fresh_nodes(const PendingGraph& graph);
    void find_results(const Recording& recording, const PendingGraph& graph);
    void keep_draws(const std::vector<RandomDraw>& draws);

    void bind_leaves(CapturedRun& run, std::span<const Node* const> arguments) const;
    void draw_random_keys() const noexcept;
    void give_random_keys_back() const noexcept;
    void make_fresh_nodes(CapturedRun& run) const;
    void assign_parameters(const CapturedRun& run) const;

    Plan plan_;
    std::vector<const Node*> nodes_;  // with those of the constants
    std::vector<ArgumentLeaf> arguments_;
    std::vector<Parameter> parameters_;  // keep their states alive
    std::vector<ParameterNode> read_, assigned_;
    std::vector<RandomDraw> draws_;  // in the order of drawing, read or not
    std::vector<Tensor> constants_;
    std::vector<FreshNode> fresh_;
    std::vector<std::uint32_t> results_;       // `absent`: an undefined Tensor
    std::vector<std::uint32_t> leaf_results_;  // the results that are leaves
};

}  // namespace shikumi::detail
