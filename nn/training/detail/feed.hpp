// Feed: the batches that a loop goes through.
#pragma once

#include <string_view>
#include <vector>

#include <shikumi/nn/state_fields.hpp>
#include <shikumi/nn/training/batch.hpp>
#include <shikumi/nn/training/batch_source.hpp>
#include <shikumi/nn/training/compile_options.hpp>
#include <shikumi/nn/training/trainable.hpp>

namespace shikumi::nn::detail {

struct Samples;

/// Batches, pass by pass.
class Feed {
public:
    virtual ~Feed() = default;
    /// How many batches a pass has; 0 where that isn't known.
    virtual Index count() const = 0;
    /// Begins a new pass.
    virtual void restart() = 0;
    /// Goes on to the next batch of the pass; false where there is none left.
    virtual bool next() = 0;
    /// The batch.
    virtual const Batch& batch() const = 0;
    /// Throws ValueError where x or y of the batch hold NaN or infinity.
    virtual void check_finite() const = 0;
    /// Visits where it is, but not the batch.
    virtual void visit_state(StateFields& fields) = 0;
    /// The samples of all batches; null where a source gives them.
    virtual const Samples* samples() const { return nullptr; }
};

/// Throws ValueError where a tensor holds NaN or infinity, naming the sample: `rows[i]` for row i,
/// or i where there are no rows.
void check_finite(const std::vector<Tensor>& tensors, const char* what,
                  const Index* rows = nullptr);

/// The batches of a source, checked against the model one by one.
class SourceFeed final : public Feed {
public:
    /// Batches for `caller`; options are null where the model isn't compiled.
    SourceFeed(std::string_view caller, Trainable& model, const CompileOptions* options,
               BatchSource source)
        : caller_(caller), model_(model), options_(options), source_(std::move(source)) {}

    /// Looks at the first batch, which builds the model. Throws ValueError where there is none.
    const Batch& first();

    Index count() const override { return source_.size(); }
    void restart() override;
    bool next() override;
    const Batch& batch() const override { return batch_; }
    void check_finite() const override;
    void visit_state(StateFields& fields) override;

private:
    std::optional<Batch> ask();
    void pass_over(Index asked, std::string_view reading);

    std::string_view caller_;
    Trainable& model_;
    const CompileOptions* options_;
    BatchSource source_;
    Batch batch_;
    Index asked_ = 0;      // times, in this pass
    bool looked_ = false;  // the batch is yet to be handed out
    bool gave_ = false;    // a batch, when it was asked last
    bool at_end_ = false;  // the end of the pass is yet to be seen
};

/// How a loop goes through a feed: whole passes, or a number of batches at a time. An epoch ends
/// where the pass ends, too; then the next one begins a new pass.
class Epochs {
public:
    /// Steps an epoch; 0: whole passes.
    Epochs(std::string_view caller, Feed& feed, Index steps)
        : caller_(caller), feed_(feed), steps_(steps) {}

    /// How many batches an epoch has; 0 where that isn't known yet.
    Index count() const { return steps_ > 0 ? steps_ : feed_.count(); }
    /// Begins an epoch. With a number of steps it goes on where the last one stopped, unless
    /// `anew`.
    void begin(bool anew = false);
    /// Goes on to the next batch; false at the end of the epoch. Throws ValueError where it has no
    /// batch at all.
    bool next();
    /// Visits where it is, so that the epoch goes on from there.
    void visit_state(StateFields& fields);
    const Feed& feed() const noexcept { return feed_; }
    const Batch& batch() const { return feed_.batch(); }

private:
    std::string_view caller_;
    Feed& feed_;
    Index steps_, taken_ = 0;
    bool ended_ = true;  // the pass
};

}  // namespace shikumi::nn::detail
