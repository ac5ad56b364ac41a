#include <shikumi/optim/detail/line_search.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace shikumi::optim::detail {

namespace {

constexpr double enough_descent = 1e-4, enough_flatness = 0.9;

// The lowest place between `low` and `high` of the cubic through two places with their slopes; the
// middle where it has none.
double cubic_minimum(const Point& p, const Point& q, double low, double high) {
    const Point &a = p.length <= q.length ? p : q, &b = p.length <= q.length ? q : p;
    const double d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.length - b.length);
    const double square = d1 * d1 - a.slope * b.slope;
    if (!(square >= 0)) return (low + high) / 2;
    const double d2 = std::sqrt(square);
    const double place =
        b.length - (b.length - a.length) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2));
    return std::min(std::max(place, low), high);
}

class Search {
public:
    Search(const StrongWolfe& how, const std::function<Point(double)>& along, const Point& start)
        : how_(how), along_(along), start_(start) {}

    Point run() {
        bracket(how_.first);
        if (!found_) narrow();
        return low_;
    }

private:
    bool too_high(const Point& p) const {
        return !(p.value <= start_.value + enough_descent * p.length * start_.slope);
    }
    bool flat(const Point& p) const { return std::abs(p.slope) <= -enough_flatness * start_.slope; }
    void set(const Point& a, const Point& b) {
        const bool falls = b.value < a.value;  // false for NaN
        low_ = falls ? b : a;
        high_ = falls ? a : b;
    }

    // Goes on until a minimum must lie between two places, or is met.
    void bracket(double first) {
        Point previous = start_, now = along_(first);
        for (; tries_ < how_.tries; ++tries_) {
            if (too_high(now) || (tries_ > 1 && now.value >= previous.value) ||
                (!flat(now) && now.slope >= 0))
                return set(previous, now);
            if (flat(now)) {
                low_ = now;
                found_ = true;
                return;
            }
            const double next = cubic_minimum(
                previous, now, now.length + 0.01 * (now.length - previous.length), now.length * 10);
            previous = std::exchange(now, along_(next));
        }
        set(start_, now);
    }

    // Narrows the interval around a minimum.
    void narrow() {
        bool slow = false;
        for (; tries_ < how_.tries && !found_; ++tries_) {
            const double left = std::min(low_.length, high_.length);
            const double right = std::max(low_.length, high_.length);
            if ((right - left) * how_.reach < how_.least) return;
            double t = cubic_minimum(low_, high_, left, right);
            // A place close to an end brings little. After two of them it moves inwards.
            const double margin = 0.1 * (right - left);
            const bool close = std::min(right - t, t - left) < margin;
            if (close && (slow || t >= right || t <= left)) {
                t = std::abs(t - right) < std::abs(t - left) ? right - margin : left + margin;
                slow = false;
            } else {
                slow = close;
            }
            take(along_(t));
        }
    }

    void take(const Point& p) {
        if (too_high(p) || p.value >= low_.value) return set(low_, p);
        found_ = flat(p);
        if (!found_ && p.slope * (high_.length - low_.length) >= 0) high_ = low_;
        low_ = p;
    }

    const StrongWolfe& how_;
    const std::function<Point(double)>& along_;
    const Point& start_;
    Point low_ = {},
          high_ = {};  // the ends of the interval: that of the lower value, and the other
    Index tries_ = 0;
    bool found_ = false;
};

}  // namespace

Point StrongWolfe::search(const std::function<Point(double length)>& along,
                          const Point& start) const {
    return Search(*this, along, start).run();
}

}  // namespace shikumi::optim::detail
