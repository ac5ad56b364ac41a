// Profile: where evaluations spend their time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace shikumi {

namespace detail {
class ProfileRecords;
}  // namespace detail

/// Times the evaluations of this thread while it lives, operation by operation:
///
///     Profile p;
///     model.fit(x, y);
///     std::cout << p.report();
///
/// Evaluations count in the same way whether their graphs are new, known from before, or replayed
/// by `capture`, as the steps of `fit` are. Work that other threads do for an evaluation is part of
/// the time that the evaluation takes. Profiles may be nested: the inner one counts, and adds its
/// rows to the outer one when it ends. A Profile belongs to the thread that made it. Where none
/// lives, nothing is timed and nothing costs more.
class Profile {
public:
    /// All calls of one operation in one layer, added up.
    struct Row {
        /// The operation's name, or "multiply+add+tanh" where pointwise operations ran as one loop:
        /// of more than four, the first and last two and the number of all. In the layer
        /// "(evaluator)" stand "recognise", "plan", "bind" (take memory) and "publish", which
        /// precede and follow the operations.
        std::string name;
        std::string layer;       ///< path of the layer; a loop's first operation's; "": none
        std::int64_t calls = 0;  ///< number of calls
        double seconds = 0;      ///< time of all calls together
        double flops = 0;        ///< floating-point operations, as `Op::flops` counts them
        double bytes = 0;        ///< bytes of the arrays that are read and written

        /// Adds the figures of `other`; name and layer stay.
        Row& operator+=(const Row& other) noexcept;
    };

    /// Begins to time this thread's evaluations.
    Profile();
    /// Ends it, and adds the rows to the enclosing Profile.
    ~Profile();
    Profile(const Profile&) = delete;
    Profile& operator=(const Profile&) = delete;

    /// One row for each name in each layer, in the order of falling time.
    std::vector<Row> rows() const;
    /// One row for each name, in the order of falling time; `layer` is empty.
    std::vector<Row> by_operation() const;
    /// One row for each layer, in the order of falling time; `name` is empty.
    std::vector<Row> by_layer() const;
    /// Three tables for people, of at most `most_rows` rows each: by operation, by layer, and by
    /// both. Above them stand the times in all, and the name of the kernels by which OpenBLAS
    /// multiplies.
    std::string report(std::size_t most_rows = 20) const;
    /// Writes the beginning and duration of the first million calls as Chrome's trace events: JSON
    /// for ui.perfetto.dev and chrome://tracing. Throws IoError where `file` can't be written; an
    /// existing file stays as it was then.
    void write_trace(const std::string& file) const;

private:
    std::unique_ptr<detail::ProfileRecords> records_;
};

}  // namespace shikumi
