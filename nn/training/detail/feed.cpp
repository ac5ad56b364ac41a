#include <shikumi/nn/training/detail/feed.hpp>

#include <utility>

#include <shikumi/autograd/core/blame.hpp>
#include <shikumi/autograd/core/error.hpp>
#include <shikumi/nn/training/detail/rows.hpp>
#include <shikumi/nn/training/detail/samples.hpp>

namespace shikumi::nn::detail {

void check_finite(const std::vector<Tensor>& tensors, const char* what, const Index* rows) {
    for (const Tensor& t : tensors) {
        if (!t.defined()) continue;
        const Index bad = non_finite_row(t.array());
        if (bad >= 0)
            fail<ValueError>("fit", what, " holds NaN or infinity in sample ",
                             rows ? rows[bad] : bad);
    }
}

const Batch& SourceFeed::first() {
    if (!next()) {
        source_.restart();  // it may stand at the end of an epoch
        if (!next()) fail<ValueError>(caller_, "the source of batches gave none");
    }
    looked_ = true;
    return batch_;
}

void SourceFeed::restart() {
    if (looked_) return;
    at_end_ = gave_ = false;
    source_.restart();
    if (source_.has_passes()) asked_ = 0;
}

bool SourceFeed::next() {
    if (looked_) {
        looked_ = false;
        return true;
    }
    if (std::exchange(at_end_, false)) return false;
    std::optional<Batch> given = ask();
    if (!given) return false;
    batch_ = checked_batch(caller_, model_, options_, std::move(*given));
    return true;
}

std::optional<Batch> SourceFeed::ask() {
    ++asked_;
    std::optional<Batch> batch = shikumi::detail::blaming(
        "fit", [] { return std::string("in the source of batches"); },
        [&] { return source_.next(); });
    gave_ = batch.has_value();
    return batch;
}

void SourceFeed::check_finite() const {
    detail::check_finite(batch_.x, "x");
    detail::check_finite(batch_.y, "y");
}

// Where the batch that is looked at is yet to be handed out, the source is past it. After the last
// element of a pass a loader says that it is before the first one of the next: the end of the pass
// is yet to be seen then.
void SourceFeed::visit_state(StateFields& fields) {
    Index asked = asked_;
    Config position;
    if (!fields.reading() && source_.has_position()) position = source_.position();
    const Config* const element = position.find("element");
    bool at_end = at_end_ || (gave_ && element && *element == Config(0));
    fields("looked", looked_)("asked", asked)("position", position)("at_end", at_end);
    if (!fields.reading()) return;
    if (source_.has_position() && !position.is_null()) {
        source_.restore(position);
        asked_ = asked;
        at_end_ = at_end;
        gave_ = false;
    } else {
        pass_over(asked, fields.path("asked"));
    }
}

void SourceFeed::pass_over(Index asked, std::string_view reading) {
    if (source_.has_passes()) {
        source_.restart();
        asked_ = 0;
    }
    if (asked < asked_)
        fail<ValueError>(reading, "the source of batches was asked ", asked, " times, and by now ",
                         asked_, " times");
    while (asked_ < asked) ask();
}

void Epochs::begin(bool anew) {
    if (steps_ == 0 || anew || ended_) feed_.restart();
    ended_ = false;
    taken_ = 0;
}

bool Epochs::next() {
    if (steps_ > 0 && taken_ == steps_) return false;
    if (!feed_.next()) {
        // The last epoch may have taken the last batch of the pass.
        const bool at_start = taken_ == 0 && steps_ > 0;
        if (at_start) feed_.restart();
        if (!at_start || !feed_.next()) {
            ended_ = true;
            if (taken_ == 0) fail<ValueError>(caller_, "the source has no batch for this epoch");
            return false;
        }
    }
    ++taken_;
    return true;
}

void Epochs::visit_state(StateFields& fields) {
    fields("taken", taken_)("ended", ended_);
    feed_.visit_state(fields);
}

}  // namespace shikumi::nn::detail
