// Recurrent layers: comparison with plain loops in double, options, refused arguments.
#include <cmath>
#include <vector>

#include <shikumi/autograd/graph/evaluation.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/nn/input.hpp>
#include <shikumi/nn/layers/core/dense.hpp>
#include <shikumi/nn/layers/core/embedding.hpp>
#include <shikumi/nn/layers/core/masking.hpp>
#include <shikumi/nn/layers/recurrent/bidirectional.hpp>
#include <shikumi/nn/layers/recurrent/gru.hpp>
#include <shikumi/nn/layers/recurrent/lstm.hpp>
#include <shikumi/nn/layers/recurrent/simple_rnn.hpp>
#include <shikumi/nn/layers/recurrent/time_distributed.hpp>
#include <shikumi/nn/layers/reshaping/repeat_vector.hpp>
#include <shikumi/nn/models/model.hpp>
#include <shikumi/nn/models/sequential.hpp>
#include <shikumi/nn/tools/check_layer.hpp>

#include "catch.hpp"
#include "support/difference.hpp"

using namespace shikumi;
using nn::Mode;
using shikumi_test::contains;
using shikumi_test::difference;

namespace {

using Numbers = std::vector<double>;

Tensor sample(const Shape& shape, std::uint64_t seed = 3) {
    Generator rng(seed);
    const Tensor x = random_normal(shape, rng, 0, 1, f64);
    evaluate(x);
    return x;
}

Tensor steps(const Tensor& x, Index from, Index to) { return slice(x, 1, {from, to}); }

// A vector times a column of a matrix (in, out).
double product(const Numbers& x, const Tensor& matrix, Index column) {
    const auto m = matrix.to_vector<double>();
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        sum +=
            x[i] *
            m[i * static_cast<std::size_t>(matrix.shape()[1]) + static_cast<std::size_t>(column)];
    return sum;
}

double sigma(double x) { return 1 / (1 + std::exp(-x)); }

// A step of a cell for one sample; updates the states.
using NaiveStep = std::function<void(const Numbers& x, std::vector<Numbers>& states)>;

// The first state after each step, (batch, time, units).
Tensor naive(const Tensor& x, Index units, std::size_t states, const NaiveStep& step) {
    const auto values = x.to_vector<double>();
    const Index batch = x.shape()[0], time = x.shape()[1], width = x.shape()[2];
    Numbers out;
    for (Index b = 0; b < batch; ++b) {
        std::vector<Numbers> state(states, Numbers(static_cast<std::size_t>(units)));
        for (Index t = 0; t < time; ++t) {
            const auto at = values.begin() + (b * time + t) * width;
            step(Numbers(at, at + width), state);
            out.insert(out.end(), state[0].begin(), state[0].end());
        }
    }
    return tensor(out, {batch, time, units});
}

template <class L>
std::vector<Tensor> random_weights(L& layer, const Spec& input) {
    layer.ensure_built(input);
    Generator rng(8);
    std::vector<Tensor> values;
    for (Parameter w : layer.weights()) {
        w.assign(random_normal(w.shape(), rng, 0, 0.7, w.dtype()));
        values.push_back(w.value());
    }
    return values;
}

NaiveStep naive_gru(const std::vector<Tensor>& w, bool reset_after) {
    const auto bias = w[2].to_vector<double>();
    return [=](const Numbers& x, std::vector<Numbers>& states) {
        const Numbers h = states[0];
        const auto u = static_cast<Index>(h.size());
        const auto gate = [&](Index j) {
            const double second = reset_after ? bias[static_cast<std::size_t>(3 * u + j)] : 0;
            return sigma(product(x, w[0], j) + bias[static_cast<std::size_t>(j)] +
                         product(h, w[1], j) + second);
        };
        Numbers reset = h;
        for (Index j = 0; j < u; ++j) reset[static_cast<std::size_t>(j)] *= gate(u + j);
        for (Index j = 0; j < u; ++j) {
            const Index k = 2 * u + j;
            const double recalled =
                reset_after ? gate(u + j) *
                                  (product(h, w[1], k) + bias[static_cast<std::size_t>(3 * u + k)])
                            : product(reset, w[1], k);
            const double candidate =
                std::tanh(product(x, w[0], k) + bias[static_cast<std::size_t>(k)] + recalled);
            const double z = gate(j);
            states[0][static_cast<std::size_t>(j)] =
                z * h[static_cast<std::size_t>(j)] + (1 - z) * candidate;
        }
    };
}

NaiveStep naive_lstm(const std::vector<Tensor>& w) {
    const auto bias = w[2].to_vector<double>();
    return [=](const Numbers& x, std::vector<Numbers>& states) {
        const Numbers h = states[0];
        const auto u = static_cast<Index>(h.size());
        const auto sum = [&](Index j) {
            return product(x, w[0], j) + bias[static_cast<std::size_t>(j)] + product(h, w[1], j);
        };
        for (Index j = 0; j < u; ++j) {
            double& c = states[1][static_cast<std::size_t>(j)];
            c = sigma(sum(u + j)) * c + sigma(sum(j)) * std::tanh(sum(2 * u + j));
            states[0][static_cast<std::size_t>(j)] = sigma(sum(3 * u + j)) * std::tanh(c);
        }
    };
}

// Two samples of five steps with three features. The steps from 3 on (first sample) and from 2 on
// (second sample) are padding.
Tensor padded() {
    const Tensor keep = tensor({{1, 1, 1, 0, 0}, {1, 1, 0, 0, 0}}, f64);
    const Tensor x = sample({2, 5, 3}) * expand_dims(keep, -1);
    evaluate(x);
    return x;
}

}  // namespace

