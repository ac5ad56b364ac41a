// An optimiser that takes over a saved state goes on with the same bits.
#include <limits>

#include <shikumi/autograd/evaluate/capture/capture.hpp>
#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/optim/optim.hpp>

#include "catch.hpp"
#include "support/optimizers.hpp"

using namespace shikumi;
using shikumi_test::contains;
using shikumi_test::everything;
using shikumi_test::make_steps;
using shikumi_test::some_weights;

namespace {

// As a file has them: other parameters with the same names and values.
std::vector<Parameter> copies(const std::vector<Parameter>& parameters) {
    std::vector<Parameter> all;
    for (const Parameter& p : parameters) all.emplace_back(p.name(), p.value() * 1);
    return all;
}

// A new optimiser from the configuration and the state of another one.
optim::Optimizer revived(const optim::Optimizer& optimizer, const std::vector<Parameter>& weights) {
    optim::Optimizer fresh = optim::optimizer_from_config(to_config(optimizer));
    fresh.restore(weights, copies(optimizer.state()));
    return fresh;
}

Parameter part(const std::string& name, const Tensor& value) { return {name, value}; }

}  // namespace

TEST_CASE("every optimiser goes on from its configuration and state with the same bits",
          "[optim]") {
    for (const auto& [name, make] : shikumi_test::optimizers()) {
        for (const int saved_after : {0, 1, 4, 5}) {
            INFO(name << " saved after " << saved_after);
            optim::Optimizer original = make();
            const std::vector<Parameter> weights = some_weights();
            make_steps(original, weights, 0, saved_after);

            const std::vector<Parameter> others = copies(weights);
            optim::Optimizer again = revived(original, others);
            CHECK(everything(again, others) == everything(original, weights));
            make_steps(original, weights, saved_after, 9);
            make_steps(again, others, saved_after, 9);
            CHECK(everything(again, others) == everything(original, weights));
            original.finalize_variable_values(weights);
            again.finalize_variable_values(others);
            CHECK(everything(again, others) == everything(original, weights));
        }
    }
}

TEST_CASE("the average of a restored optimiser overwrites weights before any step", "[optim]") {
    optim::Optimizer original = optim::SGD({.learning_rate = 0.1, .use_ema = true});
    const std::vector<Parameter> weights = some_weights();
    make_steps(original, weights, 0, 3);
    const std::vector<Parameter> others = copies(weights);
    optim::Optimizer again = revived(original, others);
    original.finalize_variable_values(weights);
    again.finalize_variable_values(others);
    CHECK(everything(again, others) == everything(original, weights));
}

TEST_CASE("a learning rate set by hand, groups and undecayed weights come back", "[optim]") {
    optim::Optimizer original = optim::AdamW({.weight_decay = 0.1});
    original.exclude_from_weight_decay({"bias"});
    original.add_group({.names = {"kernel"}, .learning_rate = optim::StepLR(0.1, 2)});
    original.add_group({.names = {"scale"}, .learning_rate = 0.2});
    const std::vector<Parameter> weights = some_weights();
    make_steps(original, weights, 0, 3);
    original.set_learning_rate(0.0625);
    original.set_learning_rate(0.3, 2);
    const std::vector<Parameter> others = copies(weights);
    optim::Optimizer again = revived(original, others);
    CHECK(again.learning_rate() == 0.0625);
    CHECK(again.learning_rate(2) == 0.3);
    CHECK(again.iterations() == 3);
    make_steps(original, weights, 3, 8);
    make_steps(again, others, 3, 8);
    CHECK(everything(again, others) == everything(original, weights));
}

TEST_CASE("a weight that has made no step has no state after it either", "[optim]") {
    optim::Optimizer original = optim::Adam();
    const std::vector<Parameter> weights = some_weights();
    const std::vector<Parameter> some{weights[0], weights[2]};
    make_steps(original, some, 0, 3);
    const std::vector<Parameter> others = copies(weights);
    optim::Optimizer again = revived(original, others);
    CHECK(again.state().size() == original.state().size());
    REQUIRE_THROWS_AS(again.slot(others[1], "momentum"), StateError);
    make_steps(original, weights, 3, 6);
    make_steps(again, others, 3, 6);
    CHECK(again.slot(others[1], "momentum").value().to_vector<double>() ==
          original.slot(weights[1], "momentum").value().to_vector<double>());
}

TEST_CASE("a captured step goes on with what was restored", "[optim]") {
    const auto run = [](bool interrupted) {
        optim::Optimizer adam =
            optim::Adam({.learning_rate = optim::ExponentialDecay(0.1, 3, 0.5), .amsgrad = true});
        const Parameter w("w", tensor({1.0, -2.0, 0.5}));
        auto step = capture([&](const Tensor& x) {
            const Tensor loss = sum(square(w.value() - x));
            evaluate(std::span(&loss, 1), adam.minimize(loss, {w}));
            return loss;
        });
        std::vector<Parameter> saved;
        for (int i = 0; i < 8; ++i) {
            if (i == 4) saved = copies(adam.state());
            if (i == 4) saved.emplace_back("w", w.value() * 1);
            step(tensor({0.1 * i, 0.2, -0.3}));
        }
        if (interrupted) {  // back to step 4, with the same captured function
            Parameter back = w;
            back.assign(saved.back());
            saved.pop_back();
            adam.restore({w}, saved);
            for (int i = 4; i < 8; ++i) step(tensor({0.1 * i, 0.2, -0.3}));
        }
        return everything(adam, {w});
    };
    CHECK(run(true) == run(false));
}

