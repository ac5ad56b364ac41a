#include <shikumi/nn/losses/ctc.hpp>

#include <algorithm>

#include <shikumi/autograd/core/error.hpp>
#include <shikumi/autograd/ops/detail/required.hpp>
#include <shikumi/autograd/ops/detail/rows.hpp>
#include <shikumi/autograd/ops/ops.hpp>

namespace shikumi::nn {

namespace {

using shikumi::detail::checked_indices;
using shikumi::detail::required;

// The logarithm of nothing: far below any other summand, and finite, so that no gradient is NaN.
constexpr double log_of_nothing = -1e30;

// x[:, i] becomes out[:, i + by].
Tensor shifted(const Tensor& x, Index by, double fill) {
    const Index columns = x.shape().back();
    return pad(slice(x, 1, {0, std::max<Index>(columns - by, 0)}),
               {{0, 0}, {std::min(by, columns), 0}}, fill);
}

// Blank, symbol, blank, symbol, …, blank.
Tensor with_blanks(const Tensor& symbols) {
    const Index samples = symbols.shape().front(), length = symbols.shape().back();
    const Tensor pairs = reshape(stack({zeros_like(symbols), symbols}, 2), {samples, 2 * length});
    return concatenate({pairs, zeros({samples, 1}, symbols.dtype())}, 1);
}

// Zero, unless there is a sample whose symbols no path spells.
Tensor checked(const Tensor& symbols, Index steps) {
    const Tensor is_one = not_equal(symbols, 0), before = shifted(symbols, 1, 0);
    const Tensor begins = equal(arange(0, symbols.shape().back(), 1, i64), 0);
    const Tensor parted = logical_and(is_one, logical_and(logical_not(begins), equal(before, 0)));
    const Tensor repeated = logical_and(is_one, equal(symbols, before));
    const Tensor gaps = sum(parted.cast(i64));
    const Tensor needed = max(sum(is_one.cast(i64), 1) + sum(repeated.cast(i64), 1));
    return 0 * (required<ValueError>(gaps, equal(gaps, 0), "ctc",
                                     "zeros belong behind the last symbol, the number of symbols "
                                     "behind a zero is") +
                required<ValueError>(needed, needed <= steps, "ctc",
                                     sentence("predictions of ", steps,
                                              " steps are too few for symbols that need")));
}

Tensor ctc_of(const Tensor& labels, const Tensor& logits) {
    if (logits.rank() != 3)
        fail<ShapeError>(ctc.name(), "wants logits (N, T, K), got ", logits.shape());
    const Index samples = logits.shape()[0], steps = logits.shape()[1];
    const Tensor symbols = checked_indices("ctc", labels, logits.shape()[2]);
    const Tensor spelled = with_blanks(symbols);
    const Index states = spelled.shape().back();
    // What each state of the spelling costs at each step.
    const Tensor emitted = take_along_axis(
        log_softmax(logits), broadcast_to(expand_dims(spelled, 1), {samples, steps, states}), 2);
    const Tensor skips = logical_and(not_equal(spelled, 0),  // over the blank before it
                                     not_equal(spelled, shifted(spelled, 2, 0)));
    const Tensor place = arange(0, states, 1, i64);
    const auto at = [&](Index t) { return squeeze(slice(emitted, 1, {t, t + 1}), 1); };
    Tensor reached = where(place < 2, at(0), log_of_nothing);
    for (Index t = 1; t < steps; ++t) {
        const Tensor ways =
            stack({reached, shifted(reached, 1, log_of_nothing),
                   where(skips, shifted(reached, 2, log_of_nothing), log_of_nothing)});
        reached = logsumexp(ways, 0) + at(t);
    }
    const Tensor last = 2 * sum(not_equal(symbols, 0).cast(i64), 1, true);  // the final blank
    const Tensor ends = logical_or(equal(place, last), equal(place, last - 1));
    return checked(symbols, steps).cast(logits.dtype()) -
           logsumexp(where(ends, reached, log_of_nothing), 1);
}

}  // namespace

constinit const Loss ctc{"ctc", ctc_of, Targets::label_sequences};

Loss CTC(const LossOptions& options) { return ctc.with(options.reduction); }

}  // namespace shikumi::nn