TEST_CASE("recurrent layers have Keras's weights", "[recurrent]") {
    const auto count = [](auto layer) {
        layer.ensure_built(Spec{Shape{1, 28, 28}, f32});
        return layer.count_params();
    };
    CHECK(count(nn::LSTM(32)) == 7808);
    CHECK(count(nn::GRU(32)) == 5952);
    CHECK(count(nn::GRU(32, {.reset_after = false})) == 5856);
    CHECK(count(nn::SimpleRNN(32)) == 1952);
    CHECK(count(nn::LSTM(32, {.use_bias = false})) == 7680);
    CHECK(count(nn::Bidirectional(nn::LSTM(32))) == 2 * 7808);

    nn::LSTM lstm(2, {.name = "memory"});
    lstm.ensure_built(Spec{Shape{1, 4, 3}, f32});
    const auto weights = lstm.weights();
    REQUIRE(weights.size() == 3);
    CHECK(weights[0].shape() == Shape{3, 8});
    CHECK(weights[1].shape() == Shape{2, 8});
    CHECK_THAT(weights[1].name(), contains("memory/lstm_cell"));
    CHECK(weights[2].value().to_vector<int>() == std::vector<int>{0, 0, 1, 1, 0, 0, 0, 0});
    const Tensor rows = matmul(weights[1].value(), transpose(weights[1].value()));
    CHECK(max(abs(rows - eye(2))).item<float>() < 1e-5F);  // orthogonal
    CHECK_THAT(lstm.label(), contains("3→2"));

    const nn::LSTM twin = nn::LSTM(lstm);  // a copy of a built layer shares its weights
    CHECK(twin.cell().weights()[0] == weights[0]);
}