TEST_CASE("an optimiser is taken back to before its first step", "[optim]") {
    optim::Optimizer sgd = optim::ScheduleFreeAdamW();
    const std::vector<Parameter> weights = some_weights(), others = some_weights();
    const std::vector<Parameter> nothing = copies(sgd.state());
    make_steps(sgd, weights, 0, 4);
    for (std::size_t i = 0; i < weights.size(); ++i) Parameter(weights[i]).assign(others[i]);
    sgd.restore(weights, nothing);
    CHECK(sgd.iterations() == 0);
    optim::Optimizer fresh = optim::ScheduleFreeAdamW();
    make_steps(sgd, weights, 0, 3);
    make_steps(fresh, others, 0, 3);
    CHECK(everything(sgd, weights) == everything(fresh, others));
}

TEST_CASE("weights of one name are told apart by their order", "[optim]") {
    const auto weights = [] {
        return std::vector<Parameter>{{"w", tensor({1.0, 2.0})}, {"w", tensor({3.0, -1.0})}};
    };
    optim::Optimizer original = optim::Adam();
    const std::vector<Parameter> own = weights();
    make_steps(original, own, 0, 3);
    const std::vector<Parameter> others = copies(own);
    optim::Optimizer again = revived(original, others);
    make_steps(original, own, 3, 5);
    make_steps(again, others, 3, 5);
    CHECK(everything(again, others) == everything(original, own));

    optim::Optimizer half = optim::Adam();
    make_steps(half, {own[1]}, 0, 1);
    optim::Optimizer fresh = optim::Adam();
    REQUIRE_THROWS_WITH(fresh.restore(others, half.state()),
                        contains("1 times 'w_momentum'") && contains("2 weights are called 'w'"));
}

TEST_CASE("numbers of automatic names don't count where they differ", "[optim]") {
    const auto weights = [](const char* first, const char* second) {
        return std::vector<Parameter>{{first, tensor({1.0, 2.0})}, {second, tensor({3.0, -1.0})}};
    };
    const auto make = [] {
        optim::Optimizer adam = optim::Adam({.use_ema = true});
        adam.add_group({.names = {"kernel"}, .learning_rate = 0.5});
        return adam;
    };
    optim::Optimizer original = make();
    const std::vector<Parameter> own = weights("dense/kernel", "dense_1/kernel");
    make_steps(original, own, 0, 3);
    const std::vector<Parameter> others = weights("dense_7/kernel", "dense_12/kernel");
    for (std::size_t i = 0; i < own.size(); ++i) Parameter(others[i]).assign(own[i].value());
    optim::Optimizer again = make();
    again.restore(others, copies(original.state()));
    CHECK(again.learning_rate(1) == 0.5);
    make_steps(original, own, 3, 6);
    make_steps(again, others, 3, 6);
    CHECK(everything(again, others) == everything(original, own));

    optim::Optimizer fresh = make();
    REQUIRE_THROWS_AS(fresh.restore({others[0]}, original.state()), ValueError);
    REQUIRE_THROWS_AS(fresh.restore(weights("conv/kernel", "conv_1/kernel"), original.state()),
                      ValueError);
}

TEST_CASE("a state that doesn't fit is refused, and nothing has changed", "[optim]") {
    optim::Optimizer original = optim::Adam();
    const std::vector<Parameter> weights = some_weights();
    make_steps(original, weights, 0, 2);
    const std::vector<Parameter> whole = copies(original.state());
    const auto refused = [&](const std::vector<Parameter>& state, const std::string& words) {
        optim::Optimizer fresh = optim::Adam({.learning_rate = 0.5});
        REQUIRE_THROWS_WITH(fresh.restore(weights, state), contains(words));
        CHECK(fresh.iterations() == 0);
        CHECK(fresh.learning_rate() == 0.5);
        CHECK(fresh.state().size() == 2);
    };
    const auto with = [&](std::size_t i, const Parameter& other) {
        std::vector<Parameter> state = whole;
        state[i] = other;
        return state;
    };
    for (std::size_t i = 0; i < whole.size(); ++i) {
        std::vector<Parameter> state = whole;
        state.erase(state.begin() + static_cast<std::ptrdiff_t>(i));
        refused(state, "lacks '" + whole[i].name() + "'");
    }
    std::vector<Parameter> more = whole;
    more.push_back(part("dense_kernel_velocity_hat", scalar(1)));
    refused(more, "'dense_kernel_velocity_hat', which this optimizer doesn't keep");
    refused(with(0, part("iterations", scalar(-1, i64))), "-1 iterations");
    refused(with(0, part("iterations", scalar(std::numeric_limits<Index>::max(), i64))),
            "iterations");
    refused(with(0, part("iterations", scalar(1, f64))), "'iterations' is");
    refused(with(1, part("learning_rate", scalar(-0.5, f64))), "learning rate");
    refused(with(1, part("learning_rate", scalar(std::numeric_limits<double>::quiet_NaN(), f64))),
            "learning rate");
    refused(with(2, part(whole[2].name(), zeros({3, 2}))), "'dense_kernel_momentum' is (2, 3)");
    refused(with(2, part(whole[2].name(), zeros({2, 3}, f64))), "'dense_kernel_momentum' is");
}

