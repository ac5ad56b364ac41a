// Who may work on which graph: one thread at a time evaluates what a thread has recorded.
//
// A pending graph lies in one place: an edge to another thread's pending node evaluates that first.
// So an evaluation locks its own thread's place, which costs a few nanoseconds, since others come
// rarely: where they need a value that this thread has recorded and not computed, or differentiate
// what it has recorded.
#pragma once

#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace shikumi::detail {

/// While it lives, no other thread evaluates or follows the graph that this one has recorded.
class OwnGraph {
public:
    OwnGraph();
    ~OwnGraph();
    OwnGraph(const OwnGraph&) = delete;
    OwnGraph& operator=(const OwnGraph&) = delete;

private:
    std::recursive_mutex& mutex_;
};

/// The places of other threads in which this one works. A copy has entered none.
class ForeignGraphs {
public:
    ForeignGraphs() = default;
    ~ForeignGraphs() { leave(); }
    ForeignGraphs(const ForeignGraphs&) noexcept {}
    ForeignGraphs(ForeignGraphs&& other) noexcept : homes_(std::exchange(other.homes_, {})) {}
    ForeignGraphs& operator=(ForeignGraphs other) noexcept {
        homes_.swap(other.homes_);
        return *this;
    }
    /// Waits until nobody else works in the place `home`, nor in several.
    void enter(std::uint16_t home);
    /// Lets others work there.
    void leave() noexcept;

private:
    std::vector<std::uint16_t> homes_;
};

}  // namespace shikumi::detail