TEST_CASE("recurrent layers agree with plain loops", "[recurrent]") {
    const Tensor x = sample({3, 6, 4});
    for (const bool reset_after : {true, false}) {
        nn::GRU gru(5, {.reset_after = reset_after, .return_sequences = true, .dtype = f64});
        const auto w = random_weights(gru, x.spec());
        CHECK(difference(gru(x), naive(x, 5, 1, naive_gru(w, reset_after))) < 1e-12);
    }
    for (const double mostly_nothing : {0.0, 1e-300}) {  // 1e-300 computes single steps
        nn::LSTM lstm(
            5, {.recurrent_dropout = mostly_nothing, .return_sequences = true, .dtype = f64});
        const auto w = random_weights(lstm, x.spec());
        CHECK(difference(lstm(x, Mode::train), naive(x, 5, 2, naive_lstm(w))) < 1e-12);
    }
    nn::SimpleRNN rnn(5, {.return_sequences = true, .dtype = f64});
    const auto w = random_weights(rnn, x.spec());
    const auto bias = w[2].to_vector<double>();
    CHECK(difference(rnn(x), naive(x, 5, 1, [&](const Numbers& in, std::vector<Numbers>& states) {
                         const Numbers h = states[0];
                         for (std::size_t j = 0; j < 5; ++j) {
                             const auto k = static_cast<Index>(j);
                             states[0][j] =
                                 std::tanh(product(in, w[0], k) + bias[j] + product(h, w[1], k));
                         }
                     })) < 1e-12);
}

TEST_CASE("check_layer passes the recurrent layers", "[recurrent]") {
    const Shape shape{3, 4, 2};
    CHECK_NOTHROW(nn::check_layer(nn::SimpleRNN(3), shape));
    CHECK_NOTHROW(nn::check_layer(nn::SimpleRNN(3, {.return_sequences = true}), shape));
    CHECK_NOTHROW(nn::check_layer(nn::LSTM(3), shape));
    CHECK_NOTHROW(
        nn::check_layer(nn::LSTM(3, {.return_sequences = true, .go_backwards = true}), shape));
    CHECK_NOTHROW(
        nn::check_layer(nn::LSTM(2, {.activation = nn::softsign, .dropout = 0.3}), shape));
    CHECK_NOTHROW(nn::check_layer(nn::GRU(3), shape));
    CHECK_NOTHROW(
        nn::check_layer(nn::GRU(2, {.use_bias = false, .recurrent_dropout = 0.3}), shape));
    CHECK_NOTHROW(
        nn::check_layer(nn::GRU(3, {.reset_after = false, .return_sequences = true}), shape));
    for (const nn::MergeMode merge :
         {nn::MergeMode::concat, nn::MergeMode::sum, nn::MergeMode::mul, nn::MergeMode::ave}) {
        CHECK_NOTHROW(nn::check_layer(
            nn::Bidirectional(nn::LSTM(2, {.return_sequences = true}), {.merge_mode = merge}),
            shape));
    }
    CHECK_NOTHROW(nn::check_layer(nn::TimeDistributed(nn::Dense(3)), shape));
    CHECK_NOTHROW(nn::check_layer(nn::RepeatVector(4), {3, 2}));
    CHECK_NOTHROW(nn::check_layer(nn::LSTMCell(3), {3, 2}));
    CHECK_NOTHROW(nn::check_layer(nn::GRUCell(3, {.reset_after = false}), {3, 2}));
    CHECK_NOTHROW(nn::check_layer(nn::RNN(nn::SimpleRNNCell(3)), shape));
}

TEST_CASE("a recurrent layer runs backwards", "[recurrent]") {
    const Tensor x = sample({2, 5, 3});
    nn::LSTM forward(4, {.return_sequences = true, .dtype = f64});
    const auto w = random_weights(forward, x.spec());
    nn::LSTM backward(4, {.return_sequences = true, .go_backwards = true, .dtype = f64});
    backward.ensure_built(x.spec());
    for (std::size_t i = 0; i < w.size(); ++i) backward.weights()[i].assign(w[i]);
    CHECK(difference(backward(x), forward(flip(x, 1))) < 1e-14);

    nn::Bidirectional both(nn::LSTM(4, {.return_sequences = true, .dtype = f64}));
    both.ensure_built(x.spec());
    for (std::size_t i = 0; i < 6; ++i) both.weights()[i].assign(w[i % 3]);
    CHECK(difference(both(x), concatenate({forward(x), flip(backward(x), 1)}, -1)) < 1e-14);
}

