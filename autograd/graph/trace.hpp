// Trace: a function is recorded on placeholders, for a transform of its graph.
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <shikumi/autograd/graph/tensor.hpp>
#include <shikumi/autograd/memory/random.hpp>

namespace shikumi::detail {

/// One draw from a generator: the leaf that holds the key of the random numbers, and the key that
/// the generator gives next.
struct RandomDraw {
    Tensor key;
    std::shared_ptr<RandomKey> generator;
};

/// While it lives, it takes down this thread's draws of random numbers. Several may be nested: each
/// takes down all draws.
class DrawLog {
public:
    DrawLog() noexcept;
    ~DrawLog();
    DrawLog(const DrawLog&) = delete;
    DrawLog& operator=(const DrawLog&) = delete;
    /// Whether one lives on this thread.
    static bool active() noexcept;
    /// Adds a draw to every log of this thread.
    static void add(const Tensor& key, const std::shared_ptr<RandomKey>& generator);

    /// The draws in their order, which the log forgets.
    std::vector<RandomDraw> take() noexcept { return std::move(draws_); }

private:
    DrawLog* outer_;
    std::vector<RandomDraw> draws_;
};

/// A leaf that gets its value later.
Tensor pending_leaf(const Spec& spec);

/// While it lives, this thread records a function on leaves without values, for a transform of its
/// graph. Neither `Eager` nor the folding of long graphs evaluates what the function records, and
/// no value that depends on such a leaf can be looked at.
class Trace {
public:
    /// `transform` is the name in errors.
    explicit Trace(std::string_view transform) noexcept;
    ~Trace();
    Trace(const Trace&) = delete;
    Trace& operator=(const Trace&) = delete;
    /// The innermost one of this thread; null where none lives.
    static Trace* current() noexcept;

    /// Whether `t` depends on no leaf without a value.
    static bool known(const Tensor& t);
    /// Throws StateError where `t` is not known.
    void want_known(const Tensor& t) const;
    /// Throws StateError: `what` isn't done in a function that is traced.
    [[noreturn]] void refuse(std::string_view what) const;

private:
    std::string_view transform_;
    Trace* outer_;
    bool eager_;
};

}  // namespace shikumi::detail