TEST_CASE("an L-BFGS goes on with the same bits", "[optim]") {
    for (const optim::LineSearch search :
         {optim::LineSearch::none, optim::LineSearch::strong_wolfe}) {
        const auto loss = [](const Parameter& x) {
            return square(1 - x.value()[0]) + 100 * square(x.value()[1] - square(x.value()[0]));
        };
        optim::LBFGS original(
            {.learning_rate = 0.5, .max_iter = 3, .history_size = 4, .line_search = search});
        const Parameter x("x", tensor({-1.2, 1.0}));
        for (const int steps : {0, 1, 2}) {
            for (int i = 0; i < steps; ++i) original.step({x}, [&] { return loss(x); });
            const Parameter y("y", x.value() * 1);
            optim::LBFGS again = optim::lbfgs_from_config(to_config(original));
            again.restore({y}, copies(original.state()));
            optim::LBFGS same = optim::lbfgs_from_config(to_config(original));
            const Parameter z("z", x.value() * 1);
            same.restore({z}, copies(again.state()));
            for (int i = 0; i < 2; ++i) {
                const double expected = original.step({x}, [&] { return loss(x); });
                CHECK(again.step({y}, [&] { return loss(y); }) == expected);
                CHECK(same.step({z}, [&] { return loss(z); }) == expected);
                CHECK(y.value().to_vector<double>() == x.value().to_vector<double>());
                CHECK(again.iterations() == original.iterations());
                CHECK(again.evaluations() == original.evaluations());
            }
        }
    }
}

TEST_CASE("a state that doesn't fit an L-BFGS is refused", "[optim]") {
    optim::LBFGS original({.learning_rate = 0.1, .max_iter = 4});
    const Parameter x("x", tensor({1.0, 2.0, 3.0}));
    original.step({x}, [&] { return sum(square(square(x.value()))); });
    const std::vector<Parameter> whole = copies(original.state());
    REQUIRE(whole.size() == 9);
    optim::LBFGS fresh;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        INFO(whole[i].name());
        std::vector<Parameter> state = whole;
        state.erase(state.begin() + static_cast<std::ptrdiff_t>(i));
        REQUIRE_THROWS_AS(fresh.restore({x}, state), ValueError);
        state = whole;
        state[i] = part(whole[i].name(), zeros({7}, f32));
        REQUIRE_THROWS_AS(fresh.restore({x}, state), Error);
        state.push_back(state[i]);
        REQUIRE_THROWS_AS(fresh.restore({x}, state), ValueError);
    }
    REQUIRE_THROWS_AS(fresh.restore({Parameter("y", tensor({1.0}))}, whole), ShapeError);
    optim::LBFGS short_memory({.history_size = 1});
    REQUIRE_THROWS_WITH(short_memory.restore({x}, whole), contains("history_size is 1"));
    CHECK(fresh.iterations() == 0);
    fresh.restore({x}, whole);
    CHECK(fresh.iterations() == original.iterations());
}

TEST_CASE("a plateau goes on from its state", "[optim]") {
    const std::vector<double> measures{3, 2, 2.5, 2.4, 2.6, 2.2, 1.9, 2, 2, 2, 2};
    const optim::ReduceLROnPlateauOptions options{.factor = 0.5, .patience = 1, .cooldown = 1};
    for (std::size_t stop = 0; stop < measures.size(); ++stop) {
        const optim::Optimizer one = optim::SGD(), other = optim::SGD();
        optim::ReduceLROnPlateau whole(one, options), first(other, options), second(other, options);
        for (std::size_t i = 0; i < measures.size(); ++i) {
            whole.step(measures[i]);
            if (i == stop) second.restore(first.state());
            (i < stop ? first : second).step(measures[i]);
            CHECK(other.learning_rate() == one.learning_rate());
        }
        CHECK(second.best() == whole.best());
    }
    optim::ReduceLROnPlateau plateau(optim::SGD{});
    REQUIRE_THROWS_AS(plateau.restore(Config::Object{}), ValueError);
    REQUIRE_THROWS_AS(plateau.restore({{"best", 1}, {"bad", -1}, {"cooling", 0}}), ValueError);
}