TEST_CASE("a recurrent layer returns and takes its states", "[recurrent]") {
    const Tensor x = sample({2, 6, 3});
    nn::LSTM lstm(4, {.return_sequences = true, .return_state = true, .dtype = f64});
    const std::vector<Tensor> all = lstm(std::vector{x});
    REQUIRE(all.size() == 3);
    CHECK(difference(all[1], squeeze(slice(all[0], 1, {5, 6}), 1)) == 0);

    const auto half = lstm(std::vector{steps(x, 0, 3)});
    const auto rest = lstm(std::vector{steps(x, 3, 6), half[1], half[2]});
    CHECK(difference(rest[0], steps(all[0], 3, 6)) < 1e-14);
    CHECK(difference(rest[2], all[2]) < 1e-14);
    CHECK_THROWS_AS(lstm(std::vector{x, half[1]}), ShapeError);
    CHECK_THROWS_AS(lstm(std::vector{x, sample({3, 4}), half[2]}), ShapeError);

    nn::Bidirectional both(nn::GRU(4, {.return_state = true, .dtype = f64}),
                           {.merge_mode = nn::MergeMode::none});
    CHECK(both(std::vector{x}).size() == 4);
    CHECK_THROWS_AS(both(x), ValueError);
}

TEST_CASE("a stateful layer continues from its last states", "[recurrent]") {
    const Tensor x = sample({2, 6, 3});
    nn::GRU whole(4, {.return_sequences = true, .dtype = f64});
    nn::GRU parts(4, {.return_sequences = true, .stateful = true, .dtype = f64});
    const auto w = random_weights(whole, x.spec());
    parts.ensure_built(x.spec());
    for (std::size_t i = 0; i < w.size(); ++i) parts.weights()[i].assign(w[i]);
    const Tensor y = whole(x);
    CHECK(difference(parts(steps(x, 0, 4)), steps(y, 0, 4)) < 1e-14);
    CHECK(difference(parts(steps(x, 4, 6)), steps(y, 4, 6)) < 1e-14);
    try {
        parts(sample({3, 2, 3}));
        FAIL();
    } catch (const ShapeError& e) {
        CHECK_THAT(std::string(e.what()), contains("reset_states()"));
        CHECK_THAT(std::string(e.what()), contains(parts.name()));
    }
    parts.reset_states();
    CHECK(difference(parts(steps(x, 0, 4)), steps(y, 0, 4)) < 1e-14);

    nn::Sequential model{nn::LSTM(3, {.stateful = true}), nn::Dense(1)};
    model.compile({.loss = nn::mean_squared_error});
    const Tensor data = sample({8, 4, 2}).cast(f32);
    CHECK_NOTHROW(model.fit(data, zeros({8, 1}), {.batch_size = 4, .epochs = 2, .verbose = 0}));
}

TEST_CASE("masked steps have no effect", "[recurrent]") {
    const Tensor x = padded();
    const auto check = [&](auto make) {
        auto layer = make(false);
        nn::Masking masking;
        random_weights(layer, x.spec());
        const nn::CallContext context;
        const Tensor last = layer(masking(x));
        const Tensor first = layer(slice(x, {{0, 1}, {0, 3}}));
        const Tensor second = layer(slice(x, {{1, 2}, {0, 2}}));
        CHECK(difference(last, concatenate({first, second})) < 1e-12);
    };
    check([](bool) { return nn::LSTM(4, {.dtype = f64}); });
    check([](bool) { return nn::GRU(4, {.dtype = f64}); });
    check([](bool) { return nn::SimpleRNN(4, {.dtype = f64}); });
    check([](bool) { return nn::Bidirectional(nn::LSTM(4, {.dtype = f64})); });

    const nn::CallContext context;
    nn::Masking masking;
    nn::LSTM zero(4, {.return_sequences = true, .zero_output_for_mask = true, .dtype = f64});
    nn::LSTM repeated(4, {.return_sequences = true, .dtype = f64});
    const Tensor masked = masking(x);
    const Tensor zeros_after = zero(masked), repeats = repeated(masked);
    CHECK(max(abs(steps(zeros_after, 3, 5))).item<double>() == 0);
    CHECK(difference(steps(repeats, 3, 4), steps(repeats, 4, 5)) == 0);
    CHECK(nn::mask_of(repeats).to_vector<int>() == std::vector<int>{1, 1, 1, 0, 0, 1, 1, 0, 0, 0});

    nn::CallContext::current()->set_mask(masked, ones({2, 4}, bool_));
    const Tensor other = identity(x);
    nn::CallContext::current()->set_mask(other, ones({2, 4}, bool_));
    CHECK_THROWS_AS(repeated(other), ShapeError);
}

