// DetectAnomaly: finds the operation that makes the first NaN or infinity.
#pragma once

#include <memory>

#include <shikumi/autograd/core/error.hpp>

namespace shikumi {

/// An operation that made NaN or an infinity of finite numbers.
class AnomalyError : public Error {
    using Error::Error;
};

/// While it lives, each operation that this thread records is evaluated at once, as under `Eager`,
/// and one that makes NaN or an infinity of inputs that are all finite throws AnomalyError, on the
/// line that recorded it: forward, or backward, in the derivative of another one. The error names
/// the operation, its layer, shapes and dtypes, the first such element, and the line where this
/// guard began. Functions under `capture` are called, not replayed. Without such a guard nothing
/// costs more. An infinity that a later `where` leaves out is an anomaly, too.
class DetectAnomaly {
public:
    /// Begins on this line: the caller's. clang 14 has no std::source_location.
    explicit DetectAnomaly(const char* file = __builtin_FILE(),
                           int line = __builtin_LINE()) noexcept;
    /// Ends: what was before holds again.
    ~DetectAnomaly();
    DetectAnomaly(const DetectAnomaly&) = delete;
    DetectAnomaly& operator=(const DetectAnomaly&) = delete;

private:
    bool eager_;
    void (*evaluate_)(const class Tensor&);
    const char* outer_file_;
    int outer_line_;
};

/// A DetectAnomaly on the heap, for options that make a guard: `{.guard = detect_anomaly}` of
/// `fit`.
std::shared_ptr<void> detect_anomaly();

}  // namespace shikumi
