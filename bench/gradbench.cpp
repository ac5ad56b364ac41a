// gradbench [PROBLEM…]: the problems of GradBench by shikumi and by derivatives written by hand,
// first compared and then timed in turn. It prints a table in Markdown. It ends with 1 where
// derivatives differ by more than 1e-8 of the largest one, and with 2 for a name that no problem
// has.
#include "gradbench/problem.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include <shikumi/shikumi.hpp>

#include "beside.hpp"

namespace {

using gradbench::Derivatives;
using gradbench::largest_difference;
using gradbench::Problem;

constexpr double tolerance = 1e-8;
constexpr int rounds = 11;

// Complains of derivatives that are too far from the expected ones.
bool agree(const Problem& problem, const char* what, double difference) {
    if (difference <= tolerance) return true;
    std::fprintf(stderr, "%s (%s): %s differ by %.3g of the largest one, more than %.0e\n",
                 problem.name.c_str(), problem.size.c_str(), what, difference, tolerance);
    return false;
}

// Differences take long, so that they check a small problem's derivatives by hand.
bool check(const Problem& small, const Problem& full, double& difference) {
    const Derivatives expected = full.by_hand();
    const double recorded = largest_difference(full.recorded(), expected);
    full.captured();  // the next call replays
    const double captured = largest_difference(full.captured(), expected);
    difference = std::max(recorded, captured);
    const bool of_shikumi = agree(full, "derivatives by shikumi and by hand", difference);
    return agree(small, "derivatives by hand and by differences",
                 largest_difference(small.by_hand(), small.by_differences())) &&
           of_shikumi;
}

// As many calls as take 10 ms, so that a short disturbance is no large part of them.
struct Repeated {
    int calls;
    std::function<void()> run;

    explicit Repeated(const std::function<Derivatives()>& way) {
        const double once = std::min(bench::seconds(way), bench::seconds(way));
        calls = static_cast<int>(std::clamp(1e-2 / once, 1.0, 1e5));
        run = [way, calls = calls] {
            for (int i = 0; i < calls; ++i) way();
        };
    }
};

void print_row(const Problem& problem, double difference) {
    const Repeated hand(problem.by_hand), recorded(problem.recorded), captured(problem.captured);
    const bench::Comparison times =
        bench::compare_beside(hand.run, {recorded.run, captured.run}, rounds);
    std::printf("| %s | %s | %.1e | %.4g |", problem.name.c_str(), problem.size.c_str(), difference,
                1e6 * times.usual / hand.calls);
    for (const int way : {0, 1})
        std::printf(" %.4g |",
                    1e6 * times.ways[way].seconds / (way == 0 ? recorded : captured).calls);
    for (const int way : {0, 1})
        std::printf(" %.2f |",
                    times.ways[way].ratio * hand.calls / (way == 0 ? recorded : captured).calls);
    std::printf("\n");
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> wanted(argv + 1, argv + argc);
    const std::vector<Problem> small = gradbench::all_problems(gradbench::Size::small);
    const std::vector<Problem> full = gradbench::all_problems(gradbench::Size::full);
    for (const std::string& name : wanted) {
        if (std::ranges::count(full, name, &Problem::name) > 0) continue;
        std::fprintf(stderr, "no problem %s; the problems are", name.c_str());
        for (const Problem& problem : full) std::fprintf(stderr, " %s", problem.name.c_str());
        std::fprintf(stderr, "\n");
        return 2;
    }
    shikumi::set_num_threads(1);  // as many as the loops by hand have
    std::printf(
        "| problem | size | largest difference | hand, us | recorded, us | captured, us | "
        "recorded/hand | captured/hand |\n|---|---|---:|---:|---:|---:|---:|---:|\n");
    bool right = true;
    for (std::size_t i = 0; i < full.size(); ++i) {
        if (!wanted.empty() && std::ranges::count(wanted, full[i].name) == 0) continue;
        double difference = 0;
        right = check(small[i], full[i], difference) && right;
        print_row(full[i], difference);
    }
    return right ? 0 : 1;
}