TEST_CASE("padding masked by an Embedding has no effect in a model", "[recurrent]") {
    nn::Sequential m{nn::Embedding(9, 4, {.mask_zero = true}),
                     nn::Bidirectional(nn::GRU(3, {.return_sequences = true})), nn::LSTM(5),
                     nn::Dense(2)};
    const Tensor words = tensor({{3, 8, 1}}, i64), longer = tensor({{3, 8, 1, 0, 0}}, i64);
    CHECK(difference(m.predict(words), m.predict(longer)) < 1e-6);
    m.compile({.loss = nn::mean_squared_error});
    CHECK_NOTHROW(m.fit(longer, zeros({1, 2}), {.verbose = 0}));
}

TEST_CASE("dropout in recurrent layers is the same at each step", "[recurrent]") {
    // The state is 1 plus its last value times 1/keep or 0: 1, then 1 + 1/keep or 1, …
    nn::SimpleRNN counting(
        2000, {.activation = nn::linear,
               .kernel_initializer = nn::ones_init(),
               .recurrent_initializer = [](const Shape& shape, Generator&,
                                           DType dtype) { return eye(shape[0], {}, dtype); },
               .recurrent_dropout = 0.25,
               .return_sequences = true});
    const Tensor x = ones({1, 2, 1});
    const auto counts = counting(x, Mode::train).to_vector<double>();
    double kept = 0;
    for (std::size_t j = 2000; j < 4000; ++j) {
        const bool one = std::abs(counts[j] - 1) < 1e-5;
        CHECK((one || std::abs(counts[j] - (1 + 1 / 0.75)) < 1e-5));
        kept += one ? 0 : 1;
    }
    CHECK(kept / 2000 == Approx(0.75).margin(0.04));
    CHECK(max(counting(x)).item<float>() == 2);

    nn::SimpleRNN summing(1, {.activation = nn::linear,
                              .use_bias = false,
                              .kernel_initializer = nn::ones_init(),
                              .recurrent_initializer = nn::zeros_init(),
                              .dropout = 0.5,
                              .return_sequences = true});
    const Tensor sums = summing(ones({400, 3, 1}), Mode::train);
    CHECK(difference(steps(sums, 0, 1), steps(sums, 2, 3)) == 0);
    CHECK(mean(sums).item<double>() == Approx(1).margin(0.2));
}

TEST_CASE("recurrent layers refuse bad arguments and inputs", "[recurrent]") {
    CHECK_THROWS_AS(nn::LSTM(0), ValueError);
    CHECK_THROWS_AS(nn::GRU(3, {.dropout = 1.5}), ValueError);
    CHECK_THROWS_AS(nn::SimpleRNN(3, {.recurrent_dropout = -0.1}), ValueError);
    CHECK_THROWS_AS(nn::RepeatVector(0), ValueError);
    CHECK_THROWS_AS(nn::TimeDistributed(std::shared_ptr<nn::Layer>()), ValueError);
    CHECK_THROWS_AS(nn::Bidirectional(std::shared_ptr<nn::RNN>()), ValueError);
    CHECK_THROWS_AS(nn::RepeatVector(2)(zeros({2, 3, 4})), ShapeError);
    CHECK_THROWS_AS(nn::TimeDistributed(nn::Dense(2))(zeros({2, 3})), ShapeError);
    CHECK_THROWS_AS(nn::Masking()(zeros({2, 3})), ShapeError);

    nn::LSTM lstm(3, {.name = "memory"});
    const auto refused = [&](const Shape& shape) {
        try {
            lstm(zeros(shape));
        } catch (const ShapeError& e) {
            return std::string(e.what());
        }
        return std::string("nothing");
    };
    CHECK_THAT(refused({2, 4}), contains("(batch, time, features)"));
    CHECK_THAT(refused({2, 4}), contains("memory"));
    lstm(zeros({2, 4, 5}));
    CHECK_THAT(refused({2, 0, 5}), contains("at least one step"));
    CHECK_THAT(refused({2, 4, 6}), contains("takes 5 features"));
    CHECK_THAT(refused({2, 5}), contains("(batch, time, features)"));
}

namespace {

// Training a copy changes the copy and not the original.
template <class M>
void check_copy(M& model, const Shape& sample, const Shape& output) {
    Generator rng(5);
    const Tensor x = random_normal(nn::batch_of(4, sample), rng);
    evaluate(x);
    const Numbers before = model.predict(x).template to_vector<double>();
    M copy = nn::clone(model);
    CHECK(copy.predict(x).template to_vector<double>() == before);
    REQUIRE(copy.parameters().size() == model.parameters().size());
    copy.compile({.loss = nn::mean_squared_error});
    copy.fit(x, ones(nn::batch_of(4, output)), {.epochs = 2, .verbose = 0});
    CHECK(model.predict(x).template to_vector<double>() == before);
    CHECK(copy.predict(x).template to_vector<double>() != before);
    for (std::size_t i = 0; i < model.parameters().size(); ++i)
        CHECK(copy.parameters()[i].value().template to_vector<double>() !=
              model.parameters()[i].value().template to_vector<double>());
}

class Reader final : public nn::Model {
public:
    Tensor call(const Tensor& x, Mode mode) override {
        return head_(last_(each_(both_(x, mode), mode), mode), mode);
    }

private:
    nn::Bidirectional both_{nn::LSTM(3, {.return_sequences = true})};
    nn::TimeDistributed each_{nn::Dense(4)};
    nn::RNN last_{nn::GRUCell(3)};
    nn::Dense head_{2};
};

}  // namespace

TEST_CASE("copies of recurrent layers share nothing", "[recurrent]") {
    const auto check = [](auto layer) {
        nn::Sequential model;
        model.add(std::move(layer));
        check_copy(model, {5, 2}, nn::without_batch(model.predict(ones({1, 5, 2})).shape()));
    };
    check(nn::SimpleRNN(3));
    check(nn::LSTM(3, {.return_sequences = true}));
    check(nn::GRU(3));
    check(nn::GRU(3, {.reset_after = false}));
    check(nn::RNN(nn::LSTMCell(3)));
    check(nn::Bidirectional(nn::LSTM(3)));
    check(nn::Bidirectional(nn::RNN(nn::GRUCell(3)), {.merge_mode = nn::MergeMode::sum}));
    check(nn::TimeDistributed(nn::Dense(3)));

    Reader reader;
    check_copy(reader, {5, 2}, {2});
    const nn::Input x({5, 2});
    nn::Model drawn(x, x | nn::Bidirectional(nn::GRU(3, {.return_sequences = true})) |
                           nn::TimeDistributed(nn::Dense(4)) | nn::LSTM(2));
    check_copy(drawn, {5, 2}, {2});

    nn::GRUCell built(3);
    built.ensure_built(Spec{Shape{1, 2}, f32});
    nn::Bidirectional both{nn::RNN(built)};
    both.ensure_built(Spec{Shape{1, 5, 2}, f32});
    CHECK(both.weights().size() == 6);

    nn::Sequential unknown;
    unknown.add(nn::TimeDistributed(std::shared_ptr<nn::Layer>(std::make_shared<nn::Dense>(2))));
    unknown.predict(ones({1, 5, 2}));
    CHECK_THROWS_AS(unknown.clone(), StateError);
}
